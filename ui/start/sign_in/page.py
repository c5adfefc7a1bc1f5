"""Signing in: where to, as whom, and the password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote, urlsplit

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from console.settings.profiles.hosts import PORT
from ui.kit.theme.fonts import CHIP_PX, LABEL_PX, text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, Field, button, column_of, label, row_of
from ui.kit.widgets.cards import Card

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from console.workspace.identity import Identity

CARD_PX = 400
REMEMBERED = "remembered on this computer"


@dataclass(frozen=True, slots=True)
class UrlParts:
    """What a database URL says of the operator."""

    place: str
    operator: str
    password_given: bool

    @classmethod
    def of(cls, url: str) -> Self:
        """Read a URL; the password itself stays in it."""
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        host = parts.hostname or next(iter(asked.get("host", [])), "localhost")
        # Two servers on one computer differ in nothing else; a socket's port is nobody's to choose by.
        port = "" if parts.port in {None, PORT} else f":{parts.port}"
        return cls(f"{host}{port}{parts.path}", unquote(parts.username or ""), bool(parts.password))


class SignInPage(QWidget):
    """A small form in the middle of the window; what was wrong is said in place."""

    submitted = Signal(str, str)
    remembered_wanted = Signal()
    code_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.operator = QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for editor in (self.operator, self.password):
            editor.setFont(text_font())
            editor.returnPressed.connect(self.submit)
        self.button = button("Sign in", accent=True)
        self.button.setDefault(True)
        self.button.clicked.connect(self.submit)
        self.code = button("I have a code", flat=True, compact=True)
        self.code.setToolTip("An administrator gave you a code: set your password by it.")
        self.code.clicked.connect(lambda _checked: self.code_wanted.emit())
        self.remembered = button("", flat=True)
        self.remembered.clicked.connect(lambda _checked: self.remembered_wanted.emit())
        self.others = button("Other ledgers…", flat=True)
        self.others.hide()
        self.mark = Chip(font=text_font(CHIP_PX, weight=QFont.Weight.DemiBold))
        self._name = label(font=text_font(weight=QFont.Weight.DemiBold), wrap=True)
        self._place = label(tone="muted", wrap=True)
        self._caution = label(tone="warning", font=text_font(LABEL_PX), wrap=True)
        self._operator_field = Field("Operator", self.operator)
        self._password_field = Field("Password", self.password)
        card = Card(spacing=14)
        card.setFixedWidth(CARD_PX)
        card.body.setContentsMargins(28, 26, 28, 26)
        heading = label("Sign in", font=text_font(20, weight=QFont.Weight.Bold))
        card.body.addLayout(row_of(heading, None, self.mark))
        card.body.addLayout(column_of(self._name, self._place, spacing=2))
        card.body.addWidget(self._operator_field)
        card.body.addLayout(column_of(self._password_field, row_of(None, self.code), spacing=4))
        card.body.addSpacing(4)
        card.body.addWidget(self.button)
        card.body.addWidget(self.remembered)
        card.body.addWidget(self.others)
        card.body.addWidget(self._caution)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(2)
        name = label("Ledger Console", tone="muted", font=text_font(14, weight=QFont.Weight.DemiBold))
        layout.addLayout(row_of(None, name, None))
        layout.addLayout(row_of(None, card, None))
        layout.addStretch(3)

    @property
    def problem(self) -> str:
        """What was wrong with the last attempt."""
        return self.password.accessibleDescription()

    @property
    def caution(self) -> str:
        """What the operator should know before typing a password."""
        return self._caution.text()

    def ask(
        self,
        place: str,
        operator: str,
        *,
        remembered: bool = False,
        offered: str = "",
        problem: str = "",
        caution: str = "",
        identity: Identity | None = None,
    ) -> None:
        """Show the form; `remembered` means that this computer knows the password and asks for none.

        offered: an operator whom this computer remembers, one button away from whoever else signs in.
        identity: what the ledger is called, and the word that tells it from others.
        """
        show_mark(self.mark, identity)
        self._name.setText("" if identity is None else identity.name)
        self._name.setVisible(identity is not None)
        self._place.setText(place)
        self.operator.setText(operator)
        self.operator.setReadOnly(remembered)
        self.password.clear()
        self.password.setEnabled(not remembered)
        self.password.setPlaceholderText(REMEMBERED if remembered else "")
        self.code.setVisible(not remembered)
        self._password_field.set_problem(problem)
        self.remembered.setText(f"Continue as {offered}, {REMEMBERED}")
        self.remembered.setVisible(bool(offered))
        self._caution.setText(caution)
        self._caution.setVisible(bool(caution))
        self.set_busy(busy=False)
        self._focus()

    def set_busy(self, *, busy: bool) -> None:
        """Keep a second press out while the first is under way."""
        self.button.setEnabled(not busy)
        self.code.setEnabled(not busy)
        self.remembered.setEnabled(not busy)
        self.button.setText("Signing in…" if busy else "Sign in")

    def submit(self) -> None:
        """Hand over what was typed."""
        if not self.button.isEnabled():
            return
        operator = self.operator.text().strip()
        self._password_field.set_problem("")
        self._operator_field.set_problem("" if operator else "Type the operator's name.")
        if operator:
            self.submitted.emit(operator, self.password.text())
        else:
            self.operator.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus()

    def _focus(self) -> None:
        if not self.password.isEnabled():
            self.button.setFocus()
        elif self.operator.text():
            self.password.setFocus()
        else:
            self.operator.setFocus()


def show_mark(chip: Chip, identity: Identity | None) -> None:
    """Let a chip say which kind of ledger it is, in the tone of the ledger's window."""
    if identity is None:
        chip.set("", Tone.NEUTRAL)
    else:
        tone = Tone.of_environment(production=identity.production, demo=identity.demo)
        chip.set(identity.environment.upper(), tone)
