"""The filters over the credits: what the chips ask for together, and the words for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from console.ledger.credits.filter import CreditFilter, CreditView
from ui.kit.lists.filter_row import FilterRow
from ui.kit.widgets.checked_filters import AmountRange, CheckedChip, DayRange, ShortText
from ui.kit.widgets.filters import OneChoice

if TYPE_CHECKING:
    from datetime import date

    from console.money import Currency
    from ui.context import Context

_DATED, _NEVER = "has an end", "no expiry"


class CreditFilters(FilterRow):
    """Chips for what can be asked of the credits of one currency."""

    def __init__(self, context: Context, currency: Currency | None) -> None:
        super().__init__()
        self._formats = context.formats
        self._money = currency
        today = context.formats.today()
        self._left = AmountRange(context.formats, currency)
        self.account = CheckedChip("Account", ShortText("exact username"))
        self.source = CheckedChip("Source", ShortText("exact source"))
        self.until = CheckedChip("Until", DayRange(today))
        self.expiry = CheckedChip("Expiry", OneChoice([(_DATED, "Has an end"), (_NEVER, "No expiry")]))
        self.left = CheckedChip("Left", self._left)
        self.granted = CheckedChip("Granted", DayRange(today))
        self.show_chips(None, self.account, self.source, self.until, self.expiry, self.left, self.granted)

    @property
    def day(self) -> date | None:
        """The one day of whose end credits are asked for; None for more or for any."""
        days = self._days(self.until)
        return days[0] if days is not None and days[0] == days[1] else None

    @property
    def until_days(self) -> tuple[date, date] | None:
        """The days of whose end credits are asked for, from the first through the last."""
        return self._days(self.until)

    def set_currency(self, currency: Currency) -> None:
        """Read amounts in another currency; what was typed was meant in the other, and goes."""
        if currency != self._money:
            self._money = currency
            self._left.set_currency(currency)
            self.left.take()

    def wanted(self, code: str, view: CreditView) -> CreditFilter:
        """Return what the chips ask for; what is half typed into an open editor is not in it."""
        until, granted = self._days(self.until), self._days(self.granted)
        least, most = cast("tuple[int | None, int | None]", self.left.applied_value or (None, None))
        expiry = self.expiry.applied_value
        return CreditFilter(
            currency=code,
            source=str(self.source.applied_value or ""),
            user=str(self.account.applied_value or ""),
            expires_from=None if until is None else until[0],
            expires_through=None if until is None else until[1],
            no_expiry=None if expiry is None else expiry == _NEVER,
            left_from=least,
            left_through=most,
            granted_from=None if granted is None else granted[0],
            granted_through=None if granted is None else granted[1],
            view=view,
        )

    def show_days(self, first: date, last: date, source: str = "") -> None:
        """Ask for the credits that end within some days, perhaps of one source, and nothing else, at once."""
        for one in self.chips:
            one.reset()
        self.until.put((first, last))
        self.source.put(source)
        self._changed()
        self.settle()

    def show_source(self, source: str) -> None:
        """Ask for one source besides what is asked for already, or for any."""
        self.source.put(source)
        self._changed()
        self.settle()

    @staticmethod
    def _days(chip: CheckedChip) -> tuple[date, date] | None:
        return cast("tuple[date, date] | None", chip.applied_value)
