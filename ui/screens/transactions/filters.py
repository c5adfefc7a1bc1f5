"""The filters over the transactions: a row of chips, and what they ask for together."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from typing_extensions import override

from console.files.days import end_of, start_of
from console.ledger.transactions.page import TransactionFilter
from models.transaction import TransactionKind
from ui.kit.days import reading_note
from ui.kit.lists.currency_filter import CurrencyChip
from ui.kit.lists.filter_row import FilterRow
from ui.kit.widgets.checked_filters import AmountRange, CheckedChip, DayRange, NumberText, ShortText
from ui.kit.widgets.filters import ChoiceFilter

if TYPE_CHECKING:
    from datetime import date

    from ui.context import Context


class TransactionFilters(FilterRow):
    """Chips for what can be asked of the transactions."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        formats, currencies = context.formats, context.session.currencies
        self._formats = formats
        self.currency = CurrencyChip("transactions", currencies, context.store)
        self._range = AmountRange(formats, self.currency.currency)
        self.posted = CheckedChip("Posted", DayRange(formats.today()))
        self.kind = CheckedChip("Kind", ChoiceFilter([(kind.value, kind.value) for kind in TransactionKind]))
        self.user = CheckedChip("User", ShortText("exact username, either side"))
        self.amount = CheckedChip("Amount", self._range)
        self.reference = CheckedChip("Reference", ShortText("exact reference"))
        self.description = CheckedChip("Description", ShortText("how it begins"))
        self.batch = CheckedChip("Batch", NumberText("Batch number"))
        self.id = CheckedChip("Id", NumberText("Transaction id"))
        self.show_chips(
            self.currency, self.posted, self.kind, self.user, self.amount, self.reference, self.description,
            self.batch, self.id, note=reading_note(formats, currencies),
        )  # fmt: skip

    def wanted(self) -> TransactionFilter:
        """Return what the chips ask for; what is half typed into an open editor is not in it."""
        days = cast("tuple[date, date] | None", self.posted.applied_value)
        least, most = cast("tuple[int | None, int | None]", self.amount.applied_value or (None, None))
        kinds = cast("tuple[str, ...]", self.kind.applied_value or ())
        batch, one = self.batch.applied_value, self.id.applied_value
        return TransactionFilter(
            posted_from=None if days is None else start_of(days[0], self._formats.zone),
            posted_until=None if days is None else end_of(days[1], self._formats.zone),
            currency=self._code(),
            user=str(self.user.applied_value or ""),
            kinds=tuple(TransactionKind(key) for key in kinds),
            amount_min=least,
            amount_max=most,
            reference=str(self.reference.applied_value or ""),
            description=str(self.description.applied_value or ""),
            batch_id=None if batch is None else int(str(batch)),
            id=None if one is None else int(str(one)),
        )

    def show_user(self, name: str) -> None:
        """Ask for one user's transactions and nothing else, at once."""
        self._show_only(self.user, name)

    def show_batch(self, batch_id: int) -> None:
        """Ask for one batch's transactions and nothing else, at once."""
        self._show_only(self.batch, str(batch_id))

    def show_transaction(self, number: int) -> None:
        """Ask for the transaction of one id and nothing else, at once."""
        self._show_only(self.id, str(number))

    def show_reference(self, reference: str) -> None:
        """Ask for the transaction of one reference and nothing else, at once."""
        self._show_only(self.reference, reference)

    def show_amount(self, amount: int, code: str) -> None:
        """Ask for the transactions of one amount in one currency and nothing else, at once."""
        for one in self.chips:
            one.reset()
        self.currency.choose(code)
        self._range.set_currency(self.currency.currency)
        self._range.set_value(amount, amount)
        self.amount.take()
        self._changed()
        self.settle()

    def show_posted(self, days: tuple[date, date], code: str, kinds: tuple[str, ...]) -> None:
        """Ask for some days' transactions of some kinds in one currency and nothing else, at once."""
        for one in self.chips:
            one.reset()
        self.currency.choose(code)
        self.posted.put(days)
        self.kind.put(kinds)
        self._changed()
        self.settle()

    def _show_only(self, chip: CheckedChip, text: str) -> None:
        for one in self.chips:
            one.reset()
        chip.put(text)
        self._changed()
        self.settle()

    @override
    def put(self, values: tuple[object, ...]) -> None:
        self.currency.put(values[0])
        # Amounts are read in the currency that they are of.
        self._range.set_currency(self.currency.currency)
        super().put(values)

    def _code(self) -> str:
        """Return the currency to ask for: amounts are of one, also where the ledger has no other."""
        of_amounts = self.currency.currency
        if self.amount.applied_value is None or of_amounts is None:
            return self.currency.code
        return of_amounts.code

    def _currency_changed(self) -> None:
        self._range.set_currency(self.currency.currency)
        self.amount.take()

    @override
    def _changed(self) -> None:
        self._currency_changed()
        super()._changed()
