"""Signing in: where to, as whom, and the password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from ui.cards import Card
from ui.fonts import text_font
from ui.forms import Field, button, label, row_of

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

CARD_PX = 400
REMEMBERED = "remembered on this computer"
_ROLES = ("admin", "approver", "operator", "auditor", "support", "viewer")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a database URL says of the operator."""

    place: str
    operator: str
    password_given: bool

    @classmethod
    def of(cls, url: str) -> Self:
        """Read a URL; the password itself stays in it."""
        parts = urlsplit(url)
        host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "localhost")
        return cls(f"{host}{parts.path}", unquote(parts.username or ""), bool(parts.password))


def url_with(url: str, operator: str, password: str) -> str:
    """Return the URL for this operator; an empty password leaves the server to ask elsewhere."""
    parts = urlsplit(url)
    who = quote(operator, safe="") + (f":{quote(password, safe='')}" if password else "")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{who}@{host}" if who else host))


def role_word(rights: frozenset[str]) -> str:
    """Return the most that the operator may do, in one word."""
    return next((role for role in _ROLES if f"ledger_{role}" in rights), "no role")


class SignInPage(QWidget):
    """A small form in the middle of the window; what was wrong is said in place."""

    submitted = Signal(str, str)

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
        self._place = label(tone="muted", wrap=True)
        self._password_field = Field("Password", self.password)
        card = Card(spacing=14)
        card.setFixedWidth(CARD_PX)
        card.body.setContentsMargins(28, 26, 28, 26)
        card.body.addWidget(label("Sign in", font=text_font(20, weight=QFont.Weight.Bold)))
        card.body.addWidget(self._place)
        card.body.addWidget(Field("Operator", self.operator))
        card.body.addWidget(self._password_field)
        card.body.addSpacing(4)
        card.body.addWidget(self.button)
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

    def ask(self, place: str, operator: str, *, remembered: bool = False, problem: str = "") -> None:
        """Show the form; `remembered` means that this computer knows the password and asks for none."""
        self._place.setText(place)
        self.operator.setText(operator)
        self.operator.setReadOnly(remembered)
        self.password.clear()
        self.password.setEnabled(not remembered)
        self.password.setPlaceholderText(REMEMBERED if remembered else "")
        self._password_field.set_problem(problem)
        self.set_busy(busy=False)
        self._focus()

    def set_busy(self, *, busy: bool) -> None:
        """Keep a second press out while the first is under way."""
        self.button.setEnabled(not busy)
        self.button.setText("Signing in…" if busy else "Sign in")

    def submit(self) -> None:
        """Hand over what was typed."""
        if self.button.isEnabled():
            self._password_field.set_problem("")
            self.submitted.emit(self.operator.text().strip(), self.password.text())

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
