"""An empty ledger on this computer: what it is called, its first currency, and who works in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from console.ledger.operators.enrolment import is_role, role_name
from console.settings.profiles.profile import Profile, ProfileError
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, label
from ui.start.home.currency import CurrencyFields
from ui.start.home.form import FormPage, presses

if TYPE_CHECKING:
    from console.money import Currency

_WORDS: Final = (
    "It is kept on this computer, in a PostgreSQL server of its own that runs while a console uses it."
)
_NOTE: Final = (
    "The operator's password is made and kept by this computer, so nobody is asked for it here. More "
    "operators and currencies can be added later."
)


@dataclass(frozen=True, slots=True)
class NewOwnLedger:
    """What was filled in: the profile, with the first operator in it, and the first currency."""

    profile: Profile
    currency: Currency


class OwnLedgerForm(FormPage):
    """Emits `wanted` with a NewOwnLedger that can be made; what cannot is said in place."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("A ledger on this computer", _WORDS, "Make the ledger")
        self.name = QLineEdit()
        self.operator = QLineEdit()
        for editor in (self.name, self.operator):
            editor.setFont(text_font())
            editor.returnPressed.connect(lambda: presses(self.deed_button))
        self.currency = CurrencyFields()
        self.currency.code.returnPressed.connect(lambda: presses(self.deed_button))
        self._operator_field = Field(
            "First operator", self.operator, hint="Who stands in the ledger as the actor."
        )
        self._operator_field.forgive()
        self.fields.addWidget(Field("Name", self.name, hint="What it is called in this console."))
        self.fields.addWidget(self.currency)
        self.fields.addWidget(self._operator_field)
        self.fields.addWidget(label(_NOTE, tone="muted", wrap=True))
        self.deed_button.clicked.connect(self._make)
        self._folder = ""

    def begin(self, name: str, folder: str) -> None:
        """Begin anew; `folder` is where its data will be, empty for the console's own."""
        self.name.setText(name)
        self.operator.setText(role_name())
        self.currency.set_code("EUR")
        self._folder = folder
        self.say("")
        self.name.setFocus()
        self.name.selectAll()

    def _make(self, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - a slot takes its value by position
        operator = self.operator.text().strip()
        problem = (
            ""
            if is_role(operator)
            else ("Small letters, digits, dots, dashes and underscores, beginning with a letter.")
        )
        self._operator_field.set_problem(problem)
        if problem:
            self.operator.setFocus()
            return
        currency = self.currency.currency()
        if currency is None:
            return
        try:
            profile = Profile.made(
                name=self.name.text().strip(), kind="computer", operator=operator, colour="blue",
                folder=self._folder,
            )  # fmt: skip
        except ProfileError as error:
            self.say(str(error))
            return
        self.say("")
        self.wanted.emit(NewOwnLedger(profile, currency))
