"""The rows under the graph: one a statement's shape, renewed without moving what is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.kit.table.rows_model import RowsModel
from ui.screens.queries.rows import COLUMNS, QueryRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from ui.context import Context

_BY_TOTAL = ("total_ms", True)


class QueryTable(QObject):
    """Keeps selection, order and scrolling while the figures change; `table` is the widget."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = RowsModel(COLUMNS, context.formats, parent=self)
        self.table = context.table("queries", "Statements", parent=parent)
        self.table.setModel(self.model)
        key, descending = _BY_TOTAL
        self.table.head.set_order(key, descending=descending)

    def show_rows(self, rows: Sequence[QueryRow], empty: tuple[str, str]) -> None:
        """Show rows, or why there are none."""
        self.table.set_empty_words(*empty)
        shown = {row.fingerprint for row in self.model.rows}
        if rows and shown == {row.fingerprint for row in rows}:
            fresh = {row.fingerprint: row for row in rows}
            for place, row in enumerate(self.model.rows):
                self.model.replace_row(place, fresh[row.fingerprint])
            if [row.fingerprint for row in rows] == [row.fingerprint for row in self.model.rows]:
                return
            if self.table.head.order != _BY_TOTAL:
                return
        chosen, scrolled = self.table.current_row(), self.table.verticalScrollBar().value()
        self.model.set_rows(rows)
        if isinstance(chosen, QueryRow):
            self.select(chosen.fingerprint)
        self.table.verticalScrollBar().setValue(scrolled)

    def select(self, fingerprint: str) -> bool:
        """Select a statement's row; False when it is not shown."""
        for place, row in enumerate(self.model.rows):
            if row.fingerprint == fingerprint:
                self.table.select_place(place)
                return True
        return False
