"""The part that all table models share: columns, heads, and cells by one look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.table.columns import RIGHT_ALIGNED, Cell, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.kit.formats import Formats

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class CellModel(QAbstractTableModel, Generic[Row]):
    """A table of frozen rows; `row_cells` and `row_at` are what a subclass adds."""

    def __init__(
        self, columns: Sequence[Column[Row]], formats: Formats, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._formats = formats
        self._alignments = [
            (Qt.AlignmentFlag.AlignRight if column.kind in RIGHT_ALIGNED else Qt.AlignmentFlag.AlignLeft)
            | _MIDDLE
            for column in columns
        ]

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        """The columns, in the order of the model."""
        return self._columns

    @property
    def formats(self) -> Formats:
        """How figures are written here."""
        return self._formats

    def row_at(self, row: int) -> Row:
        """Return the row behind a line of the table."""
        raise NotImplementedError

    def row_cells(self, row: int) -> tuple[Cell, ...]:
        """Return the cells of a line."""
        raise NotImplementedError

    def cell(self, row: int, column: int) -> Cell:
        """Return one cell; for painting and copying, past QVariant."""
        return self.row_cells(row)[column]

    @override
    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        if role == _ALIGNMENT:
            return self._alignments[index.column()]
        if role not in {_DISPLAY, _SPOKEN, _TIP}:
            return None
        cell = self.row_cells(index.row())[index.column()]
        if role == _DISPLAY:
            return cell.text
        if role == _SPOKEN:
            return cell.spoken
        return plain_tip(cell.tip) if cell.tip else None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role in {_DISPLAY, _SPOKEN}:
            return self._columns[section].title
        return self._alignments[section] if role == _ALIGNMENT else None
