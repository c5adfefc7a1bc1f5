"""Which requests are marked to be approved together, and the model that shows the boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from ui.kit.table.paged_model import PagedModel
from ui.screens.approvals.listing import Listed, columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.ledger.approvals.page import RequestRow
    from ui.context import Context

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_CHECKED = int(Qt.ItemDataRole.CheckStateRole)


class Marks(QObject):
    """Requests by number, in the order in which they were marked; `in marks` asks for a number."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, RequestRow] = {}

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> tuple[RequestRow, ...]:
        """What is marked."""
        return tuple(self._rows.values())

    def turn(self, row: Listed) -> None:
        """Mark a row, or no longer; one that nobody may mark stays as it is."""
        number = row.request.id
        if not row.is_markable:
            return
        if self._rows.pop(number, None) is None:
            self._rows[number] = row.request
        self.changed.emit()

    def turn_all(self, rows: Iterable[Listed]) -> None:
        """Mark all of these, or none where all are marked already."""
        found = {row.request.id: row.request for row in rows if row.is_markable}
        self._rows = {} if found.keys() <= self._rows.keys() else found
        self.changed.emit()

    def keep(self, rows: Iterable[Listed]) -> None:
        """Forget what is not among these any more."""
        left = {row.request.id for row in rows}
        kept = {number: row for number, row in self._rows.items() if number in left}
        if len(kept) != len(self._rows):
            self._rows = kept
            self.changed.emit()

    def clear(self) -> None:
        """Mark nothing."""
        self.keep(())


class RequestModel(PagedModel[Listed]):
    """The list; the first cell of a row that may be marked says whether it is, to screen readers too."""

    def __init__(self, context: Context, marks: Marks, parent: QObject) -> None:
        super().__init__(columns(context.formats, marks), context.formats, context.worker, parent)
        self._marks = marks
        marks.changed.connect(self._repaint)

    @override
    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        if role != _CHECKED or not index.isValid() or index.column() or not self._markable(index):
            return super().data(index, role)
        on = self.row_at(index.row()).request.id in self._marks
        return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked

    @override
    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        found = super().flags(index)
        markable = index.isValid() and not index.column() and self._markable(index)
        return found | Qt.ItemFlag.ItemIsUserCheckable if markable else found

    def _markable(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        return self.row_at(index.row()).is_markable

    def _repaint(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 0), [_CHECKED])
