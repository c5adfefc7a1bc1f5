"""Labels, fields and title rows: the small parts every screen is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.kit.theme.fonts import LABEL_PX, chip_font, label_font, text_font, title_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.buttons import PressButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout


def label(
    text: str = "",
    *,
    tone: str | None = None,
    font: QFont | None = None,
    wrap: bool = False,
    selectable: bool = False,
) -> QLabel:
    """Return a label that takes its text as it is: a user named `<b>` stays `<b>`."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setFont(font or text_font())
    made.setWordWrap(wrap)
    if tone is not None:
        made.setProperty("tone", tone)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def caption(text: str = "") -> QLabel:
    """Return a 12 px label in the muted tone."""
    return label(text, tone="muted", font=label_font())


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties that the style sheet reads, and apply them now."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def line() -> QFrame:
    """Return a horizontal hairline."""
    made = QFrame()
    made.setAutoFillBackground(True)
    made.setBackgroundRole(QPalette.ColorRole.Mid)
    made.setFixedHeight(1)
    return made


def button(
    text: str, *, accent: bool = False, danger: bool = False, compact: bool = False, flat: bool = False
) -> QPushButton:
    """Return a button; a screen has one in the accent."""
    made = PressButton(text)
    made.setFont(text_font(LABEL_PX + 1, weight=QFont.Weight.Medium))
    made.setProperty("accent", accent)
    made.setProperty("danger", danger)
    made.setProperty("compact", compact)
    made.setProperty("flat", flat)
    return made


def scrolling(inside: QWidget, *, ground: str | None = None) -> QScrollArea:
    """Return an area without a frame, so that a low window scrolls rather than cuts.

    ground: the token of what lies behind; without one, what is behind the area itself.
    """
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if ground is not None:
        inside.setProperty("ground", ground)
    area.setWidget(inside)
    return area


def bring_into_view(wanted: QWidget) -> None:
    """Scroll the area that a widget stands in, as far as it must be, once the widget has its place."""

    def scroll() -> None:
        area = wanted.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(wanted, 0, 0)

    QTimer.singleShot(0, wanted, scroll)


class Chip(QLabel):
    """A word on a pale ground: a kind, a state, an environment."""

    def __init__(self, text: str = "", tone: Tone = Tone.NEUTRAL, *, font: QFont | None = None) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font or chip_font())
        self.setProperty("chip", True)
        # A style sheet box counts as a frame, for which QLabel would indent its text.
        self.setIndent(0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(text, tone)

    def set(self, text: str, tone: Tone) -> None:
        """Show another word in another tone; an empty one hides the chip."""
        self.setText(text)
        restyle(self, tone=tone.value)
        self.setVisible(bool(text))


class Field(QWidget):
    """An editor with its label above and, when something is wrong, the reason below."""

    def __init__(self, text: str, editor: QWidget, *, hint: str = "", beside: QWidget | None = None) -> None:
        """Take the editor, and what stands at its right, such as a button that chooses a file."""
        super().__init__()
        self.editor = editor
        self._hint = hint
        name = caption(text)
        name.setBuddy(editor)
        editor.setAccessibleName(text)
        self._below = label(hint, tone="muted", font=label_font(), wrap=True)
        self._below.setVisible(bool(hint))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(name)
        if beside is None:
            layout.addWidget(editor)
        else:
            layout.addLayout(row_of(editor, beside, spacing=8))
        layout.addWidget(self._below)

    def set_hint(self, words: str) -> None:
        """Say something else below while nothing is wrong, and clear the mark."""
        self._hint = words
        self.set_problem("")

    def forgive(self) -> None:
        """Take a problem back as soon as the text changes: what it said was of another text."""
        if isinstance(self.editor, QLineEdit):
            self.editor.textChanged.connect(lambda _text: self.set_problem(""))

    def set_problem(self, words: str) -> None:
        """Mark the editor and say why; empty words clear the mark."""
        restyle(self.editor, invalid=bool(words))
        self._below.setText(words or self._hint)
        self._below.setVisible(bool(words or self._hint))
        restyle(self._below, tone="error" if words else "muted")
        self.editor.setAccessibleDescription(words)


class TitleRow(QWidget):
    """A screen's title, what it shows in a few words, and its buttons at the right."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        super().__init__()
        self._title = label(title, font=title_font())
        self._subtitle = label(subtitle, tone="muted", font=text_font(tabular=True))
        self.chip = Chip()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        for part in (self._title, self.chip, self._subtitle):
            self._row.addWidget(part)
        self._row.addStretch(1)
        self._beside = 3
        self.setFixedHeight(32)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title.setText(title)

    def set_subtitle(self, subtitle: str) -> None:
        """Show other words beside the title."""
        self._subtitle.setText(subtitle)

    def add_beside(self, widget: QWidget) -> None:
        """Put a widget right after the subtitle."""
        self._row.insertWidget(self._beside, widget)
        self._beside += 1

    def add_action(self, widget: QWidget) -> None:
        """Put a button at the right end."""
        self._row.addWidget(widget)


def row_of(*parts: QWidget | None, spacing: int = 10) -> QHBoxLayout:
    """Return widgets side by side; None takes the room that is left."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        else:
            layout.addWidget(part)
    return layout


def column_of(*parts: QWidget | QLayout | None, spacing: int = 10) -> QVBoxLayout:
    """Return widgets and layouts one under the other; None takes the room that is left."""
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout
