"""The ledgers that this computer's user works with, and the three ways to have another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from ui.kit.theme.fonts import CHIP_PX, figure_font, text_font
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import Chip, button, label, restyle, row_of, scrolling
from ui.kit.widgets.cards import Card
from ui.start.home.choice import ChoiceButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QPushButton

    from console.settings.profiles.profile import Profile

_WIDTH: Final = 760
WELCOME: Final = "Welcome. Which ledger would you like to work with?"
KNOWN: Final = "Your ledgers"


class LedgersPage(QWidget):
    """Before anything is open: known ledgers first, then what else there can be.

    What is asked for comes as signals; the profile they carry is the one of its row.
    """

    open_wanted = Signal(object)
    edit_wanted = Signal(object)
    remove_wanted = Signal(object)
    throw_wanted = Signal(object)
    restore_wanted = Signal(object)
    demo_wanted = Signal()
    own_wanted = Signal()
    connect_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal()
    about_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []
        self._said = label(tone="error", wrap=True, selectable=True)
        self._lead = label(tone="muted", font=text_font(14))
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.demo = ChoiceButton(
            "Look around",
            "A demo ledger with 2,000 invented customers is made on this computer. You may try everything in "
            "it, and throw it away.",
        )
        self.own = ChoiceButton(
            "A ledger of your own",
            "An empty ledger on this computer. Its database server comes with the console.",
        )
        self.server = ChoiceButton(
            "Connect to a server",
            "A ledger on a PostgreSQL server of your company. Each step of the connection is tried and told.",
        )
        self.demo.clicked.connect(lambda _checked: self.demo_wanted.emit())
        self.own.clicked.connect(lambda _checked: self.own_wanted.emit())
        self.server.clicked.connect(lambda _checked: self.connect_wanted.emit())
        self.import_button = button("Import profiles…", flat=True)
        self.export_button = button("Export profiles…", flat=True)
        self.about_button = button("About", flat=True)
        self.import_button.clicked.connect(lambda _checked: self.import_wanted.emit())
        self.export_button.clicked.connect(lambda _checked: self.export_wanted.emit())
        self.about_button.clicked.connect(lambda _checked: self.about_wanted.emit())
        self._build()

    @property
    def said(self) -> str:
        """What went wrong, or was done, last."""
        return self._said.text()

    @property
    def rows(self) -> Sequence[_Row]:
        """The known ledgers, in their order."""
        return tuple(self._rows)

    def show_profiles(self, profiles: Sequence[Profile], last: Profile | None) -> None:
        """Show the known ledgers; the one that was opened last has the keyboard."""
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self._rows = [_Row(profile, self) for profile in profiles]
        for row in self._rows:
            self._list.addWidget(row)
            row.show()  # now: what is not shown takes no keyboard
        self._lead.setText(KNOWN if self._rows else WELCOME)
        self.demo.setVisible(all(profile.kind != "demo" for profile in profiles))
        self.export_button.setVisible(any(profile.is_server for profile in profiles))
        first = next((row for row in self._rows if last is not None and row.profile.id == last.id), None)
        first = first or (self._rows[0] if self._rows else None)
        for row in self._rows:
            restyle(row.open_button, accent=row is first)
        (self.demo if first is None else first.open_button).setFocus()

    def say(self, words: str, *, tone: str = "error") -> None:
        """Say what went wrong, or in another tone what was done; nothing takes it back."""
        self._said.setText(words)
        restyle(self._said, tone=tone)
        self._said.setVisible(bool(words))

    def _build(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        choices = QHBoxLayout()
        choices.setSpacing(GAP)
        for choice in (self.demo, self.own, self.server):
            choices.addWidget(choice, 1)
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 24, 0, 24)
        body.setSpacing(GAP)
        body.addStretch(2)
        body.addWidget(label("Ledger Console", font=figure_font()))
        body.addWidget(self._lead)
        body.addWidget(self._said)
        body.addLayout(self._list)
        body.addSpacing(4)
        body.addLayout(choices)
        body.addLayout(row_of(self.import_button, self.export_button, None, self.about_button))
        body.addStretch(3)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(inside, 100)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolling(middle))
        self.say("")


class _Row(Card):
    """One known ledger: its colour and word, what it is called, where it is, and what can be done."""

    def __init__(self, profile: Profile, page: LedgersPage) -> None:
        super().__init__()
        self.profile = profile
        self.body.setContentsMargins(0, 0, 14, 0)
        mark = QFrame()
        mark.setProperty("mark", profile.colour)
        mark.setFixedWidth(4)
        word = text_font(CHIP_PX, weight=QFont.Weight.DemiBold)
        tone = Tone.of_environment(production=profile.production, demo=profile.kind == "demo")
        chip = Chip(profile.environment, tone, font=word)
        name = label(profile.name, font=text_font(14, weight=QFont.Weight.DemiBold))
        notes = label(_where(profile), tone="muted", wrap=True)
        self.open_button = button("Open")
        self.open_button.setAccessibleName(f"Open {profile.name}, {profile.environment}")
        self.open_button.clicked.connect(partial(_tell, page.open_wanted, profile))
        self.more_button = self._more(profile, page)
        words = QVBoxLayout()
        words.setContentsMargins(0, 11, 0, 11)
        words.setSpacing(2)
        words.addLayout(row_of(name, chip, None, spacing=8))
        words.addWidget(notes)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(mark)
        line.addLayout(words, 1)
        line.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(line)

    def _more(self, profile: Profile, page: LedgersPage) -> QPushButton:
        more = button("More", flat=True)
        more.setAccessibleName(f"More about {profile.name}")
        menu = QMenu(more)
        menu.addAction("Change…", partial(page.edit_wanted.emit, profile))
        if profile.is_server:
            menu.addAction("Remove from this list…", partial(page.remove_wanted.emit, profile))
        else:
            gone = profile.kind == "demo"
            if not gone:
                # Not into a demo, which may be thrown away.
                menu.addAction("Restore a backup…", partial(page.restore_wanted.emit, profile))
            words = "Throw the demo away…" if gone else "Remove from this list…"
            wanted = page.throw_wanted if gone else page.remove_wanted
            menu.addAction(words, partial(wanted.emit, profile))
        more.setMenu(menu)
        return more


def _where(profile: Profile) -> str:
    """Say in a line where a ledger is, and what may be done there."""
    parts: list[str] = []
    if profile.is_server:
        more = f" and {len(profile.hosts) - 1} more" if len(profile.hosts) > 1 else ""
        parts.append(f"{profile.database} on {profile.hosts[0]}{more}")
    else:
        parts.append(
            "on this computer, nothing in it is real" if profile.kind == "demo" else "on this computer"
        )
    if profile.operator:
        parts.append(f"as {profile.operator}")
    if profile.read_only:
        parts.append("read-only")
    elif profile.production:
        parts.append("read-only until unlocked")
    return ", ".join(parts)


def _tell(signal: object, profile: Profile, *_checked: object) -> None:
    signal.emit(profile)  # type: ignore[attr-defined]  # a bound signal, which has no type of its own
