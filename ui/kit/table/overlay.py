"""What lies over a table: its rounded edge, and words while it has no rows to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.formats import sentence
from ui.kit.theme.fonts import LABEL_PX, text_font
from ui.kit.theme.tokens import CARD_RADIUS, HEAD_HEIGHT

if TYPE_CHECKING:
    from ui.kit.theme.theme import Theme


class RoundedEdge(QWidget):
    """Rounds the corners that a table's viewport and head would paint square."""

    def __init__(self, theme: Theme, parent: QTableView, ground: str = "page") -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = parent
        self._ground = ground
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    @override
    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(whole)
        inside.addRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)
        bar = self._table.verticalScrollBar()
        if bar.isVisible() and self._table.horizontalHeader().isVisible():
            # The scroll bar reaches up beside the head, where it would leave a white notch.
            left = bar.mapTo(self._table, bar.rect().topLeft()).x()
            tokens = self._theme.tokens
            painter.fillRect(QRectF(left, 1, bar.width(), HEAD_HEIGHT), QColor(tokens.head))
            painter.fillRect(QRectF(left, HEAD_HEIGHT, bar.width(), 1), QColor(tokens.border))
        painter.fillPath(outside.subtracted(inside), self._theme.colour(self._ground))
        painter.setPen(QPen(QColor(self._theme.tokens.border), 1))
        painter.drawPath(inside)


class Words(QWidget):
    """A heading, a line that says what to do, and a button to try again."""

    retry_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = _centred(text_font(weight=QFont.Weight.Medium))
        self.detail = _centred(text_font(LABEL_PX))
        self.detail.setProperty("tone", "muted")
        self.detail.setWordWrap(True)
        self.button = QPushButton("Retry", self)
        self.button.setFont(text_font(weight=QFont.Weight.Medium))
        self.button.clicked.connect(self.retry_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(6)
        layout.addStretch(2)
        layout.addWidget(self.heading)
        layout.addWidget(self.detail)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addStretch()
        row.addWidget(self.button)
        row.addStretch()
        layout.addLayout(row)
        layout.addStretch(3)

    def say(self, heading: str, detail: str = "", *, retry: bool = False) -> None:
        """Show words, the detail as a sentence; an empty heading hides the whole."""
        detail = sentence(detail)
        self.heading.setText(heading)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.button.setVisible(retry)
        self.setAccessibleName(f"{heading}. {detail}" if detail else heading)
        # Without a button there is nothing to click: the rows below must stay reachable.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not retry)
        self.setVisible(bool(heading))


def _centred(font: QFont) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setFont(font)
    return label
