"""One operator beside the list: rights in words, sessions, what they leave open, what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.text import shown
from console.ledger.operators.left_open import left_open
from console.ledger.operators.page import DISABLED
from console.ledger.operators.roles import MAY
from ui.acts.deeds.deed import no_deed
from ui.kit.formats import sentence
from ui.kit.lists.read_lines import ReadLines
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, caption, label, row_of, scrolling
from ui.kit.widgets.buttons import allow
from ui.kit.widgets.cards import Card
from ui.kit.widgets.flow import Flow
from ui.routes import OpenSessions
from ui.screens.control.operators.words import (
    TONES,
    facts,
    left_lines,
    no_change,
    no_ending,
    no_other_roles,
    no_status_change,
    no_unlock,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from console.ledger.operators.left_open import LeftOpen
    from console.ledger.operators.page import OperatorRow
    from ui.context import Context
    from ui.screens.control.operators.deeds import Deeds

WIDTH: Final = 392
LEAST_HEIGHT: Final = 260


class OperatorPanel(Card):
    """Hidden until a row is chosen."""

    closed = Signal()

    def __init__(self, context: Context, deeds: Deeds) -> None:
        super().__init__(spacing=8)
        self._context = context
        self._deeds = deeds
        self.row: OperatorRow | None = None
        self.found: LeftOpen | None = None
        self.setAccessibleName("Operator")
        self.setMinimumHeight(LEAST_HEIGHT)
        self._who = label(font=text_font(15, weight=QFont.Weight.DemiBold), selectable=True)
        self._chip = Chip()
        self.close_button = button("", flat=True, compact=True)
        self.close_button.setAccessibleName("Hide")
        self.close_button.setToolTip("Hide (Esc)")
        context.icons.dress(self.close_button, Glyph.CLOSE, size=14)
        self._called = label(tone="muted", selectable=True)
        self._facts = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._roles = QGridLayout()
        self._cells: list[QWidget] = []
        self._sessions = label(font=text_font(tabular=True))
        self.sessions_button = button("Show", compact=True)
        self.end_button = button("End sessions\N{HORIZONTAL ELLIPSIS}", compact=True)
        self.left = ReadLines(context.worker, "Left open")
        self.password_button = button("Set password\N{HORIZONTAL ELLIPSIS}")
        self.roles_button = button("Change roles\N{HORIZONTAL ELLIPSIS}")
        self.unlock_button = button("Unlock\N{HORIZONTAL ELLIPSIS}")
        self.status_button = button("")
        self._why = label(tone="muted", font=label_font(), wrap=True)
        self._build()
        self._connect()
        self.hide()

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """What the keyboard stops at, from the top."""
        return (
            self.close_button, self.sessions_button, self.end_button, self.password_button,
            self.roles_button, self.unlock_button, self.status_button,
        )  # fmt: skip

    @property
    def roles(self) -> tuple[str, ...]:
        """What is said of each role, as it is spoken."""
        return tuple(one.accessibleName() for one in self._cells if one.accessibleName())

    @property
    def facts(self) -> str:
        """What is said of sign-in and lock."""
        return self._facts.text()

    @property
    def why(self) -> str:
        """Why nothing can be done; empty when something can."""
        return self._why.text()

    def show_row(self, row: OperatorRow | None, *, told: bool) -> None:
        """Show an operator as they are now; None hides it all. told: the ledger's own list was read."""
        same = row is not None and self.row is not None and row.name == self.row.name
        self.row = row
        if row is None:
            self.left.drop()
            self.found = None
            self.hide()
            return
        if not same:
            self.found = None
            self.left.say("Reading\N{HORIZONTAL ELLIPSIS}", "muted")
        self._who.setText(shown(row.name))
        self._chip.set(row.status, TONES[row.status])
        self._called.setText(shown(row.display_name) if row.display_name else "")
        self._called.setVisible(bool(row.display_name))
        self._facts.setText(facts(row, self._context.formats, told=told))
        self._facts.setVisible(bool(self._facts.text()))
        self._show_roles(row.groups)
        number = row.sessions
        self._sessions.setText(
            f"{self._context.formats.count(number, 'session')} now" if number else "No session now"
        )
        self._offer(row)
        self.left.show()
        self.show()
        self.read()

    def read(self) -> None:
        """Read what the operator shown leaves open."""
        row = self.row
        if row is not None:
            database, name = self._context.database, row.name
            self.left.read(lambda cancel: left_open(database, name, cancel=cancel), self._show_left)

    def focus_first(self) -> None:
        """Put the keyboard on the first thing that can be done."""
        able = (one for one in self.in_order[1:] if one.isEnabled() and not one.isHidden())
        next(able, self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _show_left(self, found: LeftOpen) -> None:
        self.found = found
        self.left.say(left_lines(found, self._context.formats))

    def _show_roles(self, roles: Sequence[str]) -> None:
        for old in self._cells:
            self._roles.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cells = []
        for place, role in enumerate(roles):
            may = MAY.get(role, "a group that this console does not know")
            chip, words = Chip(), label(may, tone="muted", wrap=True)
            words.setAccessibleName(f"{role}: {may}")
            self._roles.addWidget(chip, place, 0, Qt.AlignmentFlag.AlignTop)
            self._roles.addWidget(words, place, 1)
            # Only in its place: a chip with a word shows itself, and would be a window of its own before.
            chip.set(role, Tone.ACCENT)
            self._cells += [chip, words]
        if not roles:
            none = label("no role", tone="muted")
            self._roles.addWidget(none, 0, 0, 1, 2)
            self._cells.append(none)

    def _offer(self, row: OperatorRow) -> None:
        rights = self._context.session.rights
        general = no_deed(rights)
        is_disabled = row.status == DISABLED
        self.status_button.setText(f"{'Enable' if is_disabled else 'Disable'}\N{HORIZONTAL ELLIPSIS}")
        for made, reason in (
            (self.password_button, no_change(row)),
            (self.roles_button, no_other_roles(row, rights)),
            (self.unlock_button, no_unlock(row)),
            (self.status_button, no_status_change(row, rights)),
            (self.end_button, no_ending(row, rights)),
        ):
            allow(made, general or reason)
        allow(self.sessions_button, "" if row.sessions else "there are none")
        why = general or no_change(row) or no_status_change(row, rights)
        self._why.setText(sentence(why))
        self._why.setVisible(bool(why))

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.closed)
        for made, run in (
            (self.password_button, self._deeds.set_password),
            (self.roles_button, self._deeds.change_roles),
            (self.unlock_button, self._deeds.unlock),
            (self.end_button, self._deeds.end_sessions),
        ):
            made.clicked.connect(lambda _checked, run=run: self.row is not None and run(self.row))
        self.status_button.clicked.connect(self._turn)
        self.sessions_button.clicked.connect(self._open_sessions)

    def _turn(self) -> None:
        if self.row is not None:
            (self._deeds.enable if self.row.status == DISABLED else self._deeds.disable)(self.row)

    def _open_sessions(self) -> None:
        if self.row is not None:
            self._context.navigator.go(OpenSessions(self.row.name))

    def _build(self) -> None:
        self._roles.setContentsMargins(0, 0, 0, 0)
        self._roles.setHorizontalSpacing(8)
        self._roles.setVerticalSpacing(6)
        self._roles.setColumnStretch(1, 1)
        inside = QWidget()
        parts = QVBoxLayout(inside)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(8)
        for part in (self._called, self._facts, caption("Roles")):
            parts.addWidget(part)
        parts.addLayout(self._roles)
        parts.addWidget(caption("Sessions in this ledger"))
        parts.addLayout(row_of(self._sessions, None, self.sessions_button, self.end_button, spacing=8))
        parts.addWidget(self.left)
        parts.addStretch(1)
        self.body.addLayout(row_of(self._who, self._chip, None, self.close_button, spacing=8))
        self.body.addWidget(scrolling(inside, ground="surface"), 1)
        acts = (self.password_button, self.roles_button, self.unlock_button, self.status_button)
        self.body.addLayout(Flow(*acts, spacing=8))
        self.body.addWidget(self._why)
