"""What the lists of credit load from, one object a load: several threads read it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.ledger.credits.ended import EndedCursor, EndedLot, ended
from console.ledger.credits.parts import Part, parts
from console.postgres.page import Direction, Page

if TYPE_CHECKING:
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class EndedListing:
    """The ended credits of an account; start: where the list begins instead of at its first row."""

    database: Database
    username: str
    currency: str
    limit: int
    start: EndedCursor | None = None

    def __call__(
        self, direction: Direction, row: EndedLot | None, cancellation: Cancellation
    ) -> Page[EndedLot]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        cursor = None if row is None else row.place
        if row is None and direction is Direction.AFTER:
            cursor = self.start
        return ended(
            self.database, self.username, self.currency, direction=direction, cursor=cursor,
            limit=self.limit, cancel=cancellation,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartsListing:
    """An account's parts of one transaction, all at once: as many as it used credits."""

    database: Database
    username: str
    transaction: int

    def __call__(self, _direction: Direction, _row: Part | None, cancellation: Cancellation) -> Page[Part]:
        """Load them; on a pool thread."""
        found = parts(self.database, self.transaction, cancel=cancellation)
        own = tuple(part for part in found if part.username == self.username)
        return Page(own, more_before=False, more_after=False)
