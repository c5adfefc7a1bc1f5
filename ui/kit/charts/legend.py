"""The legend of a graph: each colour's name, and what a ring and a cross mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import LABEL_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from ui.kit.theme.theme import Theme

SLOW, FAILED = "above the threshold", "failed"
OTHERS: Final = "others"
_DOT_PX, _NAME_PX, _BETWEEN_PX, _HEIGHT_PX = 7, 14, 16, 22


class Legend(QWidget):
    """Names from left to right, as many as there is room for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self.setFont(text_font(LABEL_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend")
        theme.changed.connect(self.update)

    @property
    def names(self) -> tuple[str, ...]:
        """What has a colour, in the colours' order."""
        return self._names

    def set_names(self, names: Sequence[str]) -> None:
        """Name the colours; those beyond the theme's are the others."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        self.setAccessibleDescription(", ".join(names))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(80, _HEIGHT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, QFontMetricsF(self.font())
        error = QColor(tokens.error)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        left = 4.0
        colours = [QColor(ink) for ink in tokens.series]
        shown = [(name, ink) for name, ink in zip(self._names, colours, strict=False) if name]
        if len(self._names) > len(colours):
            shown.append((OTHERS, QColor(tokens.muted)))
        for name, ink in (*shown, (SLOW, None), (FAILED, None)):
            wide = _NAME_PX + metrics.horizontalAdvance(name)
            if left + wide > self.width():
                return
            middle = QPointF(left + _DOT_PX / 2, self.height() / 2)
            painter.setBrush(ink or Qt.BrushStyle.NoBrush)
            painter.setPen(Qt.PenStyle.NoPen if ink is not None else QPen(error, 1.6))
            if name == FAILED:
                for down in (-3, 3):
                    painter.drawLine(middle + QPointF(-3, -down), middle + QPointF(3, down))
            else:
                painter.drawEllipse(middle, _DOT_PX / 2, _DOT_PX / 2)
            painter.setPen(QColor(tokens.muted))
            area = QRectF(left + _NAME_PX, 0, wide, self.height())
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), name)
            left += wide + _BETWEEN_PX
