"""A request as two painted lines, and the box that marks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainterPath, QPen

from ui.kit.table.delegate import CHIP_HEIGHT, CHIP_PADDING, CHIP_RADIUS
from ui.kit.theme.fonts import LABEL_PX, chip_font, text_font
from ui.kit.theme.tokens import CELL_PADDING

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from ui.kit.table.columns import Picture
    from ui.kit.theme.tokens import Tokens

ROW_PX: Final = 60
_BOX_PX: Final = 15
MARK_PX: Final = _BOX_PX + 2 * CELL_PADDING
_BOX_RADIUS: Final = 4
_LINE_PX: Final = 20
_GAP_PX: Final = 10
_ONE_LINE: Final = int(Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignVCenter)
# The tick within its box, as parts of the box's side.
_TICK: Final = ((0.24, 0.52), (0.43, 0.70), (0.77, 0.31))


def row_picture(title: str, amount: str, kind: str, facts: str) -> Picture:
    """Return what paints a row: title and amount, which is never cut, over its kind and facts."""

    def paint(painter: QPainter, area: QRect, tokens: Tokens) -> None:
        top = area.top() + (area.height() - 2 * _LINE_PX) / 2
        first = QRectF(area.left(), top, area.width(), _LINE_PX)
        second = first.translated(0, _LINE_PX)
        strong = text_font(weight=QFont.Weight.DemiBold, tabular=True)
        room = first.width() - QFontMetricsF(strong).horizontalAdvance(amount) - _GAP_PX
        painter.setFont(strong)
        painter.setPen(QColor(tokens.text))
        painter.drawText(first, _ONE_LINE | int(Qt.AlignmentFlag.AlignRight), amount)
        named = text_font(weight=QFont.Weight.Medium)
        _write(painter, named, QRectF(first.left(), top, room, _LINE_PX), title)
        left = _chip(painter, second, kind, tokens)
        painter.setPen(QColor(tokens.muted))
        rest = second.adjusted(left + _GAP_PX, 0, 0, 0)
        _write(painter, text_font(LABEL_PX, tabular=True), rest, facts)

    return paint


def mark_picture(*, on: bool) -> Picture:
    """Return what paints the box that is ticked or not."""

    def paint(painter: QPainter, area: QRect, tokens: Tokens) -> None:
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        middle = area.top() + (area.height() - 2 * _LINE_PX + _LINE_PX) / 2
        box = QRectF(area.left() + 0.5, middle - _BOX_PX / 2, _BOX_PX, _BOX_PX)
        painter.setPen(QPen(QColor(tokens.accent if on else tokens.border_strong), 1.2))
        painter.setBrush(QColor(tokens.accent if on else tokens.field))
        painter.drawRoundedRect(box, _BOX_RADIUS, _BOX_RADIUS)
        if on:
            tick = QPainterPath(_within(box, *_TICK[0]))
            for x, y in _TICK[1:]:
                tick.lineTo(_within(box, x, y))
            painter.setPen(QPen(QColor(tokens.accent_text), 1.8))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(tick)

    return paint


def _within(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height())


def _write(painter: QPainter, font: QFont, area: QRectF, text: str) -> None:
    """Write a text, cut with an ellipsis where the width ends."""
    painter.setFont(font)
    cut = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _ONE_LINE | int(Qt.AlignmentFlag.AlignLeft), cut)


def _chip(painter: QPainter, area: QRectF, text: str, tokens: Tokens) -> float:
    """Paint a chip at the left of a line; return its width."""
    font = chip_font()
    width = QFontMetricsF(font).horizontalAdvance(text) + 2 * CHIP_PADDING
    chip = QRectF(area.left(), area.top() + (area.height() - CHIP_HEIGHT) / 2, width, CHIP_HEIGHT)
    painter.setRenderHint(painter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.neutral_pale))
    painter.drawRoundedRect(chip, CHIP_RADIUS, CHIP_RADIUS)
    painter.setFont(font)
    painter.setPen(QColor(tokens.muted))
    painter.drawText(chip, _ONE_LINE | int(Qt.AlignmentFlag.AlignHCenter), text)
    return width
