"""The figures over the calendar: what is open, what of it expires soon, and what of that stays unused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.ledger.credits.ahead.days import WITHIN_DAYS
from ui.kit.lists.tiles import UNKNOWN, OpeningTile
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.flow import Flow
from ui.screens.credits.shares import percent

if TYPE_CHECKING:
    from console.ledger.credits.ahead.calendar import ExpiryCalendar
    from console.ledger.credits.ahead.forecast import Forecasts
    from ui.context import Context
    from ui.kit.formats import Formats


class CreditFigures(QWidget):
    """Emits `wanted` with a number of days whose credits are to be listed, None for all that are open."""

    wanted = Signal(object)
    forecast_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self.open = OpeningTile("Open credit")
        self.within = {days: OpeningTile(f"Expires in {days} days") for days in WITHIN_DAYS}
        self.unused = OpeningTile(f"Forecast, unused in {WITHIN_DAYS[-1]} days")
        tiles = (self.open, *self.within.values(), self.unused)
        self.setLayout(Flow(*tiles, spacing=GAP, between_lines=GAP, fill=True))
        self.open.clicked.connect(lambda: self.wanted.emit(None))
        for days, tile in self.within.items():
            tile.clicked.connect(partial(self.wanted.emit, days))
        self.unused.clicked.connect(self.forecast_wanted)

    def show_calendar(self, found: ExpiryCalendar) -> None:
        """Show what is open and what of it expires soon."""
        formats, currency = self._formats, found.currency
        code = currency.code
        never = formats.amount(found.no_expiry.amount, currency)
        tip = f"Lists the {open_words(found, formats)}"
        self.open.face.tell(
            formats.amount(found.open.amount, currency), code, f"{never} without an end", tip=tip
        )
        for soon in found.within:
            ends = soon.ends
            if ends.accounts is not None:
                under = formats.count(ends.accounts, "account")
            elif ends.amount:
                under = f"one day holds {percent(soon.most_on_a_day, ends.amount, formats)}"
            else:
                under = "nothing expires"
            self.within[soon.days].face.tell(
                formats.amount(ends.amount, currency), code, under,
                tip=f"Lists the {formats.count(ends.credits, 'credit')}",
            )  # fmt: skip

    def show_forecast(self, found: Forecasts) -> None:
        """Show what of the credit that expires in the longest span is expected to stay unused."""
        formats, currency, last = self._formats, found.currency, found.spans[-1]
        if not last.amount:
            self.unused.face.tell(formats.amount(0, currency), currency.code, "nothing expires")
            return
        if last.unused is None or last.low is None or last.high is None:
            self.unused.face.tell(
                UNKNOWN, "", "too little has ended to say", tip="Press for what it would rest on"
            )
            return
        spread = f"{formats.amount(last.low, currency)} to {formats.amount(last.high, currency)}"
        self.unused.face.tell(
            formats.amount(last.unused, currency),
            currency.code,
            f"by the last year; {spread}",
            tip="Press for how it comes about and how sure it is",
        )

    def forget(self, why: str) -> None:
        """Show no figure, and say why."""
        for tile in (self.open, *self.within.values()):
            tile.face.tell(UNKNOWN, "", why)
        self.forget_forecast(why)

    def forget_forecast(self, why: str) -> None:
        """Show no forecast, and say why."""
        self.unused.face.tell(UNKNOWN, "", why)


def open_words(found: ExpiryCalendar, formats: Formats) -> str:
    """Say how many credits are open, and of how many accounts where that is known."""
    words = formats.count(found.open.credits, "credit")
    if found.open.accounts is None:
        return words
    return f"{words} of {formats.count(found.open.accounts, 'account')}"
