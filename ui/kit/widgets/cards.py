"""Cards: white frames on the page that hold what belongs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.theme.fonts import FIGURE_PX, LARGE_FIGURE_PX, figure_font, text_font
from ui.kit.widgets.basics import Chip, caption, label, restyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from ui.kit.theme.tokens import Tone

_HEADING_PX = 15


class Card(QFrame):
    """A frame with 14 px inside; put widgets into `body`."""

    def __init__(self, heading: str = "", *, spacing: int = 10) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(spacing)
        if heading:
            self.body.addWidget(heading_label(heading))


def heading_label(text: str) -> QLabel:
    """Return a card's heading, for where something stands beside it."""
    return label(text, font=text_font(_HEADING_PX, weight=QFont.Weight.DemiBold))


class KeyFigure(Card):
    """One figure that matters, under its name and over a note or a chip; `large` for the one asked for."""

    def __init__(self, name: str, figure: str = "", note: str = "", *, large: bool = False) -> None:
        super().__init__(spacing=2)
        self.body.setContentsMargins(15, 12, 15, 12)
        self._name = caption(name)
        self._figure = label(figure, font=figure_font(LARGE_FIGURE_PX if large else FIGURE_PX))
        self._note = label(note, tone="muted", font=text_font(tabular=True))
        self._chip = Chip()
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 2, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._chip)
        foot.addWidget(self._note, 1)
        self.body.addWidget(self._name)
        self.body.addWidget(self._figure)
        self.body.addLayout(foot)
        self.body.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(self._figure.sizeHint().width() + 32)

    def set(
        self, figure: str, note: str = "", *, chip: str = "", tone: Tone | None = None, spoken: str = ""
    ) -> None:
        """Show a figure; a chip with a tone stands before the note."""
        self._figure.setText(figure)
        self._note.setText(note)
        if tone is not None:
            self._chip.set(chip, tone)
        self._chip.setVisible(bool(chip) and tone is not None)
        self.setAccessibleName(f"{self._name.text()}: {spoken or figure}")
        # A figure is never cut: the card grows with it.
        self.setMinimumWidth(self._figure.sizeHint().width() + 32)

    def set_figure_tone(self, tone: str | None) -> None:
        """Colour the figure, or leave it in the text colour."""
        restyle(self._figure, tone=tone)


class Equation(QFrame):
    """Terms side by side with their signs on the lines between: an amount as it came to be."""

    def __init__(self, terms: Sequence[tuple[str, str]]) -> None:
        """`terms` are (sign, name); the first sign is not shown, the last term is the result."""
        super().__init__()
        self.setProperty("card", True)
        self._names = [name for _, name in terms]
        self._figures = [label(font=text_font(16, weight=QFont.Weight.DemiBold, tabular=True)) for _ in terms]
        last = len(terms) - 1
        self._parts = [
            _term(name, figure, first=place == 0, result=place == last)
            for place, (name, figure) in enumerate(zip(self._names, self._figures, strict=True))
        ]
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for part in self._parts:
            row.addWidget(part, 1)
        self._signs = [caption(sign) for sign, _ in terms[1:]]
        for sign in self._signs:
            sign.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, figures: Sequence[str]) -> None:
        """Show the figures, one a term."""
        for name, shown, figure in zip(self._names, self._figures, figures, strict=True):
            shown.setText(figure)
            shown.setAccessibleName(f"{name}: {figure}")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        for sign, part in zip(self._signs, self._parts[1:], strict=True):
            size = sign.sizeHint()
            sign.setGeometry(
                part.x() - size.width() // 2,
                (self.height() - size.height()) // 2,
                size.width(),
                size.height(),
            )
            sign.raise_()


def _term(name: str, figure: QWidget, *, first: bool, result: bool) -> QFrame:
    made = QFrame()
    made.setProperty("term", True)
    made.setProperty("first", first)
    made.setProperty("result", result)
    layout = QVBoxLayout(made)
    layout.setContentsMargins(14, 12, 10, 13)
    layout.setSpacing(4)
    layout.addWidget(caption(name))
    layout.addWidget(figure)
    return made
