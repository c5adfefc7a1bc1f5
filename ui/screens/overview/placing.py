"""Where the parts of the overview stand: side by side where there is room, else under each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from ui.kit.theme.tokens import GAP

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_COLUMNS: Final = 3
_COLUMN_PX: Final = 350


class Halving(QWidget):
    """Parts side by side; where they have no room, half as many in a row, so that no row is left ragged."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[QWidget, ...] = ()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)

    def put(self, *parts: QWidget) -> None:
        """Hold these parts."""
        self._parts = parts
        self._arrange(1)

    def fit(self) -> None:
        """Take as many columns as there is room for what the parts say now."""
        columns = len(self._parts)
        while columns > 1 and self._needed(columns) > self.width():
            columns //= 2
        self._arrange(columns)
        # A button has the least height that the style sheet says, whatever it holds.
        for row in range(len(self._parts)):
            inside = self._parts[row * columns : (row + 1) * columns]
            height = max((part.sizeHint().height() for part in inside), default=0)
            self._grid.setRowMinimumHeight(row, height)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._needed(1), super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @override
    def event(self, event: QEvent) -> bool:
        # A layout inside a part knows its new width only now, after the call that gave it a longer text.
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().event(event)

    def _needed(self, columns: int) -> int:
        widths = [part.minimumSizeHint().width() for part in self._parts]
        return sum(max(widths[column::columns]) for column in range(columns)) + GAP * (columns - 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, part in enumerate(self._parts):
            self._grid.removeWidget(part)
            self._grid.addWidget(part, place // columns, place % columns)
        for column in range(len(self._parts)):
            self._grid.setColumnStretch(column, int(column < columns))


class Areas(QWidget):
    """The first part is twice as wide as the others, where there is room; the last has a row for itself."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        self._parts = parts
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._arrange(_COLUMNS)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(max(1, min(_COLUMNS, (event.size().width() + GAP) // (_COLUMN_PX + GAP))))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for part in self._parts:
            self._grid.removeWidget(part)
        place = 0
        for part in self._parts:
            wide = {self._parts[0]: min(2, columns), self._parts[-1]: columns}.get(part, 1)
            place += -place % columns if wide == columns else 0
            # A list is as high as its rows; what has no height of its own takes what the row has.
            upper = Qt.AlignmentFlag(0) if part is self._parts[0] else Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(part, place // columns, place % columns, 1, wide, upper)
            place += wide
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, int(column < columns))
