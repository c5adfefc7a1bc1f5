"""A balance over time: a line between two moments, over an axis that holds zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import CHIP_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.kit.theme.theme import Theme

_ENDS = 2
_BETWEEN_PX = 7
_LINE_PX = 1.6


class BalanceLine(QWidget):
    """Draws (seconds, amount) points in order of time; `written` writes an amount beside the axis.

    The axis goes from zero, or the lowest balance below it, to the highest.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._points: tuple[tuple[float, int], ...] = ()
        self._labels = ("", "")
        self._ends = ("", "")
        self._font = text_font(CHIP_PX, tabular=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def labels(self) -> tuple[str, str]:
        """The highest and the lowest amount of the axis."""
        return self._labels

    @property
    def ends(self) -> tuple[str, str]:
        """When the line begins and ends."""
        return self._ends

    def set_points(
        self,
        points: Sequence[tuple[float, int]],
        *,
        written: Callable[[int], str],
        ends: tuple[str, str],
        spoken: str,
    ) -> None:
        """Show other points; `ends` name the first and the last moment, `spoken` says all in words."""
        self._points = tuple(points)
        high, low = self._span()
        self._labels = (written(high), written(low))
        self._ends = ends
        self.setAccessibleName(spoken)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(230, 58)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(180, 52)

    @override
    def paintEvent(self, event: Any) -> None:
        if len(self._points) < _ENDS:
            return
        tokens, metrics = self._theme.tokens, QFontMetricsF(self._font)
        left = max(metrics.horizontalAdvance(one) for one in self._labels) + _BETWEEN_PX
        area = QRectF(left, 3, self.width() - left - 1, self.height() - metrics.height() - 7)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.muted))
        self._write_axis(painter, area, metrics.height())
        line = self._line(area)
        floor = self._y(area, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_pale))
        painter.drawPolygon(QPolygonF([QPointF(line[0].x(), floor), *line, QPointF(line[-1].x(), floor)]))
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.drawLine(QPointF(area.left(), floor), QPointF(area.right(), floor))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), _LINE_PX, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF(line))

    def _write_axis(self, painter: QPainter, area: QRectF, height: float) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for label, y in zip(self._labels, (area.top(), area.bottom()), strict=True):
            top = max(0.0, y - height / 2)
            painter.drawText(QRectF(0, top, area.left() - _BETWEEN_PX, height), right, label)
        below = QRectF(area.left(), area.bottom() + 4, area.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self._ends[1])

    def _span(self) -> tuple[int, int]:
        amounts = [amount for _at, amount in self._points]
        return max(0, *amounts, 0), min(0, *amounts, 0)

    def _line(self, area: QRectF) -> list[QPointF]:
        first, last = self._points[0][0], self._points[-1][0]
        width = max(1.0, last - first)
        return [
            QPointF(area.left() + (at - first) / width * area.width(), self._y(area, amount))
            for at, amount in self._points
        ]

    def _y(self, area: QRectF, amount: int) -> float:
        high, low = self._span()
        return area.bottom() - (amount - low) / max(1, high - low) * area.height()
