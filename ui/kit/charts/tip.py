"""The few words beside the point under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from ui.kit.theme.fonts import LABEL_PX, text_font
from ui.kit.widgets.basics import label

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

_AWAY_PX = 14


class ChartTip(QFrame):
    """A small frame over a chart; the mouse goes through it."""

    def __init__(self, chart: QWidget) -> None:
        super().__init__(chart)
        self._chart = chart
        self.setProperty("popup", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = label(font=text_font(LABEL_PX, tabular=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 6, 9, 6)
        layout.addWidget(self._label)
        self.hide()

    @property
    def words(self) -> str:
        """What is said, empty when nothing is shown."""
        return "" if self.isHidden() else self._label.text()

    def say(self, words: str, at: QPoint) -> None:
        """Show words beside a place of the chart, wholly inside it."""
        self._label.setText(words)
        self.adjustSize()
        right = at.x() + _AWAY_PX
        left = at.x() - _AWAY_PX - self.width()
        x = right if right + self.width() <= self._chart.width() else max(left, 0)
        y = min(max(at.y() - self.height() // 2, 0), max(self._chart.height() - self.height(), 0))
        self.move(x, y)
        self.show()
        self.raise_()
