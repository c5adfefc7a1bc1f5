"""The server as it works now: sessions, who waits for whom, and the database in figures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar
from typing_extensions import override

from console.errors import ConsoleError
from console.server import figures as server
from console.server import sessions as activity
from console.server import statements as server_statements
from console.server.blocking import blocking
from console.server.commands import cancel_session, terminate_session
from console.server.locks import locks
from ui.kit.commands import Command
from ui.kit.formats import DOT
from ui.kit.keyed_write import KeyedWrite
from ui.kit.renewal import Renewal
from ui.kit.table.paged_model import State
from ui.kit.table.row_menu import RowAction
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import TitleRow, label, row_of, scrolling
from ui.kit.widgets.buttons import PairButton
from ui.routes import OpenSessions
from ui.screen import Screen
from ui.screens.server.database import DatabaseView
from ui.screens.server.detail import SessionDetail
from ui.screens.server.end_session import EndSessionDialog
from ui.screens.server.sessions import BlockingView, SessionList
from ui.screens.server.words import no_ending

if TYPE_CHECKING:
    from console.postgres.cancellation import Cancellation
    from console.server.commands import Ended
    from console.server.figures import Figures
    from console.server.locks import LockRow
    from console.server.sessions import Activity, SessionRow
    from console.server.statements import Reading
    from ui.context import Context
    from ui.kit.table.view import LedgerTable
    from ui.routes import Route

REFRESH_MS: Final = 2_000
# The extension's texts stand in a file that the server reads anew each time.
STATEMENTS_S: Final = 10.0
SESSIONS_TAB, BLOCKING_TAB, DATABASE_TAB = range(3)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One reading; what its tab does not show was not asked for."""

    activity: Activity | None = None
    locks: tuple[LockRow, ...] = ()
    figures: Figures | None = None
    statements: Reading | None = None
    no_statements: str = ""


class Server(Screen):
    """Three tabs, read anew every two seconds while one of them is seen and nobody pauses them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._reading = False
        self._wanted_again = False
        self._figures: Figures | None = None
        self._statements_due: float = 0.0
        self.title = TitleRow("Server")
        self.busy_only = PairButton("At work only")
        self.pause = PairButton("Pause", "Space", strong_lead=True)
        self.tabs = QTabBar()
        self.limits = label(tone="warning", font=label_font(), wrap=True)
        self.sessions = SessionList(context)
        self.blocking = BlockingView(context)
        self.database = DatabaseView(context)
        self.detail = SessionDetail(context)
        self.dialog: EndSessionDialog | None = None
        self._ending = KeyedWrite(context.worker, self)
        self._stack = QStackedWidget()
        self.renewal = Renewal(self, REFRESH_MS)
        self._build()
        self._connect()

    @override
    def refresh(self) -> None:
        """Read now, paused or not; after a reading that is under way, never two at once."""
        if self._reading:
            # The reading under way may be of another tab, or from before what made this one wanted.
            self._wanted_again = True
            return
        self._reading = True
        tab = self.tabs.currentIndex()
        schema = None
        if self._figures is not None and self._figures.at.timestamp() >= self._statements_due:
            schema = self._figures.statements_schema
        self.context.worker.run(
            lambda cancel: self._read(tab, schema, cancel),
            done=self._show,
            failed=self._miss,
            cancelled=self._stop_reading,
            owner=self,
        )

    @override
    def focus_filter(self) -> None:
        self.busy_only.setFocus()

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenSessions):
            self.busy_only.setChecked(False)
            self.tabs.setCurrentIndex(SESSIONS_TAB)
            self.sessions.choose_operator(route.operator)
            self.refresh()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.renewal.toggle()
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A table would take Space for itself.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Space
        ):
            self.renewal.toggle()
            return True
        return super().eventFilter(watched, event)

    def show_tab(self, tab: int) -> None:
        """Bring one of the three forward."""
        self.tabs.setCurrentIndex(tab)

    def ask_to_end(self, row: SessionRow, cancel: bool) -> None:  # noqa: FBT001 - a slot takes its values by position
        """Ask why, and once more, before a session or its statement is ended."""
        dialog = EndSessionDialog(row, self.context.formats, self, cancel=cancel)
        dialog.given.connect(lambda reason: self._end(row, reason, cancel=cancel))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._forget_dialog)
        self.dialog = dialog
        dialog.open()

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.busy_only.setCheckable(True)
        self.busy_only.setToolTip("Leave out the sessions that wait for their client")
        self.title.add_action(self.busy_only)
        self.title.add_action(self.pause)
        self.tabs.setFont(text_font(weight=QFont.Weight.Medium, tabular=True))
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the server")
        for name in ("Sessions", "Blocking", "Database"):
            self.tabs.addTab(name)
        for part in (self.sessions, self.blocking, scrolling(self.database)):
            self._stack.addWidget(part)
        self.limits.hide()
        for table in self._tables():
            table.set_state(State.LOADING)
            table.installEventFilter(self)
        self.page.addWidget(self.title)
        self.page.addLayout(row_of(self.tabs, None))
        self.page.addWidget(self.limits)
        self.page.addWidget(self._stack, 1)
        self.page.addWidget(self.detail)

    def _connect(self) -> None:
        self.renewal.due.connect(self._renew)
        self.renewal.paused_changed.connect(
            lambda paused: self.pause.set_pair("Go on" if paused else "Pause", "Space")
        )
        self._ending.busy_changed.connect(self.detail.set_busy)
        self.pause.clicked.connect(lambda _checked: self.renewal.toggle())
        self.busy_only.toggled.connect(self.sessions.set_busy_only)
        self.tabs.currentChanged.connect(self._choose_tab)
        self.sessions.chosen.connect(self._show_session)
        self.blocking.chosen.connect(self._show_session)
        self.detail.ending.connect(self.ask_to_end)
        self.sessions.table.set_row_actions(self._row_actions)
        self.context.commands.add(
            Command(
                "server.pause",
                "Server: pause the readings or go on",
                self.renewal.toggle,
                group="Server, Space",
                refusal=lambda: "" if self.isVisible() else "open Server first",
            )
        )

    def _row_actions(self, row: SessionRow) -> list[RowAction]:
        rights, more = self.context.session.rights, "\N{HORIZONTAL ELLIPSIS}"
        return [
            RowAction(
                f"{deed}{more}",
                partial(self.ask_to_end, row, cancel),
                refusal=no_ending(row, rights, cancel=cancel),
            )
            for deed, cancel in (("Cancel statement", True), ("Terminate session", False))
        ]

    def _choose_tab(self, tab: int) -> None:
        self._stack.setCurrentIndex(tab)
        self.detail.setVisible(tab != DATABASE_TAB)
        self.busy_only.setVisible(tab == SESSIONS_TAB)
        self.limits.setVisible(bool(self.limits.text()) and tab != DATABASE_TAB)
        self._figures = None
        self._statements_due = 0.0
        self.database.begin_anew()
        self.refresh()

    def _renew(self) -> None:
        if not self._reading:
            self.refresh()

    def _read(self, tab: int, schema: str | None, cancel: Cancellation) -> _Seen:
        """Ask what a tab shows, on a pool thread; one statement a question."""
        database = self.context.database
        if tab == DATABASE_TAB:
            figures = server.figures(database, cancel=cancel)
            statements, why = None, ""
            if schema is not None:
                try:
                    statements = server_statements.statements(database, schema, cancel=cancel)
                except ConsoleError as error:
                    cancel.check()
                    why = f"pg_stat_statements is installed here, but cannot be read: {error}"
            return _Seen(figures=figures, statements=statements, no_statements=why)
        found = activity.sessions(database, cancel=cancel)
        held = locks(database, cancel=cancel) if tab == BLOCKING_TAB else ()
        return _Seen(activity=found, locks=held)

    def _show(self, seen: _Seen) -> None:
        self._stop_reading()
        if seen.figures is not None:
            self._show_figures(seen, seen.figures)
        if seen.activity is not None:
            self._show_activity(seen, seen.activity)

    def _show_activity(self, seen: _Seen, now: Activity) -> None:
        tree = blocking(now)
        waiting = sum(bool(row.blocked_by) for row in now.sessions)
        whole = self.context.formats.integer
        self.sessions.show_activity(now)
        if self.tabs.currentIndex() == BLOCKING_TAB:
            self.blocking.show_tree(tree, seen.locks)
        self.tabs.setTabText(SESSIONS_TAB, f"Sessions  {whole(len(now.sessions))}")
        self.tabs.setTabText(BLOCKING_TAB, f"Blocking  {whole(waiting)}" if waiting else "Blocking")
        self.context.navigator.set_count("server", waiting or None)
        self.limits.setText(f"Shown are {now.limits}" if now.limits else "")
        self.limits.setVisible(bool(now.limits) and self.tabs.currentIndex() != DATABASE_TAB)
        at_work = sum(row.busy for row in now.sessions)
        parts = [f"{whole(at_work)} at work", f"{whole(waiting)} waiting for a lock"]
        if now.hidden:
            parts.insert(1, f"{whole(now.hidden)} hidden")
        self._say([*parts, f"read {now.at.astimezone(self.context.formats.zone):%H:%M:%S}"])
        shown = self.detail.row
        if shown is not None:
            self.detail.show_row(
                next(
                    (
                        row
                        for row in now.sessions
                        if (row.pid, row.started_at) == (shown.pid, shown.started_at)
                    ),
                    None,
                )
            )

    def _show_figures(self, seen: _Seen, now: Figures) -> None:
        before, self._figures = self._figures, now
        self.database.show_figures(before, now)
        if seen.statements is not None:
            self.database.show_statements(seen.statements)
        elif seen.no_statements:
            self.database.explain(seen.no_statements)
        if seen.statements is not None or seen.no_statements:
            self._statements_due = now.at.timestamp() + STATEMENTS_S
        read = f"read {now.at.astimezone(self.context.formats.zone):%H:%M:%S}"
        self._say([f"PostgreSQL {now.version}", read])

    def _show_session(self, row: SessionRow | None) -> None:
        self.detail.show_row(row)

    def _miss(self, error: ConsoleError) -> None:
        """Keep what was read before, and say so; the next reading comes by itself."""
        self._stop_reading()
        for table in self._tables():
            if not table.model().rowCount():
                table.set_state(State.ERROR, str(error))
        self._say(["not read now, tried again every 2 s"])

    def _tables(self) -> tuple[LedgerTable, ...]:
        sessions, blocking, database = self.sessions, self.blocking, self.database
        return (
            sessions.table, blocking.table, blocking.locks, database.tables, database.indexes,
            database.statements,
        )  # fmt: skip

    def _stop_reading(self) -> None:
        self._reading = False
        if self._wanted_again:
            self._wanted_again = False
            self.refresh()

    def _say(self, parts: list[str]) -> None:
        self.title.set_subtitle(DOT.join(parts))

    def _end(self, row: SessionRow, reason: str, *, cancel: bool) -> None:
        if row.started_at is None:
            return
        started, ledger = row.started_at, self.context.ledger
        end = cancel_session if cancel else terminate_session
        # One operation however often it is pressed: in doubt it is asked for again, reason and all.
        self._ending.write(
            (row.pid, started, cancel),
            "Cancelling" if cancel else "Terminating",
            lambda key, cancelling: end(ledger, row.pid, started, reason=reason, key=key, cancel=cancelling),
            lambda done, _late: self._ended(done),
            failed=self.context.notices.show_error,
            cancelled=lambda: self.context.notices.inform("Cancelled. Nothing was changed."),
        )

    def _ended(self, done: Ended) -> None:
        what = "statement" if done.status == "cancelled" else "session"
        self.context.notices.confirm(
            f"The {what} of {done.operator} (pid {done.pid}) was told to end. It stands in the audit."
        )
        self.refresh()

    def _forget_dialog(self) -> None:
        # A dialog of before may end after the next one was opened.
        if self.sender() is self.dialog:
            self.dialog = None
