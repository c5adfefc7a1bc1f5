"""One page of a keyset list: the rows, and whether more follow on either side."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Row = TypeVar("Row")


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
