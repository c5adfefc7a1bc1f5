"""Figures that matter, each under its name and over a note; one that has a list is pressed to open it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import figure_font, text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, caption, label
from ui.kit.widgets.buttons import PressButton

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

UNKNOWN: Final = "\N{EM DASH}"
PICTURE_HEIGHT: Final = 40
"""How high a picture beside a figure may be, in px."""


class TileFace(QVBoxLayout):
    """A name, a figure with its currency, and a note below it; perhaps how the figure went."""

    def __init__(self, inside: QWidget, name: str) -> None:
        super().__init__(inside)
        self._inside = inside
        self._name = caption(name)
        self._figure = label(UNKNOWN, font=figure_font())
        self._unit = label(tone="muted", font=text_font())
        self._note = label("reading\N{HORIZONTAL ELLIPSIS}", tone="muted", font=text_font(tabular=True))
        self._chip = Chip()
        self._beside = QHBoxLayout()
        self.setContentsMargins(15, 12, 15, 12)
        self.setSpacing(2)
        figures = QHBoxLayout()
        figures.setSpacing(7)
        figures.addStrut(PICTURE_HEIGHT)  # the figures of a row stand on one line, beside a picture or not
        figures.addWidget(self._figure)
        figures.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        figures.addStretch(1)
        figures.addLayout(self._beside)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 2, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self._chip)
        foot.addWidget(self._note, 1)
        self.addWidget(self._name)
        self.addLayout(figures)
        self.addLayout(foot)
        self.addStretch(1)
        self._unit.setContentsMargins(0, 0, 0, 4)
        for part in (self._name, self._figure, self._unit, self._note, self._chip):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def put_beside(self, picture: QWidget) -> None:
        """Put a picture beside the figure."""
        picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._beside.addWidget(picture)

    def tell(self, figure: str, unit: str, note: str, *, chip: str = "", tip: str = "") -> None:
        """Show a figure, its currency, and what is said of it; a chip asks for attention."""
        self._figure.setText(figure)
        self._unit.setText(unit)
        self._note.setText(note)
        self._chip.set(chip, Tone.WARNING)
        said = ", ".join(part for part in (f"{figure} {unit}".strip(), chip, note) if part)
        self._inside.setAccessibleName(f"{self._name.text()}: {said}")
        self._inside.setToolTip(plain_tip(tip) if tip else "")
        self._inside.updateGeometry()


class OpeningTile(PressButton):
    """A figure that opens the list behind it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("tile", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.face = TileFace(self, name)
        # A frame puts its contents inside its border, 1 px; a button does not.
        self.face.setContentsMargins(16, 13, 16, 13)

    @override
    def sizeHint(self) -> QSize:
        return self.face.sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        return self.face.minimumSize()
