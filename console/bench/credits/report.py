"""All that the credits desk asks, on one ledger of a stated number of credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.bench.credits import reading, writing
from console.bench.credits.made import make_credits
from console.bench.driver import driver_to
from console.bench.investigate.figure import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from console.bench.investigate.figure import Measured
    from console.bench.place import Place

# What is measured, in this order; what changes the ledger comes after what only reads it.
PARTS: Final[Mapping[str, Callable[[Bench, int], Iterator[Measured]]]] = {
    "reading: calendar, forecast, lists, sums": reading.figures,
    "writing: acts on many, a capture over many": writing.figures,
}


def run(
    place: Place, *, open_credits: int = 1_000_000, ended: int = 1_000_000, rounds: int = 9
) -> tuple[Measured, ...]:
    """Make so many open and ended credits and measure each part; leaves them in a ledger that is kept."""
    with place.opened(alone=True) as (database, url), driver_to(url, autocommit=True) as driver:
        place.say(f"making {open_credits:,} open credits and {ended:,} ended ones")
        make_credits(driver, place.users, open_credits, ended)
        bench = Bench(database, driver)
        found: list[Measured] = []
        for part, figures in PARTS.items():
            place.say(part)
            found += figures(bench, rounds)
    return tuple(found)
