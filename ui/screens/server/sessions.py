"""Who is at work in the database: a list that keeps its place while it is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.table.rows_model import GridModel
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import caption
from ui.screens.server.columns import LOCKS, SESSIONS, TREE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
        self.model: GridModel[SessionRow] = GridModel(SESSIONS, context.formats, (), self)
        self.table = _table(context, "server.sessions", "Sessions", self.model)
        self.table.set_empty_words("No session at work", "Sessions that wait for their client are left out")
        self.table.current_row_changed.connect(self.chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)

    def set_busy_only(self, busy_only: bool) -> None:  # noqa: FBT001 - a slot for a button's toggled(bool)
        """Leave out the sessions that wait for their client."""
        self._busy_only = busy_only
        self._show()

    def show_activity(self, activity: Activity) -> None:
        """Show the sessions of another moment."""
        self._activity = activity
        self._show()

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
        self.model: GridModel[Blocked] = GridModel(TREE, context.formats, (), self)
        self.table = _table(context, "server.blocking", "Who waits for whom", self.model)
        self.table.set_empty_words(
            "Nobody waits", "A session that waits for another's lock stands here below the one that holds it"
        )
        self.lock_model: GridModel[LockRow] = GridModel(LOCKS, context.formats, (), self)
        self.locks = _table(context, "server.locks", "Locks", self.lock_model)
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


def show_rows(
    table: LedgerTable, model: GridModel[Any], rows: Iterable[Any], key: Callable[[Any], object]
) -> None:
    """Show other rows where the same stay under the eye: in place when only their figures changed."""
    fresh = list(rows)
    if fresh and [key(row) for row in fresh] == [key(row) for row in model.rows]:
        for place, row in enumerate(fresh):
            if row != model.row_at(place):
                model.replace_row(place, row)
        return
    chosen, scrolled = table.current_row(), table.verticalScrollBar().value()
    model.set_rows(fresh)
    if chosen is not None:
        same = (at for at, row in enumerate(model.rows) if key(row) == key(chosen))
        table.select_place(next(same, -1))
    table.verticalScrollBar().setValue(scrolled)


def _table(context: Context, name: str, spoken: str, model: GridModel[Any]) -> LedgerTable:
    made = context.table(name)
    made.setAccessibleName(spoken)
    made.setModel(model)
    return made


def columns_table(
    context: Context, name: str, spoken: str, columns: tuple[Column[Any], ...]
) -> tuple[LedgerTable, GridModel[Any]]:
    """Return a table over rows in memory, and its model."""
    made = context.table(name)
    model: GridModel[Any] = GridModel(columns, context.formats, (), made)
    made.setAccessibleName(spoken)
    made.setModel(model)
    return made, model
