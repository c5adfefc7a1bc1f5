"""All that support asks, on one ledger: searches, lists of accounts, account pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.bench.driver import driver_to
from console.bench.investigate import account, accounts, search
from console.bench.investigate.customers import rare
from console.bench.investigate.figure import OURS, Bench

if TYPE_CHECKING:
    from console.bench.investigate.figure import Figure
    from console.bench.place import Place

RATIO: Final = "account page, very many movements / few"

MOST_RATIO: Final = 1.5
"""How much longer a page may take of a customer with very many movements than of one with few."""


@dataclass(frozen=True, slots=True)
class Report:
    """Each question by the console and then the naive way; many_to_few: an account's page to the other."""

    figures: tuple[Figure, ...]
    many_to_few: float

    @property
    def missed(self) -> tuple[str, ...]:
        """The questions whose goals are not met, and RATIO when that is not."""
        missed = tuple(one.what for one in self.figures if not one.within)
        return missed if self.many_to_few <= MOST_RATIO else (*missed, RATIO)


def run(place: Place, *, rounds: int = 100, movements: int = 1_000_000) -> Report:
    """Ask each question so many times, naively a few times; leaves its customers in a ledger that is kept."""
    with place.opened(alone=True) as (database, url), driver_to(url, autocommit=True) as driver:
        rare(driver)
        bench = Bench(database, driver)
        place.say(f"an account's page, with {movements:,} movements")
        pages = account.figures(bench, rounds, movements)
        place.say("pages of accounts")
        lists = tuple(accounts.figures(bench, rounds))
        place.say("searching by each kind of text")
        found = tuple(search.figures(bench, rounds))
    few, _usual, many = (one for one in pages if one.way == OURS)
    return Report((*found, *lists, *pages), many.ms / few.ms)
