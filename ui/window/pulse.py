"""Whether the server answers now: asked once a second while nothing else is, and since when it has not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTime, QTimer, Signal

from console.errors import DatabaseUnreachableError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.kit.worker import Worker

_TICK_MS: Final = 250
_EVERY_S: Final = 1.0
# Of a server at work an answer takes less than 1 ms; a person notices a window that waits after about 1 s.
SILENT_AFTER_S: Final = 2.0


class Pulse(QObject):
    """Emits `silent` with the time of the last answer, `answered` with the milliseconds of the next one.

    `missed` carries an error that means there is no server. The question is the pool's own check of a
    connection, which the recorder does not see: 0.1 ms, and only while the window is seen.
    """

    silent = Signal(QTime)
    answered = Signal(float)
    missed = Signal(object)

    def __init__(self, window: QWidget, database: Database, worker: Worker) -> None:
        """`worker` has a thread for this alone: one that waits behind others would call them silence."""
        super().__init__(window)
        self._window = window
        self._database = database
        self._worker = worker
        self._asking = False
        self._asked_s = self._heard_s = time.monotonic()
        self._heard_at = QTime.currentTime()
        self.is_silent = False
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @property
    def asking(self) -> bool:
        """Whether a connection is in use for this now."""
        return self._asking

    def hear(self) -> None:
        """Take note that the server has answered something."""
        self._heard_s, self._heard_at = time.monotonic(), QTime.currentTime()

    def hold(self, *, held: bool) -> None:
        """Ask nothing while somebody else finds out whether the server is there; then go on."""
        if held:
            self._timer.stop()
        elif not self._timer.isActive():
            self.hear()
            self.is_silent = False
            self._timer.start()

    def _look(self) -> None:
        now = time.monotonic()
        if not self._window.isVisible() or self._window.isMinimized():
            # Nobody asks, so nobody is kept waiting; what is seen next is asked at once.
            if not self._asking:
                self.hear()
            return
        waits = now - self._heard_s
        if not self._asking and waits >= _EVERY_S and now - self._asked_s >= _EVERY_S:
            self._ask()
        if waits > SILENT_AFTER_S and not self.is_silent:
            self.is_silent = True
            self.silent.emit(self._heard_at)

    def _ask(self) -> None:
        self._asking, self._asked_s = True, time.monotonic()
        database = self._database

        def work(_cancel: Cancellation) -> float:
            return database.pulse()

        self._worker.run(work, done=self._take, failed=self._fail, owner=self)

    def _take(self, ms: float) -> None:
        self._asking = False
        self.hear()
        if self.is_silent:
            self.is_silent = False
            self.answered.emit(ms)

    def _fail(self, error: ConsoleError) -> None:
        self._asking = False
        if isinstance(error, DatabaseUnreachableError):
            self.missed.emit(error)
