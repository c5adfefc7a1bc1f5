"""The business days to come, as moments by which a statement groups without asking the zone for each row."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

from console.errors import UnavailableError
from console.files.days import day_of, start_of
from console.ledger.books.currencies import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

DAYS: Final = 366
"""A year ahead, today included."""

WITHIN_DAYS: Final = (7, 30, 90)
"""Spans that are told by themselves: so many business days from today on, today included."""

ACCOUNTS_WITHIN_DAYS: Final = (7, 30)
"""Spans whose accounts are counted: 37 ms for 72,000 credits of 30 days, 90 for 216,000 of 90 (measured)."""

_DAY: Final = timedelta(days=1)
_MOMENT: Final = timedelta(microseconds=1)
_TRIES: Final = 3

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Days:
    """The business days of a zone from `today` on, DAYS of them."""

    zone: ZoneInfo
    today: date

    @cached_property
    def bounds(self) -> tuple[datetime, ...]:
        """Where each begins, and where the last one ends, in UTC."""
        return tuple(start_of(self.today + timedelta(days=place), self.zone) for place in range(DAYS + 1))

    def end(self, days: int) -> datetime:
        """Return when the first so many days are over."""
        return self.bounds[days]

    def last(self, days: int) -> date:
        """Return the last of the first so many days."""
        return self.today + timedelta(days=days - 1)

    def place(self, moment: datetime) -> int:
        """Return the place of the day at which something ends: what ends with a day is of that day."""
        return bisect_left(self.bounds, moment) - 1

    def bins(self, days: int) -> tuple[str, dict[str, Any]]:
        """Return an SQL expression of l.expires_at that differs between days, and its values.

        What ends after the first so many is 'infinity'. Steps of 24 hours are counted anew after each day
        that is longer or shorter: 0.05 µs a row, where the row's day in a zone takes 0.7 and a look into a
        list of the days 1.7 (measured). A bin begins one microsecond after the midnight.
        """
        bounds = self.bounds[: days + 1]
        cuts = [end for begin, end in pairwise(bounds) if end - begin != _DAY]
        origins = [bounds[0], *(cut for cut in cuts if cut != bounds[-1])]
        values: dict[str, Any] = {"bins_end": bounds[-1]}
        arms = ["WHEN l.expires_at > CAST(:bins_end AS timestamptz) THEN 'infinity'"]
        for place, origin in enumerate(origins):
            values[f"origin_{place}"] = origin + _MOMENT
            step = f"date_bin('1 day', l.expires_at, CAST(:origin_{place} AS timestamptz))"
            if place + 1 < len(origins):
                values[f"cut_{place}"] = origins[place + 1]
                arms.append(f"WHEN l.expires_at <= CAST(:cut_{place} AS timestamptz) THEN {step}")
            else:
                arms.append(f"ELSE {step}")
        return f"CASE {' '.join(arms)} END", values


def with_days(zone: ZoneInfo, ask: Callable[[Days], tuple[str, date, Answer]]) -> tuple[Days, Answer]:
    """Ask by the days of a zone; once more where the ledger answers that its own zone or day is another.

    ask: returns the ledger's zone, its business day and the answer. Raises UnavailableError where they never
    agree, which takes somebody who changes the zone all the time.
    """
    days = Days(zone, day_of(datetime.now(UTC), zone))
    for _ in range(_TRIES):
        name, today, answer = ask(days)
        if (name, today) == (days.zone.key, days.today):
            return days, answer
        days = Days(zone_of(name), today)
    raise UnavailableError("The ledger's business day changes at this moment; ask again.")
