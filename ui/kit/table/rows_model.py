"""A table model over rows that are all in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from typing_extensions import override

from ui.kit.table.columns import Cell, Column, cells_of
from ui.kit.table.model import CellModel, Index

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ui.kit.formats import Formats

Row = TypeVar("Row")

_ROOT = QModelIndex()


class RowsModel(CellModel[Row]):
    """Shows and sorts up to some 100,000 rows; cells are made when a row is first seen."""

    sorted_by = Signal(str, bool)

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        formats: Formats,
        rows: Iterable[Row] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, formats, parent)
        self._rows = list(rows)
        self._cells: list[tuple[Cell, ...] | None] = [None] * len(self._rows)
        self._order: tuple[int, Qt.SortOrder] | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in the order shown."""
        return tuple(self._rows)

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show other rows, in the order that was chosen."""
        self.beginResetModel()
        self._rows = list(rows)
        self._sort_rows()
        self._cells = [None] * len(self._rows)
        self.endResetModel()

    def replace_row(self, row: int, value: Row) -> None:
        """Show one row's new content in its place."""
        self._rows[row] = value
        self._cells[row] = None
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def row_at(self, row: int) -> Row:
        return self._rows[row]

    @override
    def row_cells(self, row: int) -> tuple[Cell, ...]:
        cells = self._cells[row]
        if cells is None:
            cells = self._cells[row] = cells_of(self._columns, self._rows[row], self._formats)
        return cells

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self._columns):
            return
        self._order = (column, order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [(self._rows[index.row()], index.column()) for index in before]
        self._sort_rows()
        self._cells = [None] * len(self._rows)
        places = {id(row): place for place, row in enumerate(self._rows)}
        after = [self.index(places[id(row)], at) for row, at in kept]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.sorted_by.emit(self._columns[column].key, order is Qt.SortOrder.DescendingOrder)

    def _sort_rows(self) -> None:
        if self._order is None:
            return
        place, order = self._order
        column = self._columns[place]
        read, currency = column.read, column.currency
        known = [row for row in self._rows if read(row) is not None]
        unknown = [row for row in self._rows if read(row) is None]
        known.sort(key=lambda row: _rank(read(row)), reverse=order is Qt.SortOrder.DescendingOrder)
        if currency is not None:
            # Amounts of two currencies are neither more nor less than each other.
            known.sort(key=lambda row: currency(row).code)
        self._rows = known + unknown


def _rank(value: Any) -> Any:
    """Numbers and times rank as themselves, text without regard to case."""
    return value.casefold() if isinstance(value, str) else value
