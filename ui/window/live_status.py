"""Keeps the status bar true: the meter of the last action, the pool, and whether the server is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTime, QTimer, Signal, Slot

from console.errors import DatabaseUnreachableError
from console.ledger.audit.news import Topic
from console.ledger.books.currencies import books
from console.monitor.budgets import budget, over_budget
from ui.kit.theme.tokens import Tone
from ui.routes import OpenQuery
from ui.window.pulse import Pulse

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.books.currencies import Books
    from console.monitor.recording.cost import ActionCost
    from console.monitor.watch import Alert, Watch
    from console.postgres.database import Database, SessionFacts
    from ui.kit.worker import Worker
    from ui.window.main_window import MainWindow

NOTICE: Final = "connection"
_TIME: Final = "HH:mm:ss"
_POOL_MS: Final = 500
_FIRST_RETRY_MS: Final = 2_000
_LAST_RETRY_MS: Final = 30_000
_BROKEN: Final = ("08", "57P0")
_BEHIND: Final = ("hints.", "keeper.")
OF_ITSELF: Final = ("session.", "books.", "batches.posting", *_BEHIND)
"""How the actions begin that no operator asked for: they do not show in the meter."""

BOOKS_NOTICE: Final = "books"
_BOOKS_MS: Final = 60_000
# How the watch's alert of a repeated statement begins.
_REPEATED: Final = "N+1"


class LiveStatus(QObject):
    """Listens to the recorder; when the server is lost, says so and tries again with growing pauses.

    returned: the server answers that had not.
    """

    _told = Signal(object)
    _warned = Signal(object)
    shown = Signal(object)
    returned = Signal()

    def __init__(
        self, window: MainWindow, database: Database, worker: Worker, watch: Watch | None = None
    ) -> None:
        """`worker` has a thread for the pulse alone."""
        super().__init__(window)
        self._window = window
        self._database = database
        self._lost = False
        self._said = False
        self._retry = QTimer(self, singleShot=True, interval=_FIRST_RETRY_MS)
        self._retry.timeout.connect(self.probe)
        self.pulse = Pulse(window, database, worker)
        self.pulse.silent.connect(self._fall_silent)
        self.pulse.answered.connect(self._show_connection)
        self.pulse.missed.connect(self._missed)
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._forget = database.recorder.on_action(self._told.emit)
        window.closing.connect(self._forget)
        # Who asks for it is not kept waiting while the server is left alone for a pause.
        window.refresh_asked.connect(database.breaker.try_now)
        # The watch was there first: of one action its alerts arrive before the cost.
        self._repeating = ""
        self._warned.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        if watch is not None:
            window.status_bar.alerts.set_alerts(watch.alerts)
            self._deafen = watch.on_alert(self._warned.emit)
            window.closing.connect(self._deafen)
        window.status_bar.alerts.statement_wanted.connect(
            lambda fingerprint: window.context.navigator.go(OpenQuery(fingerprint))
        )
        # What decides decimals and days is read once; that it was changed meanwhile must not go unsaid.
        self._books_timer = QTimer(self, interval=_BOOKS_MS)
        self._books_timer.timeout.connect(self.look_at_books)
        self._books_timer.start()
        self._pool_timer = QTimer(self, interval=_POOL_MS)
        self._pool_timer.timeout.connect(self._show_pool)
        self._pool_timer.start()
        self._show_pool()

    @property
    def lost(self) -> bool:
        """Whether the server did not answer when it was last asked."""
        return self._lost

    def probe(self) -> None:
        """Ask the server whether it is there, in one statement."""
        self._window.context.worker.run(
            lambda cancel: self._database.session_facts(cancel=cancel),
            done=self._reached,
            failed=self._missed,
            owner=self,
            replaces="probe",
        )

    def look_at_books(self) -> None:
        """Ask whether the currencies and the business day are still those that the window works by."""
        self._window.context.worker.run(
            lambda cancel: books(self._database, cancel=cancel),
            done=self._compare,
            failed=lambda _error: None,
            owner=self,
            replaces="books",
        )

    def take_news(self, topics: frozenset[Topic]) -> None:
        """Look at once at what others changed."""
        if Topic.BOOKS in topics:
            self.look_at_books()

    def _compare(self, found: Books) -> None:
        if found == self._window.context.session.books:
            self._window.context.notices.withdraw(BOOKS_NOTICE)
        else:
            self._window.context.notices.warn(
                "The ledger's currencies or its business day were changed. Sign in again to work by them.",
                key=BOOKS_NOTICE,
            )

    @Slot(object)
    def _take(self, cost: ActionCost) -> None:
        own = cost.action.startswith(OF_ITSELF)
        broke = self._last_broke()
        # An open connection answers for a server that makes no other: what goes on behind is no sign of life.
        if cost.statements and not broke and not cost.action.startswith(_BEHIND):
            self.pulse.hear()
            if not (self.pulse.is_silent or self._lost):
                self._show_connection(cost.ms / cost.statements)
        if not own:
            if cost.statements:
                self._window.status_bar.set_meter(
                    cost.statements,
                    cost.ms,
                    cost.rows,
                    action=cost.action,
                    excess=self._excess(cost),
                )
            # Lost, an answer is asked about too: the pause until the next try may be long.
            if cost.statements == 0 or self._lost or broke:
                self.probe()
        self._show_pool()
        self.shown.emit(cost)

    @Slot(object)
    def _hear(self, alert: Alert) -> None:
        if alert.text.startswith(_REPEATED):
            self._repeating = alert.action
        self._window.status_bar.alerts.add(alert)

    def _excess(self, cost: ActionCost) -> str:
        """Say by what an action went over its budget: `accounts.page: 4 statements, budget 1 · N+1`."""
        repeats, self._repeating = self._repeating == cost.action, ""
        words = f"{cost.action}: {cost.statements} statements"
        if over_budget(cost):
            words = f"{words}, budget {budget(cost.action)}"
        elif not repeats:
            return ""
        return f"{words} \N{MIDDLE DOT} N+1" if repeats else words

    def _last_broke(self) -> bool:
        """Whether the last statement failed because the connection did."""
        snapshot = self._database.recorder.snapshot(10.0)
        failure = snapshot.failures[snapshot.failure[-1]] if len(snapshot) else None
        return failure is not None and (failure.sqlstate or "08").startswith(_BROKEN)

    def _show_connection(self, latency_ms: float) -> None:
        formats = self._window.context.formats
        self._window.status_bar.set_connection(f"primary, {formats.duration(latency_ms)}")

    def _show_pool(self) -> None:
        if self.pulse.asking:
            return  # the connection that it asks by is not one of the operator's
        use = self._database.pool
        self._window.status_bar.set_pool(f"pool {use.busy} of {use.limit}")

    def _reached(self, _facts: SessionFacts) -> None:
        if self._lost:
            self._lost = self._said = False
            self._retry.stop()
            self._retry.setInterval(_FIRST_RETRY_MS)
            self.pulse.hold(held=False)
            self._window.context.notices.withdraw(NOTICE)
            self._window.context.notices.confirm("The database answers again.")
            self.returned.emit()
            self._window.refresh_screen()

    def _fall_silent(self, since: QTime) -> None:
        if not self._lost:
            self._window.status_bar.set_connection(f"no answer since {since.toString(_TIME)}", Tone.WARNING)

    def _missed(self, error: ConsoleError) -> None:
        self.pulse.hold(held=True)
        self._window.status_bar.set_connection("not reached", Tone.ERROR)
        self._lost = True
        if not self._said:
            self._said = True
            self._say(error)
        self._retry.start()
        self._retry.setInterval(min(self._retry.interval() * 2, _LAST_RETRY_MS))

    def _say(self, error: ConsoleError) -> None:
        since = QTime.currentTime().toString(_TIME)
        # A server on this computer that cannot be started says what to do; of others only that they are away.
        away = isinstance(error, DatabaseUnreachableError)
        why = f"The ledger has not been reached since {since}." if away else str(error)
        self._window.context.notices.fail(
            f"{why} What is shown is from before; the console tries again by itself.",
            action="Retry now",
            act=self.retry,
            key=NOTICE,
            detail=str(error),
        )

    def retry(self) -> None:
        """Try again now, and say so if it is in vain."""
        # The strip closes a notice that was acted on; a new miss must be able to say so again.
        self._said = False
        self._database.breaker.try_now()
        self.probe()
