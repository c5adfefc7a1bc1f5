"""A table's head: titles in the label tone, the arrow beside the title it belongs to, a menu of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget
from typing_extensions import override

from ui.kit.table.model import CellModel
from ui.kit.theme.fonts import LABEL_PX, text_font
from ui.kit.theme.tokens import CELL_PADDING, HEAD_HEIGHT

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from ui.kit.table.columns import Column
    from ui.kit.theme.theme import Theme

_ARROW_ROOM_PX = 15
_NARROWEST_PX = 40


class TableHead(QHeaderView):
    """The horizontal head of a LedgerTable."""

    sort_wanted = Signal(str, bool)
    visibility_wanted = Signal(int, bool)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._font = text_font(LABEL_PX, weight=QFont.Weight.Medium)
        self._order: tuple[str, bool] | None = None
        self.left_out: frozenset[int] = frozenset()
        """Columns that nobody has hidden, but that there is no room for."""
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(_NARROWEST_PX)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.sectionClicked.connect(self._click)

    @property
    def order(self) -> tuple[str, bool] | None:
        """The column key and whether descending, as the arrow shows."""
        return self._order

    def set_order(self, key: str | None, *, descending: bool = False) -> None:
        """Show the arrow at a column; it says the order, it does not make it."""
        self._order = None if key is None else (key, descending)
        self.viewport().update()

    def title_width(self, column: Column[Any]) -> int:
        """Return the width a title needs, with padding and room for the arrow."""
        room = _ARROW_ROOM_PX if column.sortable else 0
        words = int(QFontMetricsF(self._font).horizontalAdvance(column.title)) + 1
        return max(words + room + 2 * CELL_PADDING, self.minimumSectionSize())

    def menu(self) -> QMenu:
        """Return the menu that shows and hides columns; the last one shown cannot be hidden."""
        menu = QMenu(self)
        columns = self._columns()
        shown = self.chosen()
        for place, column in enumerate(columns):
            lacking = "  (no room now)" if place in self.left_out else ""
            action = QAction(f"{column.title or column.key}{lacking}", menu)
            action.setCheckable(True)
            action.setChecked(place in shown)
            action.setEnabled(shown != [place])
            action.toggled.connect(lambda on, at=place: self.visibility_wanted.emit(at, not on))
            menu.addAction(action)
        return menu

    def chosen(self) -> list[int]:
        """Return the columns that nobody has hidden, also those that there is no room for."""
        places = range(len(self._columns()))
        return [at for at in places if not self.isSectionHidden(at) or at in self.left_out]

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEAD_HEIGHT)

    @override
    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self._theme.tokens.head))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), QColor(self._theme.tokens.border))
        painter.end()
        super().paintEvent(event)

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        columns = self._columns()
        if not 0 <= logicalIndex < len(columns):
            return
        column, tokens = columns[logicalIndex], self._theme.tokens
        painter.save()
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.muted))
        inner = rect.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1)
        metrics = QFontMetricsF(self._font)
        ordered = self._order is not None and self._order[0] == column.key
        room = _ARROW_ROOM_PX if ordered else 0
        title = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, inner.width() - room + 1)
        width = metrics.horizontalAdvance(title)
        left = inner.right() + 1 - room - width if column.right else inner.left()
        area = QRect(int(left), inner.top(), int(width) + 2, inner.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, title)
        if ordered and self._order is not None:
            self._paint_arrow(painter, left + width + 9, rect.center().y(), descending=self._order[1])
        painter.restore()

    def _paint_arrow(self, painter: QPainter, x: float, y: float, *, descending: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(
                QColor(self._theme.tokens.muted), 1.3, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin
            )
        )
        down = 1 if descending else -1
        painter.drawLine(QPointF(x, y - 4 * down), QPointF(x, y + 4 * down))
        tip = [QPointF(x - 3, y + down), QPointF(x, y + 4 * down), QPointF(x + 3, y + down)]
        painter.drawPolyline(QPolygonF(tip))

    def _columns(self) -> tuple[Column[Any], ...]:
        model = self.model()
        return model.columns if isinstance(model, CellModel) else ()

    def _click(self, section: int) -> None:
        column = self._columns()[section]
        if column.sortable:
            descending = self._order is None or self._order != (column.key, True)
            self.sort_wanted.emit(column.key, descending)

    def _open_menu(self, place: QPoint) -> None:
        self.menu().popup(self.mapToGlobal(place))
