"""What the forms before a ledger is open have in common: a card, a way back, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import bring_into_view, button, label, row_of, scrolling
from ui.kit.widgets.cards import Card

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QPushButton

FORM_PX: Final = 460
_BETWEEN_PX: Final = 16
_AROUND_PX: Final = 24


class FormPage(QWidget):
    """A heading, fields in `fields`, what is wrong, and the buttons; Esc goes back."""

    back_wanted = Signal()

    def __init__(self, heading: str, words: str, deed: str) -> None:
        super().__init__()
        self.heading = label(heading, font=text_font(20, weight=QFont.Weight.Bold))
        self._words = label(words, tone="muted", wrap=True)
        self.fields = QVBoxLayout()
        self.fields.setSpacing(12)
        self.trouble = label(tone="error", wrap=True, selectable=True)
        self.back_button = button("Back")
        self.back_button.clicked.connect(lambda _checked: self.back_wanted.emit())
        self.deed_button = button(deed, accent=True)
        self.buttons = row_of(self.back_button, None, self.deed_button)
        self.card = Card(spacing=12)
        self.card.setFixedWidth(FORM_PX)
        self.card.body.setContentsMargins(28, 24, 28, 24)
        self.card.body.addWidget(self.heading)
        self.card.body.addWidget(self._words)
        self.card.body.addLayout(self.fields)
        self.card.body.addWidget(self.trouble)
        self.card.body.addStretch(1)
        self.card.body.addLayout(self.buttons)
        self.beside = QVBoxLayout()
        self.beside.setSpacing(12)
        inside = QWidget()
        self._row = row = QHBoxLayout()
        row.setSpacing(_BETWEEN_PX)
        row.addStretch(1)
        row.addWidget(self.card)
        row.addLayout(self.beside)
        row.addStretch(1)
        # Where the list stands that one came from, a little above the middle.
        self._whole = whole = QVBoxLayout(inside)
        whole.setContentsMargins(_AROUND_PX, _AROUND_PX, _AROUND_PX, _AROUND_PX)
        whole.addStretch(2)
        whole.addLayout(row)
        whole.addStretch(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(inside))
        self.say("")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # What stands beside the form comes under it where the window is too narrow for both.
        width = event.size().width()
        narrow = self.beside.count() > 0 and width < 2 * (FORM_PX + _AROUND_PX) + _BETWEEN_PX
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        # By margins and not by an alignment, which would cut what is wrapped.
        side = max((width - FORM_PX) // 2, _AROUND_PX) if narrow else _AROUND_PX
        self._whole.setContentsMargins(side, _AROUND_PX, side, _AROUND_PX)

    @property
    def said(self) -> str:
        """What is wrong."""
        return self.trouble.text()

    def say(self, words: str) -> None:
        """Say what is wrong; nothing takes it back."""
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))
        if words:
            bring_into_view(self.trouble)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)


def presses(pressed: QPushButton) -> None:
    """Press a button unless it is grey."""
    if pressed.isEnabled():
        pressed.click()
