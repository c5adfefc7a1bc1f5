"""A layout that puts widgets side by side and goes on in the next line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget
from typing_extensions import override


class Flow(QLayout):
    """As high as the lines that the width makes; `fill` widens the widgets to the end of their line."""

    def __init__(
        self, *parts: QWidget, spacing: int = 10, between_lines: int = 8, fill: bool = False
    ) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._between_lines = between_lines
        self._fill = fill
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        for part in parts:
            self.addWidget(part)

    @override
    def addItem(self, arg__1: QLayoutItem) -> None:
        self._items.append(arg__1)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, arg__1: int) -> int:
        return self._arrange(QRect(0, 0, arg__1, 0), move=False)

    @override
    def setGeometry(self, arg__1: QRect) -> None:
        super().setGeometry(arg__1)
        self._arrange(arg__1, move=True)

    @override
    def sizeHint(self) -> QSize:
        shown = [_size(item) for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0))

    @override
    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, area: QRect, *, move: bool) -> int:
        y = area.y()
        for line in self._lines(area.width()):
            sizes = [_size(item) for item in line]
            widths = [size.width() for size in sizes]
            height = max(size.height() for size in sizes)
            if self._fill:
                widths = _filled(widths, area.width() - self.spacing() * (len(line) - 1))
                sizes = [QSize(width, height) for width in widths]
            x = area.x()
            for item, size in zip(line, sizes, strict=True):
                if move:
                    item.setGeometry(QRect(QPoint(x, y), size))
                x += size.width() + self.spacing()
            y += height + self._between_lines
        return max(0, y - self._between_lines - area.y())

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = _size(item).width() + self.spacing()
            if not lines or used + wanted - self.spacing() > width:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += wanted
        return lines


def _size(item: QLayoutItem) -> QSize:
    return item.sizeHint().expandedTo(item.minimumSize())


def _filled(widths: list[int], room: int) -> list[int]:
    """Return equal widths where all fit into them, else each one's own with an equal part of what is left."""
    equal = max(widths) <= room // len(widths)
    own = [0] * len(widths) if equal else widths
    extra, odd = divmod(max(0, room - sum(own)), len(widths))
    return [width + extra + (place < odd) for place, width in enumerate(own)]
