"""A large button that says what it does and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout
from typing_extensions import override

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import label
from ui.kit.widgets.buttons import PressButton

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QLabel

_INSIDE_PX: Final = 16


class ChoiceButton(PressButton):
    """A heading and a few words, as high as they need at the width there is."""

    def __init__(self, heading: str, words: str) -> None:
        super().__init__()
        self.setProperty("tile", True)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(words)
        self._parts = (
            label(heading, font=text_font(15, weight=QFont.Weight.DemiBold), wrap=True),
            label(words, tone="muted", wrap=True),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_INSIDE_PX, 14, _INSIDE_PX, 14)
        layout.setSpacing(4)
        for part in self._parts:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(part)
        layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def heading(self) -> QLabel:
        """The first line."""
        return self._parts[0]

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, self._height(max(self.width(), 200)))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(180, self._height(max(self.width(), 180)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _height(self, width: int) -> int:
        inside = width - 2 * _INSIDE_PX
        return 32 + sum(part.heightForWidth(inside) for part in self._parts)
