"""Lets the window follow what others do: looks when a hint says so, and by itself where none may come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from console.ledger.audit.news import look
from console.ledger.jobs.states import Job
from console.ledger.jobs.words import TITLES
from console.postgres.hints import HintListener

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.audit.news import News
    from console.postgres.database import Database
    from ui.kit.worker import Worker
    from ui.window.main_window import MainWindow

NOTICE: Final = "jobs"
_SHOWN_BY: Final = "console"

# Of two hints at once one look is enough, and of many it is five a second.
_AT_ONCE_MS: Final = 200
# Hints that follow one another closely are not all sent (models/functions/writes/hint.sql).
_AFTER_MS: Final = 1_500
# A look costs 0.2 ms. Where hints pass, one in a while finds what was lost; else what others do is to be seen
# within 2 s.
_HEARD_MS: Final = 10_000
_UNHEARD_MS: Final = 1_000
_TICK_MS: Final = 250


class Hints(QObject):
    """Tells the window what is new and emits its topics, while it is seen; what is new meanwhile, afterwards.

    A job that fails is said once, and taken back when it does no longer.
    """

    news = Signal(object)
    _heard = Signal()

    def __init__(self, window: MainWindow, database: Database, worker: Worker) -> None:
        super().__init__(window)
        self._window = window
        self._database = database
        self._worker = worker
        self._before: News | None = None
        self._looked_s = 0.0
        self._again = self._failed = False
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._listener = HintListener(database, self._say_heard)
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.look)
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_heard(self) -> bool:
        """Whether hints pass from the server to here."""
        return self._listener.is_heard

    def start(self) -> None:
        """Begin to listen, and to look."""
        self._listener.start()
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Listen no more."""
        self._timer.stop()
        self._soon.stop()
        self._listener.stop()

    @Slot()
    def look(self) -> None:
        """Ask what is new."""
        self._looked_s = time.monotonic()
        before = self._before
        self._worker.run(
            lambda cancel: look(self._database, before, cancel=cancel),
            done=self._take,
            failed=self._miss,
            owner=self,
            replaces="news",
        )

    def _miss(self, _error: ConsoleError) -> None:
        """Ask seldom while there is no answer; the window finds out by itself when the server is back."""
        self._failed = True

    def _say_heard(self) -> None:
        """Tell the GUI thread, from the listener's."""
        try:
            self._heard.emit()
        except RuntimeError:
            return  # the window is gone already, and nobody listens

    def _hear(self) -> None:
        if not self._soon.isActive():
            self._soon.start(_AT_ONCE_MS if self._since_ms() < _AT_ONCE_MS else 0)
            self._again = True

    def _tick(self) -> None:
        """Look where it is time to, and somebody sees the window."""
        if self._failed or (self.is_heard and not self._again):
            due_ms = _HEARD_MS
        else:
            due_ms = _AFTER_MS if self.is_heard else _UNHEARD_MS
        if self._window.isVisible() and not self._window.isMinimized() and self._since_ms() >= due_ms:
            self._again = False
            self.look()

    def _since_ms(self) -> float:
        return (time.monotonic() - self._looked_s) * 1_000

    def _take(self, found: News) -> None:
        before, self._before, self._failed = self._before, found, False
        if before is None or found.failing != before.failing:
            self._say_failing(found.failing)
        self._window.status_bar.show_controls(dual=found.dual_control)
        if found.topics:
            self._window.take_news(found.topics)
            self.news.emit(found.topics)

    def _say_failing(self, failing: tuple[str, ...]) -> None:
        notices = self._window.context.notices
        if not failing:
            notices.withdraw(NOTICE)
            return
        jobs = ", ".join(TITLES[Job(name)] for name in failing)
        notices.warn(
            f"An automatic job fails: {jobs}." if len(failing) == 1 else f"Automatic jobs fail: {jobs}.",
            action="Show", act=lambda: self._window.open_screen(_SHOWN_BY), key=NOTICE,
        )  # fmt: skip
