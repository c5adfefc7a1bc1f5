"""What is filled in for a rule, a limit, an allowance or a currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox
from typing_extensions import override

from console.ledger.approvals.rules.allowances import ALLOWED
from console.ledger.approvals.rules.what_needs_whom import ANY
from console.ledger.approvals.rules.words import KINDS, kind_words
from console.ledger.books.names import currency_name, usual_decimals
from console.money import Currency
from ui.acts.deeds.deed import DeedForm
from ui.kit.widgets.basics import Field, column_of, row_of
from ui.kit.widgets.inputs import AmountEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow
    from console.ledger.approvals.rules.terms import Terms
    from ui.kit.formats import Formats

MOST_CHECKERS: Final = 5
"""As many as a rule can ask for."""

MOST_DAYS: Final = 365
"""As long as a request can wait."""

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_MOST_DECIMALS: Final = 8
_USUAL: Final = 2


def kind_box(kinds: Iterable[str], chosen: str = "") -> QComboBox:
    """Return a choice of kinds of operation."""
    box = QComboBox()
    for kind in kinds:
        box.addItem(kind_words(kind), kind)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box


def currency_box(currencies: Iterable[Currency], chosen: str = "") -> QComboBox:
    """Return a choice of currencies."""
    box = QComboBox()
    for one in currencies:
        box.addItem(one.code, one)
    codes = [box.itemText(at) for at in range(box.count())]
    box.setCurrentIndex(codes.index(chosen) if chosen in codes else 0)
    return box


class RuleForm(DeedForm):
    """From which amount on of what how many must agree; of a rule that is there only the checkers."""

    def __init__(self, formats: Formats, currencies: Sequence[Currency], rule: RuleRow | None = None) -> None:
        super().__init__()
        self.kind = kind_box(KINDS, "" if rule is None else rule.kind)
        self.currency = currency_box(currencies, "" if rule is None else rule.currency.code)
        self.amount = AmountEdit(formats, self.currency.currentData())
        self.approvals = QSpinBox(minimum=1, maximum=MOST_CHECKERS)
        self._before = None if rule is None else rule.approvals
        if rule is not None:
            self.amount.set_amount(rule.from_amount)
            self.approvals.setValue(rule.approvals)
            # Another kind, currency or amount is another rule.
            for part in (self.kind, self.currency, self.amount):
                part.setEnabled(False)
        self.currency.currentIndexChanged.connect(self._take_currency)
        self.amount.textChanged.connect(self.changed)
        self.approvals.valueChanged.connect(self.changed)
        what = row_of(Field("What", self.kind), Field("Currency", self.currency), spacing=12)
        much = row_of(
            Field("From this amount on", self.amount), Field("Checkers", self.approvals), spacing=12
        )
        self.setLayout(column_of(what, much, spacing=10))
        self.setFocusProxy(self.kind if rule is None else self.approvals)

    @property
    def chosen(self) -> tuple[str, Currency, int, int]:
        """Kind, currency, amount in minor units, checkers; the form has no problem."""
        return (
            self.kind.currentData(), self.currency.currentData(), self.amount.amount or 0,
            self.approvals.value(),
        )  # fmt: skip

    @property
    @override
    def problem(self) -> str:
        """What is missing."""
        if self.amount.problem or self.amount.amount is None:
            return _of(self.amount) or "fill in: from this amount on"
        if self.approvals.value() == self._before:
            return "it needs so many already"
        return ""

    def _take_currency(self) -> None:
        self.amount.set_currency(self.currency.currentData())
        self.changed.emit()


class HolderForm(DeedForm):
    """Whose, of what, how much at once and a day: a limit needs one of both, an allowance both."""

    def __init__(
        self,
        formats: Formats,
        currencies: Sequence[Currency],
        holders: Sequence[str],
        row: LimitRow | AllowanceRow | None = None,
        *,
        allowance: bool,
    ) -> None:
        super().__init__()
        self._allowance = allowance
        self._before = None if row is None else (row.per_operation, row.per_day)
        self.holder = QComboBox(editable=True)
        self.holder.addItems(list(holders))
        self.holder.setEditText("" if row is None else row.holder)
        kinds = ALLOWED if allowance else (ANY, *KINDS)
        self.kind = kind_box(kinds, "" if row is None else row.kind)
        self.currency = currency_box(currencies, "" if row is None else row.currency.code)
        self.once = AmountEdit(formats, self.currency.currentData())
        self.day = AmountEdit(formats, self.currency.currentData())
        if row is not None:
            self.once.set_amount(row.per_operation)
            self.day.set_amount(row.per_day)
            for part in (self.holder, self.kind, self.currency):
                part.setEnabled(False)
        self.holder.editTextChanged.connect(self.changed)
        self.kind.currentIndexChanged.connect(self.changed)
        self.currency.currentIndexChanged.connect(self._take_currency)
        for edit in (self.once, self.day):
            edit.textChanged.connect(self.changed)
        self._build(is_new=row is None)

    @property
    def chosen(self) -> tuple[str, str, Currency, int | None, int | None]:
        """Holder, kind, currency, at once and a day in minor units; the form has no problem."""
        return (
            self.holder.currentText().strip(), self.kind.currentData(), self.currency.currentData(),
            self.once.amount, self.day.amount,
        )  # fmt: skip

    @property
    @override
    def problem(self) -> str:
        """What is wrong or missing."""
        if not self.holder.currentText().strip():
            return "fill in: whose"
        if _of(self.once) or _of(self.day):
            return _of(self.once) or _of(self.day)
        once, day = self.once.amount, self.day.amount
        if self._allowance:
            if not once or not day:
                return "an allowance needs both amounts, above zero"
            if day < once:
                return "a day is at least as much as at once"
        elif once is None and day is None:
            return "a limit needs an amount, at once or a day"
        return "it is so already" if (once, day) == self._before else ""

    def _take_currency(self) -> None:
        for edit in (self.once, self.day):
            edit.set_currency(self.currency.currentData())
        self.changed.emit()

    def _build(self, *, is_new: bool) -> None:
        hint = "A role holds for each who is in it; a name's own row counts instead of the roles'."
        whose = Field("Whose: a role or an operator", self.holder, hint=hint)
        what = row_of(Field("What", self.kind), Field("Currency", self.currency), spacing=12)
        much = row_of(Field("At once", self.once), Field("A business day", self.day), spacing=12)
        self.setLayout(column_of(whose, what, much, spacing=10))
        self.setFocusProxy(self.holder if is_new else self.once)


class TermsForm(DeedForm):
    """How long requests of a currency wait, and from which amount on their checkers type it."""

    def __init__(self, formats: Formats, terms: Terms) -> None:
        super().__init__()
        self._before = (terms.days, terms.typed_from)
        self.days = QSpinBox(minimum=1, maximum=MOST_DAYS)
        self.days.setValue(terms.days)
        self.typed_from = AmountEdit(formats, terms.currency)
        self.typed_from.set_amount(terms.typed_from)
        self.days.valueChanged.connect(self.changed)
        self.typed_from.textChanged.connect(self.changed)
        typed = Field("Checkers type the amount from", self.typed_from, hint="Empty: none is typed.")
        self.setLayout(row_of(Field("A request waits, in days", self.days), typed, spacing=12))
        self.setFocusProxy(self.days)

    @property
    def chosen(self) -> tuple[int, int | None]:
        """Days, and minor units or None; the form has no problem."""
        return self.days.value(), self.typed_from.amount

    @property
    @override
    def problem(self) -> str:
        """What is wrong."""
        return _of(self.typed_from) or ("it is so already" if self.chosen == self._before else "")


class CurrencyForm(DeedForm):
    """A code and its decimals, or other decimals of a currency that nothing is in yet."""

    def __init__(self, currencies: Sequence[Currency], currency: Currency | None = None) -> None:
        super().__init__()
        self._taken = {one.code for one in currencies}
        self._before = currency
        self.code = QLineEdit("" if currency is None else currency.code, placeholderText="such as EUR")
        self.code.setEnabled(currency is None)
        self.decimals = QSpinBox(minimum=0, maximum=_MOST_DECIMALS)
        self.decimals.setValue(_USUAL if currency is None else currency.exponent)
        self._code_field = Field("Code", self.code)
        self.code.textChanged.connect(self._suggest)
        self.decimals.valueChanged.connect(self._look)
        self._decimals_field = Field("Decimals", self.decimals)
        self.setLayout(row_of(self._code_field, self._decimals_field, spacing=12))
        self.setFocusProxy(self.code if currency is None else self.decimals)
        self._look()

    @property
    def chosen(self) -> Currency:
        """The currency as it is to be; the form has no problem."""
        return Currency(self._code, self.decimals.value())

    @property
    @override
    def problem(self) -> str:
        """What is wrong or missing."""
        if self._before is not None:
            same = self.decimals.value() == self._before.exponent
            return "it has these decimals already" if same else ""
        if not self._code:
            return "fill in: code"
        if _CODE.fullmatch(self._code) is None:
            return "a code has 2 to 12 letters and digits, and begins with a letter"
        return "the ledger has this currency already" if self._code in self._taken else ""

    @property
    def _code(self) -> str:
        return self.code.text().strip().upper()

    def _suggest(self) -> None:
        usual = usual_decimals(self._code) if _CODE.fullmatch(self._code) else None
        if usual is not None:
            self.decimals.setValue(usual)
        self._look()

    def _look(self) -> None:
        known = _CODE.fullmatch(self._code) is not None
        usual = usual_decimals(self._code) if known else None
        self._code_field.set_hint(currency_name(self._code) if known else "")
        unusual = usual is not None and usual != self.decimals.value()
        self._decimals_field.set_hint(
            f"{self._code} usually has {usual}; they stay for ever once something is in it."
            if unusual
            else ""
        )
        self.changed.emit()


def _of(edit: AmountEdit) -> str:
    """Return an amount's problem as part of a sentence."""
    return f"{edit.problem[:1].lower()}{edit.problem[1:].rstrip('.')}"
