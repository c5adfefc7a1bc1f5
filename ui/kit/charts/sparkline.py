"""A line without axes: how a figure went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.kit.theme.theme import Theme

_INSET_PX = 3


class Sparkline(QWidget):
    """Draws values from left to right over a pale ground; the lowest value stands on the floor."""

    def __init__(self, theme: Theme, values: Sequence[float] = (), *, spoken: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._values: tuple[float, ...] = tuple(values)
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def set_values(self, values: Sequence[float], *, spoken: str = "") -> None:
        """Show other values; `spoken` says in words what they show."""
        self._values = tuple(values)
        self.setAccessibleName(spoken)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, 52)

    @override
    def paintEvent(self, event: Any) -> None:
        if len(self._values) < 2:  # noqa: PLR2004 - a line has two ends
            return
        tokens = self._theme.tokens
        points = self._points()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_pale))
        corners = [QPointF(points[-1].x(), self.height()), QPointF(points[0].x(), self.height())]
        painter.drawPolygon(QPolygonF([*points, *corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), 1.6, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF(points))

    def _points(self) -> list[QPointF]:
        low, high = min(self._values), max(self._values)
        # A flat line belongs in the middle, not on the floor.
        span, base = (high - low, low) if high > low else (2.0, low - 1.0)
        step = (self.width() - 1) / (len(self._values) - 1)
        room = self.height() - 2 * _INSET_PX
        return [
            QPointF(place * step, self.height() - _INSET_PX - (value - base) / span * room * 0.85)
            for place, value in enumerate(self._values)
        ]
