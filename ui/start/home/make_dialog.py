"""A ledger is made on a server: its first currency, its business day, and its first operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from pydantic import SecretStr
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QVBoxLayout
from tzlocal import get_localzone_name

from console.ledger.operators.credentials import SHORTEST_PASSWORD, Credentials
from console.ledger.operators.enrolment import is_role
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label, row_of
from ui.start.home.currency import CurrencyFields

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WIDTH: Final = 460


class MakeLedgerDialog(QDialog):
    """Emits `wanted` with a NewLedger that can be made; what cannot is said in place."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget, where: str) -> None:
        """`where` is the database and the server, in words."""
        super().__init__(parent)
        self.setWindowTitle("Make the ledger")
        self.setFixedWidth(_WIDTH)
        self.currency = CurrencyFields()
        self.currency.set_code("EUR")
        self.zone = QComboBox()
        self.zone.setEditable(True)
        self.zone.addItems(sorted(one for one in available_timezones() if "/" in one or one == "UTC"))
        self.zone.setCurrentText(get_localzone_name() or "UTC")
        self.operator, self.password, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        for secret in (self.password, self.again):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        for editor in (self.operator, self.password, self.again):
            editor.setFont(text_font())
        self._operator_field = Field(
            "First operator", self.operator, hint="With every day's rights and an administrator's."
        )
        least = f"{SHORTEST_PASSWORD} characters or more."
        self._password_field = Field("Password", self.password, hint=least)
        self._zone_field = Field("Business day", self.zone, hint="The place by whose clock days are counted.")
        self.keep_button, self.deed_button = button("Cancel"), button("Make the ledger", accent=True)
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._make)
        words = f"Its tables, functions and groups are made in {where}; nothing else there is touched."
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        heading = text_font(15, weight=text_font().Weight.DemiBold)
        layout.addWidget(label("Make the ledger", font=heading))
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(self.currency)
        for part in (self._zone_field, self._operator_field, self._password_field):
            layout.addWidget(part)
            part.forgive()
        layout.addWidget(Field("Password again", self.again))
        layout.addLayout(row_of(None, self.keep_button, self.deed_button))

    def _make(self) -> None:
        currency = self.currency.currency()
        problems = {
            self._operator_field: "" if is_role(self.operator.text().strip()) else (
                "Small letters, digits, dots, dashes and underscores, beginning with a letter."
            ),
            self._password_field: self._password_problem(),
            self._zone_field: "" if self.zone.currentText() in available_timezones() else (
                "There is no such place; write one such as Europe/Berlin, or UTC."
            ),
        }  # fmt: skip
        for field, problem in problems.items():
            field.set_problem(problem)
        self.adjustSize()
        if currency is None or any(problems.values()):
            return
        from console.workspace.trial.creation import NewLedger  # noqa: PLC0415 - with Alembic, half a second

        first = Credentials(self.operator.text().strip(), SecretStr(self.password.text()))
        self.wanted.emit(NewLedger(currency, self.zone.currentText(), first))
        self.accept()

    def _password_problem(self) -> str:
        if len(self.password.text()) < SHORTEST_PASSWORD:
            return f"At least {SHORTEST_PASSWORD} characters."
        return "" if self.password.text() == self.again.text() else "The two are not the same."
