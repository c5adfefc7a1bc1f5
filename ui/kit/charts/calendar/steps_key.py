"""The legend of a calendar: nothing, five steps of one colour, and what the largest day holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.charts.calendar.days import STEPS, inks_of
from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import LABEL_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from ui.kit.theme.theme import Theme

_SQUARE_PX, _PITCH_PX, _BETWEEN_PX, _HEIGHT_PX = 13, 18, 7, 22
_NOTHING: Final = "0"


class StepsKey(QWidget):
    """Squares from nothing to the largest day, with that day's amount at the end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._largest = ""
        self.setFont(text_font(LABEL_PX, tabular=True))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def largest(self) -> str:
        """What is written at the end."""
        return self._largest

    def set_steps(self, largest: str, ranges: Sequence[str]) -> None:
        """Name the largest day's amount, and say of each step which amounts it stands for."""
        self._largest = largest
        said = "\n".join(f"{step}  {words}" for step, words in enumerate(ranges, start=1))
        self.setToolTip(plain_tip(f"From the palest to the fullest:\n{said}") if ranges else "")
        self.setAccessibleName(f"Legend: five steps up to {largest}" if ranges else "Legend")
        self.setAccessibleDescription(", ".join(ranges))
        self.setVisible(bool(ranges))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        words = metrics.horizontalAdvance(_NOTHING) + metrics.horizontalAdvance(self._largest)
        return QSize(math.ceil(words) + 2 * _BETWEEN_PX + _PITCH_PX * (STEPS + 1), _HEIGHT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = QFontMetricsF(self.font())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        muted, middle = QColor(self._theme.tokens.muted), int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(muted)
        painter.drawText(QRectF(self.rect()), middle, _NOTHING)
        left = metrics.horizontalAdvance(_NOTHING) + _BETWEEN_PX
        painter.setPen(Qt.PenStyle.NoPen)
        for place, ink in enumerate(inks_of(self._theme.tokens)):
            painter.setBrush(ink)
            top = (self.height() - _SQUARE_PX) / 2
            painter.drawRoundedRect(QRectF(left + place * _PITCH_PX, top, _SQUARE_PX, _SQUARE_PX), 2.5, 2.5)
        left += (STEPS + 1) * _PITCH_PX + _BETWEEN_PX - (_PITCH_PX - _SQUARE_PX)
        painter.setPen(muted)
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), middle, self._largest)
