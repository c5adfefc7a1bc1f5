"""How a table's cell is painted: text, figures and chips on one hairline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QToolTip
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.table.columns import RIGHT_ALIGNED, TABULAR, Cell, Column, Kind
from ui.kit.table.model import CellModel
from ui.kit.theme.fonts import chip_font, text_font
from ui.kit.theme.tokens import CELL_PADDING, ROW_HEIGHT, Tone

if TYPE_CHECKING:
    from typing import Any

    from PySide6.QtCore import QModelIndex, QObject
    from PySide6.QtGui import QHelpEvent
    from PySide6.QtWidgets import QAbstractItemView

    from ui.kit.theme.theme import Theme

CHIP_PADDING = 7
CHIP_HEIGHT = 19
CHIP_RADIUS = 4
_NARROWEST = 0.7  # a figure is condensed down to this; further it could not be read
_FOCUS_MARK_PX = 2


class CellDelegate(QStyledItemDelegate):
    """Paints cells of a CellModel; the row under the selection keeps its text colours."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._last_line = True
        self._text_font = text_font()
        self._figure_font = text_font(tabular=True)
        self._chip_font = chip_font()
        self._metrics = {
            id(font): QFontMetricsF(font) for font in (self._text_font, self._figure_font, self._chip_font)
        }

    def set_last_line(self, *, drawn: bool) -> None:
        """Draw the hairline under the last row, or leave it to the frame below it."""
        self._last_line = drawn

    def width_of(self, column: Column[Any], cell: Cell) -> int:
        """Return the width a cell needs, padding included."""
        if column.picture is not None and column.width is not None:
            return column.width
        width = self._advance(self._font_of(column), cell.text)
        if column.kind is Kind.CHIP and cell.text:
            width += 2 * CHIP_PADDING
        return int(width) + 2 * CELL_PADDING + 1

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        model = index.model()
        if not isinstance(model, CellModel):
            return super().sizeHint(option, index)
        column = model.columns[index.column()]
        return QSize(self.width_of(column, model.cell(index.row(), index.column())), ROW_HEIGHT)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        model = index.model()
        if not isinstance(model, CellModel):
            super().paint(painter, option, index)
            return
        column = model.columns[index.column()]
        cell = model.cell(index.row(), index.column())
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        last = index.row() == model.rowCount() - 1
        self._paint_ground(painter, rect, state, lined=self._last_line or not last)
        self._paint_focus(painter, rect, option.widget, index.row())
        if not cell.text:
            return
        inner = rect.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1)
        picture = None if column.picture is None else column.picture(model.row_at(index.row()))
        if picture is not None:
            painter.save()
            picture(painter, inner, self._theme.tokens)
            painter.restore()
        elif column.kind is Kind.CHIP:
            self._paint_chip(painter, inner, cell, right=column.right)
        else:
            self._paint_text(painter, inner, column, cell)

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, *, lined: bool) -> None:
        tokens = self._theme.tokens
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.head))
        if lined:
            painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(tokens.border))

    def _paint_focus(self, painter: QPainter, rect: QRect, view: object, row: int) -> None:
        """Mark the left end of the row the keyboard is at, while it is there."""
        if not isinstance(view, QTableView) or not view.hasFocus() or view.currentIndex().row() != row:
            return
        if rect.left() + view.horizontalScrollBar().value() == 0:
            mark = QRect(rect.left(), rect.top(), _FOCUS_MARK_PX, rect.height() - 1)
            painter.fillRect(mark, QColor(self._theme.tokens.accent))

    @override
    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        model = index.model()
        if isinstance(model, CellModel):
            cell = model.cell(index.row(), index.column())
            rect: QRect = option.rect
            cut = self.width_of(model.columns[index.column()], cell) > rect.width() + 1
            if cut and cell.tip is None:
                QToolTip.showText(event.globalPos(), plain_tip(cell.text), view)
                return True
        return super().helpEvent(event, view, option, index)

    def _paint_text(self, painter: QPainter, rect: QRect, column: Column[Any], cell: Cell) -> None:
        tokens = self._theme.tokens
        font = self._font_of(column)
        painter.setFont(font)
        ink = (
            tokens.ink(cell.tone) if cell.tone is not None else tokens.muted if column.muted else tokens.text
        )
        painter.setPen(QColor(ink))
        wanted = self._advance(font, cell.text)
        if wanted <= rect.width() + 1:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter) | _ONE_LINE, cell.text)
        elif column.kind in RIGHT_ALIGNED:
            self._paint_condensed(painter, rect, cell.text, wanted)
        else:
            shown = self._metrics[id(font)].elidedText(cell.text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter) | _ONE_LINE, shown)

    def _paint_condensed(self, painter: QPainter, rect: QRect, text: str, wanted: float) -> None:
        """Squeeze a figure into its column: a cut amount would be another amount."""
        scale = rect.width() / wanted
        if scale < _NARROWEST:
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), "###")
            return
        painter.save()
        painter.translate(rect.left(), 0)
        painter.scale(scale, 1.0)
        area = QRectF(0, rect.top(), wanted + 1, rect.height())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter) | _ONE_LINE, text)
        painter.restore()

    def _paint_chip(self, painter: QPainter, rect: QRect, cell: Cell, *, right: bool) -> None:
        tokens = self._theme.tokens
        tone = cell.tone or Tone.NEUTRAL
        metrics = self._metrics[id(self._chip_font)]
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, rect.width() - 2 * CHIP_PADDING)
        width = min(self._advance(self._chip_font, text) + 2 * CHIP_PADDING, rect.width())
        left = rect.right() - width if right else rect.left()
        chip = QRectF(left, rect.top() + (rect.height() - CHIP_HEIGHT) / 2, width, CHIP_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.ground(tone)))
        painter.drawRoundedRect(chip, CHIP_RADIUS, CHIP_RADIUS)
        painter.setFont(self._chip_font)
        painter.setPen(QColor(tokens.ink(tone)))
        painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter) | _ONE_LINE, text)
        painter.restore()

    def _font_of(self, column: Column[Any]) -> QFont:
        if column.kind is Kind.CHIP:
            return self._chip_font
        return self._figure_font if column.kind in TABULAR else self._text_font

    def _advance(self, font: QFont, text: str) -> float:
        return self._metrics[id(font)].horizontalAdvance(text)


_ONE_LINE = int(Qt.TextFlag.TextSingleLine)
