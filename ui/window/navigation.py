"""The list of screens at the left."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ui.kit.theme.fonts import CHIP_PX, LABEL_PX, text_font
from ui.kit.theme.tokens import NAVIGATION_WIDTH
from ui.kit.widgets.basics import label, restyle
from ui.kit.widgets.buttons import PressButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.kit.theme.icons import Icons
    from ui.screen import ScreenEntry


_NARROW_WIDTH: Final = 52
_COUNT_INSET: Final = 10
_DOT_INSET: Final = 4
_DOT: Final = "\N{BULLET}"


class Navigation(QFrame):
    """Buttons for the screens under their headings, with how much waits on each."""

    chosen = Signal(str)

    def __init__(self, entries: Sequence[ScreenEntry], icons: Icons) -> None:
        super().__init__()
        self.setProperty("bar", True)
        self.setFixedWidth(NAVIGATION_WIDTH - 1)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Entry] = {}
        self._headings: list[QLabel] = []
        self._narrow = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 12, 8, 12)
        layout.setSpacing(0)
        heading = ""
        for entry in entries:
            if entry.group != heading:
                heading = entry.group
                self._headings.append(_heading(heading))
                layout.addWidget(self._headings[-1])
            made = _Entry(entry, icons)
            made.clicked.connect(partial(self._choose, entry.id))
            self._group.addButton(made)
            self._buttons[entry.id] = made
            layout.addWidget(made)
        layout.addStretch(1)

    def mark(self, screen: str) -> None:
        """Show which screen is open."""
        if screen in self._buttons:
            self._buttons[screen].setChecked(True)

    def set_count(self, screen: str, count: int | None) -> None:
        """Show how many things wait on a screen; None and 0 show nothing."""
        if screen in self._buttons:
            self._buttons[screen].set_count(count)

    def set_shown(self, screen: str, *, shown: bool) -> None:
        """Leave a screen out, or take it in again."""
        if screen in self._buttons:
            self._buttons[screen].setVisible(shown)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the pictures alone, each with its title as a tip; or the titles too."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.setFixedWidth(_NARROW_WIDTH if narrow else NAVIGATION_WIDTH - 1)
        for heading in self._headings:
            heading.setVisible(not narrow)
        for made in self._buttons.values():
            made.set_narrow(narrow=narrow)

    def _choose(self, screen: str, *_checked: object) -> None:
        self.chosen.emit(screen)


class _Entry(PressButton):
    """One screen's button."""

    def __init__(self, entry: ScreenEntry, icons: Icons) -> None:
        super().__init__(f" {entry.title}")
        self._title = entry.title
        self._narrow = False
        self._waiting = 0
        self.setProperty("navigation", True)
        self.setCheckable(True)
        self.setFont(text_font(weight=QFont.Weight.Medium))
        self.setAccessibleName(entry.title)
        icons.dress(self, entry.glyph, size=16)
        self._count = label(tone="muted", font=text_font(LABEL_PX, tabular=True))
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._inside = QHBoxLayout(self)
        self._inside.addStretch(1)
        self._inside.addWidget(self._count)
        self._tell()
        self.toggled.connect(self._recolour)

    def set_count(self, count: int | None) -> None:
        """Show a count."""
        self._waiting = count or 0
        self.setAccessibleName(f"{self._title}, {count} waiting" if count else self._title)
        self._tell()

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the picture alone, with a dot where something waits; or the title and the count too."""
        self._narrow = narrow
        self.setText("" if narrow else f" {self._title}")
        self._tell()

    def _tell(self) -> None:
        count = _DOT if self._narrow else f"{self._waiting:,}"
        self._count.setText(count if self._waiting else "")
        self._inside.setContentsMargins(0, 0, _DOT_INSET if self._narrow else _COUNT_INSET, 0)
        above, beside = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter
        self._count.setAlignment(above if self._narrow else beside)
        self.setToolTip(self.accessibleName() if self._narrow else "")

    def _recolour(self) -> None:
        restyle(self._count, tone="accent" if self.isChecked() else "muted")


def _heading(text: str) -> QLabel:
    font = text_font(CHIP_PX, weight=QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
    made = label(text.upper(), tone="muted", font=font)
    made.setContentsMargins(10, 14, 0, 6)
    return made
