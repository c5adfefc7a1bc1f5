"""The overview of a large ledger: one statement, beside the counts of which a dashboard is commonly made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.bench.credits.capture import untouched
from console.bench.driver import driver_to, number
from console.bench.investigate.figure import Bench, Figure
from console.bench.statements import reads
from console.bench.upkeep.jobs import count_days, post_transfers
from console.ledger.books.overview.load import overview
from console.monitor.budgets import BUDGETS
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from console.bench.place import Place

LIMIT_MS: Final = 100.0
"""Below which the overview is to be there, at its 95th percentile."""

_ASKED: Final = 20
_NAMES: Final = 1_000
_WHAT: Final = "overview"


@dataclass(frozen=True, slots=True)
class OverviewFigures:
    """Both ways over a ledger of so many transactions, of which so many are of today."""

    transactions: int
    today: int
    ours: Figure
    naive: Figure


def run(place: Place, *, posted: int = 20_000) -> OverviewFigures:
    """Post some transfers today, let the days be counted, and measure both ways."""
    with place.opened(alone=True) as (database, url), driver_to(url, autocommit=True) as driver:
        post_transfers(driver, untouched(driver, 2, _NAMES), posted)
        place.say("counting the days")
        count_days(Ledger(database))
        driver.execute("VACUUM ANALYZE")
        bench = Bench(database, driver)
        place.say("asking both ways")
        asks = [lambda: overview(database)] * _ASKED
        return OverviewFigures(
            number(driver, "SELECT count(*) FROM ledger.transactions"),
            number(
                driver,
                "SELECT count(*) FROM ledger.transactions t"
                " WHERE t.posted_at >= ledger.start_of_day(ledger.business_day(now()))",
            ),
            bench.ours(_WHAT, asks, budget=BUDGETS["overview.load"], p95_limit=LIMIT_MS),
            bench.naive(_WHAT, "18 counts", [lambda: reads.overview(driver)] * _ASKED),
        )
