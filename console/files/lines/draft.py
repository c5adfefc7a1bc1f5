"""What a reading gives: draft lines, the problems found, and the totals to check them against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.errors.problem import Problem
from console.files.text import shown
from console.money import Currency  # noqa: TC001 - part of a public row

if TYPE_CHECKING:
    from datetime import date, datetime

PROBLEM_LIMIT = 100_000
"""Problems that are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One transfer as the file asks for it; None where a cell could not be read and a Problem says why.

    `amount` is in minor units and above zero. `description` is None too when there is none,
    `effective_at` when the posting's own moment is meant, and `lot_source` and `lot_expires_at` when
    the line opens no lot of credit, or one that does not expire.
    """

    line: int
    from_name: str | None
    to_name: str | None
    amount: int | None
    reference: str | None
    description: str | None
    effective_at: date | datetime | None
    lot_source: str | None = None
    lot_expires_at: datetime | None = None
    currency: Currency | None = None
    """What the amount is of."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines went one way and what they add up to, in minor units."""

    lines: int
    amount: int


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What a whole file holds, each currency for itself; sums count the amounts that could be read.

    `of_each` has by currency `transfer` for the one shape, `credit` and `debit` for the other.
    """

    sha256: str
    size: int
    lines: int
    blank_lines: int
    of_each: dict[Currency, dict[str, Tally]]

    @property
    def directions(self) -> dict[str, Tally]:
        """What went which way, in a file of one currency."""
        (found,) = self.of_each.values()
        return found

    @property
    def amount(self) -> int:
        """The sum of a file of one currency."""
        return sum(tally.amount for tally in self.directions.values())


class ProblemLog:
    """Collects problems: the first 100,000 themselves, then their number only."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.total = 0

    def add(self, line: int, column: str, code: str, value: str, message: str) -> None:
        """Note one problem; the value is shortened, else a bad file could fill the memory."""
        self.total += 1
        if len(self.kept) < PROBLEM_LIMIT:
            self.kept.append(Problem(line, column, code, shown(value), message))
