"""The business day: where it begins and ends in the ledger's zone, also where it has 23 or 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a day, as UTC; the earlier one where clocks go back over midnight."""
    first = datetime.combine(day, time.min, tzinfo=zone)
    offset = first.utcoffset() or timedelta()
    # By hand: astimezone() cannot leave the calendar, and the first day of all begins before it east of UTC.
    try:
        return (first.replace(tzinfo=None) - offset).replace(tzinfo=UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def end_of(day: date, zone: tzinfo) -> datetime | None:
    """Return the first moment after a day, as UTC; None after the last day there is."""
    return None if day == date.max else start_of(day + timedelta(days=1), zone)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the business day that a moment belongs to."""
    return moment.astimezone(zone).date()


def last_day(until: datetime, zone: tzinfo) -> date | None:
    """Return the day at whose end a span ends; None where it ends within a day."""
    local = until.astimezone(zone).date()
    if local == date.min or start_of(local, zone) != until:
        return None
    return local - timedelta(days=1)


def day_words(day: date) -> str:
    """Return a day as people read it: `31 Dec 2030`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def until_words(until: datetime, zone: tzinfo) -> str:
    """Return when something ends: `end of 31 Dec 2030`, or `31 Dec 2030 14:30` within a day."""
    day = last_day(until, zone)
    if day is not None:
        return f"end of {day_words(day)}"
    local = until.astimezone(zone)
    written = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{day_words(local.date())} {written}"
