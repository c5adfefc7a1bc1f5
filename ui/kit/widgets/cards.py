"""Cards: white frames on the page that hold what belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import FIGURE_PX, LARGE_FIGURE_PX, figure_font, text_font
from ui.kit.widgets.basics import Chip, caption, label, restyle
from ui.kit.widgets.buttons import PressButton
from ui.kit.widgets.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QPushButton

    from ui.kit.theme.tokens import Tone

_HEADING_PX = 15
_TERM_PX = 16


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


@dataclass(frozen=True, slots=True)
class EquationPart:
    """One part of an equation: its name and its signed figure; one with a key can be pressed."""

    name: str
    figure: str
    key: str = ""
    tone: str | None = None
    spoken: str = ""
    tip: str = ""


class Equation(QWidget):
    """Parts side by side, in further lines where the width ends: an amount as it came to be.

    The last part is the result. `chosen` carries the key of the part pressed, empty when it is let go.
    """

    chosen = Signal(str)

    def __init__(self, parts: Sequence[EquationPart] = ()) -> None:
        super().__init__()
        self._shown: list[_Passive | _Pressable] = []
        self._outline: list[tuple[str, str]] = []
        self._flow = Flow(spacing=0, between_lines=0, fill=True)
        self.setLayout(self._flow)
        # As high as its lines: a fixed height would be that of one.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.set_parts(parts)

    @property
    def buttons(self) -> dict[str, QPushButton]:
        """The parts that can be pressed, by their keys."""
        return {one.key: one for one in self._shown if isinstance(one, _Pressable)}

    @property
    def key(self) -> str:
        """The key of the part that is pressed; empty for none."""
        return next((key for key, one in self.buttons.items() if one.isChecked()), "")

    def set_parts(self, parts: Sequence[EquationPart]) -> None:
        """Show parts; where only figures changed, the keyboard and what is pressed stay."""
        outline = [(part.key, part.name) for part in parts]
        if outline != self._outline:
            self._outline = outline
            self._make(parts)
        for shown, part in zip(self._shown, parts, strict=True):
            shown.show_part(part)
        self.updateGeometry()

    def let_go(self) -> bool:
        """Let go of the part that is pressed; False when there is none."""
        if not self.key:
            return False
        self._press("")
        return True

    def _make(self, parts: Sequence[EquationPart]) -> None:
        pressed = self.key
        while self._flow.count():
            self._flow.takeAt(0)
        for old in self._shown:
            old.hide()
            old.deleteLater()
        last = len(parts) - 1
        self._shown = [
            _Pressable(part.key, self._press) if part.key else _Passive(result=place == last)
            for place, part in enumerate(parts)
        ]
        for place, made in enumerate(self._shown):
            made.setProperty("first", place == 0)
            self._flow.addWidget(made)
            # At once: the layout would show it a moment later, and until then it takes no keyboard.
            made.show()
        if pressed in self.buttons:
            self.buttons[pressed].setChecked(True)
        elif pressed:
            self.chosen.emit("")

    def _press(self, key: str) -> None:
        for own, one in self.buttons.items():
            one.setChecked(own == key)
        self.chosen.emit(key)


class _Passive(QFrame):
    """A part that opens nothing."""

    def __init__(self, *, result: bool) -> None:
        super().__init__()
        self.setProperty("term", True)
        self.setProperty("result", result)
        self._name, self._figure = _part_labels(self)

    def show_part(self, part: EquationPart) -> None:
        """Show a name and a figure."""
        _show_part(self, self._name, self._figure, part)


class _Pressable(PressButton):
    """A part that opens what it is made of."""

    def __init__(self, key: str, pressed: Callable[[str], None]) -> None:
        super().__init__()
        self.key = key
        self.setCheckable(True)
        self.setProperty("term", True)
        self._name, self._figure = _part_labels(self)
        self.clicked.connect(lambda checked: pressed(key if checked else ""))

    @override
    def sizeHint(self) -> QSize:
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_part(self, part: EquationPart) -> None:
        """Show a name and a figure."""
        _show_part(self, self._name, self._figure, part)


def _part_labels(inside: QWidget) -> tuple[QLabel, QLabel]:
    name, figure = caption(), label(font=text_font(_TERM_PX, weight=QFont.Weight.DemiBold, tabular=True))
    layout = QVBoxLayout(inside)
    layout.setContentsMargins(14, 11, 10, 12)
    layout.setSpacing(4)
    for one in (name, figure):
        one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout.addWidget(one)
    return name, figure


def _show_part(inside: QWidget, name: QLabel, figure: QLabel, part: EquationPart) -> None:
    name.setText(part.name)
    figure.setText(part.figure)
    restyle(figure, tone=part.tone)
    inside.setAccessibleName(f"{part.name}: {part.spoken or part.figure}")
    inside.setToolTip(plain_tip(part.tip) if part.tip else "")
