"""The figures at the top, each with what is behind it; one that has a list is pressed to open it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from console.ledger.books.overview.statement import WITHIN_DAYS
from models.transaction import TransactionKind
from ui.kit.charts.sparkline import Sparkline
from ui.kit.days import age
from ui.kit.lists.tiles import PICTURE_HEIGHT, UNKNOWN, OpeningTile
from ui.routes import OpenAccounts, OpenExpiring, OpenHolds, OpenPosted
from ui.screens.overview.placing import Halving
from ui.screens.overview.words import changed, since_words, usual_words

if TYPE_CHECKING:
    from datetime import datetime

    from console.ledger.books.overview.figures import CurrencyOverview, Since
    from ui.context import Context
    from ui.kit.theme.theme import Theme
    from ui.routes import Route

CHART_DAYS: Final = 28
"""So many days back the line goes, and the chart of what came and went."""

_COUNTING: Final = "not known while the days are counted"
_SOON, _MIDDLE, _LATER = WITHIN_DAYS
_PICTURE_PX: Final = (104, PICTURE_HEIGHT)


class Tiles(Halving):
    """What is owed, what was paid out today, what is on hold and what expires, in one currency.

    wanted: the route to what is behind a figure.
    """

    wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._routes: dict[OpeningTile, Route] = {}
        self.owed = OpeningTile("What we owe customers")
        self.paid = OpeningTile("Paid out today")
        self.on_hold = OpeningTile("On hold")
        self.expiring = OpeningTile(f"Expires in {_MIDDLE} days")
        self.line = _line(context.theme)
        self.owed.face.put_beside(self.line)
        self.put(self.owed, self.paid, self.on_hold, self.expiring)
        for tile in (self.owed, self.paid, self.on_hold, self.expiring):
            tile.clicked.connect(partial(self._press, tile))

    def show_currency(self, one: CurrencyOverview, since: Since, at: datetime) -> None:
        """Show one currency at a moment; its change since the end of a day."""
        code = one.currency.code
        self._routes = {
            self.owed: OpenAccounts(code),
            self.paid: OpenPosted(one.today, one.today, code, (TransactionKind.PAYOUT.value,)),
            self.on_hold: OpenHolds(currency=code),
            self.expiring: OpenExpiring(code, _MIDDLE),
        }
        self._show_owed(one, since)
        self._show_paid(one)
        self._show_holds(one, at)
        soon, middle, later = (one.expiring[days] for days in WITHIN_DAYS)
        write = self._formats.amount
        self.expiring.face.tell(
            write(middle.amount, one.currency), code,
            f"{write(soon.amount, one.currency)} in {_SOON} days, "
            f"{write(later.amount, one.currency)} in {_LATER}",
            tip=f"{self._formats.count(middle.count, 'credit')} within {_MIDDLE} days",
        )  # fmt: skip
        self.fit()

    def forget(self, why: str) -> None:
        """Show no figure, and say why."""
        self._routes = {}
        for tile in (self.owed, self.paid, self.on_hold, self.expiring):
            tile.face.tell(UNKNOWN, "", why)

    def _show_owed(self, one: CurrencyOverview, since: Since) -> None:
        change = one.since(since.day(one.today))
        if change is None:
            self.owed.face.tell(UNKNOWN, one.currency.code, _COUNTING)
            self.line.set_values(())
            return
        words = changed(change.before, change.amount, one.currency, self._formats)
        since_when = since_words(since, one.today)
        self.owed.face.tell(
            self._formats.amount(change.now, one.currency), one.currency.code,
            f"{words} since {since_when}", tip="Opens the accounts",
        )  # fmt: skip
        days = [one.today - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]
        owed = [one.owed_after(day) for day in days if day >= one.first_day]
        # A line tells how it went, not how much: floats are near enough for a picture.
        self.line.set_values([None if amount is None else float(amount) for amount in owed])

    def _show_paid(self, one: CurrencyOverview) -> None:
        if one.owed is None:
            self.paid.face.tell(UNKNOWN, one.currency.code, _COUNTING)
            return
        paid = one.moved_on(one.today, TransactionKind.PAYOUT)
        usual = usual_words(one.usual_payouts, one.today, one.currency, self._formats)
        counted = self._formats.count(paid.count, "payout")
        weeks = "" if one.usual_payouts is None else f"The mean of {one.usual_payouts.weeks}, whole days"
        self.paid.face.tell(
            self._formats.amount(paid.amount, one.currency), one.currency.code,
            f"{counted}; {usual}" if usual else counted, tip=weeks or "Opens today's payouts",
        )  # fmt: skip

    def _show_holds(self, one: CurrencyOverview, at: datetime) -> None:
        late = one.overdue
        chip = ""
        if late.count and late.since is not None:
            chip = f"{self._formats.integer(late.count)} overdue, oldest {age(late.since, at)}"
        self.on_hold.face.tell(
            self._formats.amount(one.holds.amount, one.currency), one.currency.code,
            self._formats.count(one.holds.count, "hold") if one.holds.count else "no hold", chip=chip,
        )  # fmt: skip

    def _press(self, tile: OpeningTile, *_checked: object) -> None:
        if tile in self._routes:
            self.wanted.emit(self._routes[tile])


def _line(theme: Theme) -> Sparkline:
    made = Sparkline(theme, spoken="How it went in four weeks")
    made.setFixedSize(*_PICTURE_PX)
    return made
