"""One page of a keyset list: the rows, and whether more follow on either side."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = TypeVar("Row")

PAGE_SIZE: Final = 200
"""Rows of a page, unless somebody asks for another number."""


class Order(StrEnum):
    """Which end of the list comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Direction(StrEnum):
    """Which way a page lies from its cursor, in the list's own order."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the list's order; `more_before` and `more_after` come from a limit + 1 read."""

    rows: tuple[Row, ...]
    more_before: bool
    more_after: bool

    @classmethod
    def cut(cls, rows: Sequence[Row], limit: int, direction: Direction, *, beside: bool) -> Self:
        """Return the page of at most limit + 1 rows as they were read, away from the cursor.

        The row beyond the limit only tells that there are more. beside: whether there was a cursor, and
        so its row on that side.
        """
        found, more = tuple(rows[:limit]), len(rows) > limit
        if direction is Direction.AFTER:
            return cls(found, more_before=beside, more_after=more)
        return cls(found[::-1], more_before=more, more_after=beside)


LAST_CHARACTER: Final = "\U0010ffff"
"""What stands after every other character: `prefix + LAST_CHARACTER` ends the range of a prefix."""


def asked_name(text: str) -> str:
    """Return a name as the ledger writes it; letters beyond ASCII stay, or a Kelvin sign would find a k."""
    name = text.strip()
    return name.lower() if name.isascii() else name
