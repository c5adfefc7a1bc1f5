"""Who is at work in the database: a list that keeps its place while it is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.lists.renewed import show_rows
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import caption
from ui.screens.server.columns import LOCKS, SESSIONS, TREE

if TYPE_CHECKING:
    from console.server.blocking import Blocked
    from console.server.locks import LockRow
    from console.server.sessions import Activity, SessionRow
    from ui.context import Context
    from ui.kit.table.columns import Column
    from ui.kit.table.view import LedgerTable


class SessionList(QWidget):
    """All sessions, or only those that do something."""

    chosen = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._activity: Activity | None = None
        self._busy_only = False
        self._wanted = ""
        self.model: RowsModel[SessionRow]
        self.table, self.model = columns_table(context, "server.sessions", "Sessions", SESSIONS)
        self.table.set_empty_words("No session at work", "Sessions that wait for their client are left out")
        self.table.current_row_changed.connect(self.chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)

    def set_busy_only(self, busy_only: bool) -> None:  # noqa: FBT001 - a slot for a button's toggled(bool)
        """Leave out the sessions that wait for their client."""
        self._busy_only = busy_only
        self._show()

    def choose_operator(self, operator: str) -> None:
        """Choose an operator's first session in the next reading."""
        self._wanted = operator
        self.table.setFocus()

    def show_activity(self, activity: Activity) -> None:
        """Show the sessions of another moment."""
        self._activity = activity
        self._show()
        wanted, self._wanted = self._wanted, ""
        if wanted:
            rows = self.model.rows
            self.table.select_place(next((at for at, row in enumerate(rows) if row.operator == wanted), -1))

    def _show(self) -> None:
        if self._activity is not None:
            # What is hidden may be at work, so it is never left out.
            rows = [row for row in self._activity.sessions if row.busy or row.hidden or not self._busy_only]
            show_rows(self.table, self.model, rows, lambda row: row.pid)


class BlockingView(QWidget):
    """The tree of who waits for whom, and all locks below it."""

    chosen = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.model: RowsModel[Blocked]
        self.table, self.model = columns_table(context, "server.blocking", "Who waits for whom", TREE)
        self.table.set_empty_words(
            "Nobody waits", "A session that waits for another's lock stands here below the one that holds it"
        )
        self.lock_model: RowsModel[LockRow]
        self.locks, self.lock_model = columns_table(context, "server.locks", "Locks", LOCKS)
        self.locks.set_empty_words(
            "No locks", "Locks of other sessions, added up by table and mode, appear here"
        )
        self.table.current_row_changed.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.table, 3)
        layout.addSpacing(GAP - 8)
        layout.addWidget(caption("Locks of this database, those waited for first"))
        layout.addWidget(self.locks, 2)

    def show_tree(self, tree: tuple[Blocked, ...], locks: tuple[LockRow, ...]) -> None:
        """Show who waits for whom at another moment."""
        show_rows(self.table, self.model, tree, lambda one: one.pid)
        show_rows(self.locks, self.lock_model, locks, lambda row: (row.relation, row.kind, row.mode))

    def _choose(self, one: Blocked | None) -> None:
        self.chosen.emit(None if one is None else one.session)


def columns_table(
    context: Context, name: str, spoken: str, columns: tuple[Column[Any], ...]
) -> tuple[LedgerTable, RowsModel[Any]]:
    """Return a table over rows in memory, and its model."""
    made = context.table(name, spoken)
    model: RowsModel[Any] = RowsModel(columns, context.formats, (), made)
    made.setModel(model)
    return made, model
