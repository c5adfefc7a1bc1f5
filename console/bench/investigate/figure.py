"""How one question is measured one way: its statements, its median, its 95th percentile."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from console.bench.statements.counter import Counter, count_statements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from console.bench.driver import Driver
    from console.postgres.database import Database

    Ask = Callable[[], object]

OURS: Final = "console"
NAIVE_ROUNDS: Final = 3
"""How often the naive ways are asked, some of which take seconds."""

_WARM_UP: Final = 6  # the driver prepares a statement at its sixth use


@dataclass(frozen=True, slots=True)
class Figure:
    """One question asked one way: the most statements, milliseconds (median and 95th percentile).

    budget: how many statements it may send, p95_limit: below which its percentile must be; None for no goal.
    """

    what: str
    way: str
    statements: int
    ms: float
    p95_ms: float
    budget: int | None = None
    p95_limit: float | None = None

    @property
    def within(self) -> bool:
        """Whether the goals that it has are met."""
        few = self.budget is None or self.statements <= self.budget
        return few and (self.p95_limit is None or self.p95_ms < self.p95_limit)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure and the milliseconds below which its median is to be; None for no goal."""

    figure: Figure
    limit_ms: float | None = None

    @property
    def within(self) -> bool:
        """Whether the goals that it has are met."""
        return self.figure.within and (self.limit_ms is None or self.figure.ms < self.limit_ms)


class Bench:
    """A ledger asked by the console, whose pool has one connection, and by the driver alone."""

    def __init__(self, database: Database, driver: Driver) -> None:
        self.database = database
        self.driver = driver
        self._asked = count_statements(database)
        self._sent = Counter(driver)

    def ours(self, what: str, asks: Sequence[Ask], *, budget: int, p95_limit: float | None = None) -> Figure:
        """Measure the console's way, warm."""
        return self.in_turn({what: asks}, budget=budget, p95_limit=p95_limit)[0]

    def in_turn(
        self, asks: Mapping[str, Sequence[Ask]], *, budget: int, p95_limit: float | None = None
    ) -> tuple[Figure, ...]:
        """Measure questions in turn, as many of each, so that a slow moment hits all alike."""
        for each in asks.values():
            for ask in each[:_WARM_UP]:
                ask()
        taken: dict[str, list[tuple[int, float]]] = {what: [] for what in asks}
        for turn in zip(*asks.values(), strict=True):
            for what, ask in zip(asks, turn, strict=True):
                taken[what].append(self._asked.timed(ask))
        return tuple(
            _figure(what, OURS, each, budget=budget, p95_limit=p95_limit) for what, each in taken.items()
        )

    def naive(self, what: str, way: str, asks: Sequence[Ask], *, most: int = NAIVE_ROUNDS) -> Figure:
        """Measure the first few questions as they are commonly asked."""
        return _figure(what, way, [self._sent.timed(ask) for ask in asks[:most]])


def _figure(
    what: str,
    way: str,
    taken: Sequence[tuple[int, float]],
    *,
    budget: int | None = None,
    p95_limit: float | None = None,
) -> Figure:
    times = sorted(seconds * 1000 for _count, seconds in taken)
    return Figure(
        what, way, max(count for count, _seconds in taken), median(times), times[len(times) * 95 // 100],
        budget, p95_limit,
    )  # fmt: skip
