"""How many statements each action sends, and how long it takes: the naive way beside the console's."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from console.bench.driver import driver_to
from console.bench.statements.counter import Counter, count_statements
from console.bench.statements.pairs import Sizes, pairs
from console.bench.statements.writes import drop_scratch, make_scratch
from console.bench.upkeep.jobs import count_days
from console.monitor.budgets import BUDGETS
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.bench.driver import Driver
    from console.bench.place import Place
    from console.bench.statements.pairs import Pair
    from console.postgres.database import Database

_WARM_UPS = 6  # the driver prepares a statement at its sixth use


@dataclass(frozen=True, slots=True)
class StatementsFigure:
    """One action both ways: statements as the driver was asked to send them, milliseconds (medians)."""

    action: str
    naive_statements: int
    naive_ms: float
    statements: int
    ms: float
    budget: int

    @property
    def within(self) -> bool:
        """Whether the console keeps to its budget."""
        return self.statements <= self.budget


def run(place: Place, *, rounds: int = 9, sizes: Sizes | None = None) -> tuple[StatementsFigure, ...]:
    """Measure every action on a demo ledger; both ways take turns, and both commit what they write."""
    with (
        place.opened(alone=True) as (database, url),
        driver_to(url) as driver,
        tempfile.TemporaryDirectory() as folder,
    ):
        count_days(Ledger(database))
        make_scratch(driver)
        try:
            found = pairs(Ledger(database), driver, sizes or Sizes(), Path(folder))
            return tuple(_figures(found, database, driver, rounds, place.say))
        finally:
            drop_scratch(driver)


def _figures(
    found: tuple[Pair, ...],
    database: Database,
    driver: Driver,
    rounds: int,
    say: Callable[[str], None],
) -> list[StatementsFigure]:
    sent, asked = Counter(driver), count_statements(database)
    figures = []
    for pair in found:
        say(pair.action)
        naive, ours = zip(
            *(_round(pair, driver, sent, asked) for _ in range(_WARM_UPS + rounds)), strict=True
        )
        figures.append(
            StatementsFigure(
                pair.action,
                naive_statements=max(count for count, _s in naive),
                naive_ms=median(seconds for _count, seconds in naive[_WARM_UPS:]) * 1000,
                statements=max(count for count, _s in ours),
                ms=median(seconds for _count, seconds in ours[_WARM_UPS:]) * 1000,
                budget=sum(BUDGETS[name] for name in pair.budget),
            )
        )
    return figures


def _round(
    pair: Pair, driver: Driver, sent: Counter, asked: Counter
) -> tuple[tuple[int, float], tuple[int, float]]:
    """Return statements and seconds of both ways; what they work on is made before and not counted."""
    thing = pair.prepare()
    naive = sent.timed(lambda: pair.naive(thing))
    driver.rollback()
    return naive, asked.timed(lambda: pair.ours(thing))
