"""A line without axes: how a figure went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ui.kit.theme.theme import Theme
    from ui.kit.theme.tokens import Tokens

_INSET_PX: Final = 3
_LINE_PX: Final = 1.6
_FREE_SHARE: Final = 0.85
# A line of 600 values that go up and down takes 9 ms to draw, one of a point each three pixels 0.6.
_STEP_PX: Final = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """Between what the line stands: from `floor` up to `ceiling`, or higher where a value is.

    mark: a value at which a line goes across, such as a limit. is_fixed: what is above the ceiling is drawn
    at it, so that one value far out does not make all others flat.
    """

    floor: float
    ceiling: float
    mark: float | None = None
    is_fixed: bool = False


class Sparkline(QWidget):
    """Draws values from left to right over a pale ground; where one is None nothing is known, and drawn.

    Without a scale the lowest value stands on the floor.
    """

    def __init__(self, theme: Theme, values: Sequence[float | None] = (), *, spoken: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._values: tuple[float | None, ...] = tuple(values)
        self._scale: Scale | None = None
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def values(self) -> tuple[float | None, ...]:
        """The values shown."""
        return self._values

    def set_values(
        self, values: Sequence[float | None], *, spoken: str = "", scale: Scale | None = None
    ) -> None:
        """Show other values; `spoken` says in words what they show."""
        self._values = tuple(values)
        self._scale = scale
        self.setAccessibleName(spoken)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, 52)

    @override
    def paintEvent(self, event: Any) -> None:
        known = [value for value in self._values if value is not None]
        # One value is no course: alone it would be a dot that nobody can explain.
        if not known or (len(known) == 1 and self._scale is None):
            return
        low, high = self._span(known)
        tokens = self._theme.tokens
        painter = QPainter(self)
        if self._scale is not None:
            # As wide as what could be known, so that a short line is seen to be one.
            painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(tokens.border_strong))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines(low, high):
            self._draw(painter, line, tokens)
        if self._scale is not None and self._scale.mark is not None:
            y = self._y(self._scale.mark, low, high)
            painter.setPen(QPen(QColor(tokens.faint), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))

    def _draw(self, painter: QPainter, line: list[QPointF], tokens: Tokens) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_pale))
        corners = [QPointF(line[-1].x(), self.height()), QPointF(line[0].x(), self.height())]
        painter.drawPolygon(QPolygonF([*line, *corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(QColor(tokens.accent), _LINE_PX, j=Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if len(line) == 1:
            painter.drawPoint(line[0])
        else:
            painter.drawPolyline(QPolygonF(line))

    def _span(self, known: list[float]) -> tuple[float, float]:
        low, high = min(known), max(known)
        if self._scale is not None:
            ceiling = self._scale.ceiling
            return self._scale.floor, ceiling if self._scale.is_fixed else max(high, ceiling)
        # A flat line belongs in the middle, not on the floor, and no line reaches quite to the top.
        return (low, low + (high - low) / _FREE_SHARE) if high > low else (low - 1.0, low + 1.0)

    def _lines(self, low: float, high: float) -> Iterator[list[QPointF]]:
        """Yield the points of each stretch that is known without a gap."""
        values = self._highest()
        step = (self.width() - 1) / max(len(values) - 1, 1)
        line: list[QPointF] = []
        for place, value in enumerate(values):
            if value is not None:
                line.append(QPointF(place * step, self._y(value, low, high)))
            elif line:
                yield line
                line = []
        if line:
            yield line

    def _highest(self) -> list[float | None]:
        """Return the values, or of so many that a line cannot show them the highest of some at a time."""
        count = len(self._values)
        lot = -(-count * _STEP_PX // max(self.width(), _STEP_PX))
        # From the end on, which is where somebody looks for what is now.
        lots = [self._values[max(0, end - lot) : end] for end in range(count, 0, -lot)]
        return [max((one for one in some if one is not None), default=None) for some in reversed(lots)]

    def _y(self, value: float, low: float, high: float) -> float:
        room = self.height() - 2 * _INSET_PX
        return self.height() - _INSET_PX - (min(value, high) - low) / (high - low) * room
