"""The business day: its first and last moments where clocks change, and the words for an end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.files.days import day_of, end_of, last_day, start_of, until_words

BERLIN = ZoneInfo("Europe/Berlin")
HAVANA = ZoneInfo("America/Havana")
APIA = ZoneInfo("Pacific/Apia")
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Africa/Cairo", "America/Sao_Paulo",
        "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati",
    )
]  # fmt: skip

# The days that a zone has left out, since it changed sides of the date line.
MISSING = {
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Kiritimati", date(1994, 12, 31)),
}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute, and the zone by name


def hours(day: date, zone: ZoneInfo) -> float:
    ends = end_of(day, zone)
    assert ends is not None
    return (ends - start_of(day, zone)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "length"),
    [
        ("UTC", date(2026, 3, 29), utc(2026, 3, 29, 0), 24),
        ("Europe/Berlin", date(2026, 3, 28), utc(2026, 3, 27, 23), 24),
        ("Europe/Berlin", date(2026, 3, 29), utc(2026, 3, 28, 23), 23),
        ("Europe/Berlin", date(2026, 3, 30), utc(2026, 3, 29, 22), 24),
        ("Europe/Berlin", date(2026, 10, 25), utc(2026, 10, 24, 22), 25),
        ("Europe/Berlin", date(2026, 10, 26), utc(2026, 10, 25, 23), 24),
        # At one in the morning it is midnight again: the first midnight begins the day.
        ("America/Havana", date(2026, 11, 1), utc(2026, 11, 1, 4), 25),
        ("America/Havana", date(2026, 11, 2), utc(2026, 11, 2, 5), 24),
        # At midnight it is one in the morning: there is no midnight, the day begins with the change.
        ("America/Havana", date(2026, 3, 8), utc(2026, 3, 8, 5), 23),
        ("Asia/Beirut", date(2026, 3, 29), utc(2026, 3, 28, 22), 23),
        ("Africa/Cairo", date(2026, 4, 24), utc(2026, 4, 23, 22), 23),
        # At midnight it is eleven in the evening again: the day before is the long one.
        ("Asia/Beirut", date(2026, 10, 24), utc(2026, 10, 23, 21), 25),
        ("Asia/Beirut", date(2026, 10, 25), utc(2026, 10, 24, 22), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), utc(2026, 4, 4, 13), 24.5),
        ("Pacific/Apia", date(2011, 12, 29), utc(2011, 12, 29, 10), 24),
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10), 0),
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10), 24),
    ],
)
def test_a_day_begins_with_its_first_moment_and_has_its_own_length(
    zone: str, day: date, begins: datetime, length: float
) -> None:
    """A day begins where the clock first shows it, and ends where the next one begins."""
    assert start_of(day, ZoneInfo(zone)) == begins
    assert start_of(day, ZoneInfo(zone)).tzinfo is UTC
    assert hours(day, ZoneInfo(zone)) == length


@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Europe/Berlin", "UTC", "America/Havana"])
def test_the_first_and_the_last_day_of_all_have_a_beginning(name: str) -> None:
    """The ends of the calendar are days too, east and west; only the last one has no end."""
    zone = ZoneInfo(name)
    first, last = start_of(date.min, zone), start_of(date.max, zone)
    assert datetime.min.replace(tzinfo=UTC) <= first < datetime(1, 1, 1, 12, tzinfo=UTC)
    assert abs(last - utc(9999, 12, 31)) <= timedelta(hours=14)
    assert (day_of(first, zone), day_of(last, zone)) == (date.min, date.max)
    assert end_of(date.max, zone) is None
    assert end_of(date.max - timedelta(days=1), zone) == last
    assert last_day(first, zone) is None
    assert last_day(last, zone) == date.max - timedelta(days=1)
    second = end_of(date.min, zone)
    assert second is not None
    assert last_day(second, zone) == date.min


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (utc(2026, 3, 28, 23), BERLIN, date(2026, 3, 29)),
        (utc(2026, 3, 28, 22, 59), BERLIN, date(2026, 3, 28)),
        (utc(2026, 10, 25, 22, 59), BERLIN, date(2026, 10, 25)),
        (utc(2026, 11, 1, 4), HAVANA, date(2026, 11, 1)),
        (utc(2026, 11, 1, 3, 59), HAVANA, date(2026, 10, 31)),
        (datetime(2026, 7, 1, 0, 30, tzinfo=BERLIN), HAVANA, date(2026, 6, 30)),
    ],
)
def test_a_moment_belongs_to_a_day(moment: datetime, zone: ZoneInfo, day: date) -> None:
    """The day of a moment is the zone's, whatever zone the moment is written in."""
    assert day_of(moment, zone) == day


@pytest.mark.parametrize(
    ("until", "zone", "words"),
    [
        (utc(2030, 12, 31, 23), BERLIN, "end of 31 Dec 2030"),
        (utc(2030, 12, 31, 13, 30), BERLIN, "31 Dec 2030 14:30"),
        (utc(2030, 12, 31, 13, 30, 5), BERLIN, "31 Dec 2030 14:30:05"),
        (utc(2031, 1, 1), BERLIN, "1 Jan 2031 01:00"),
        (utc(2031, 1, 1), ZoneInfo("UTC"), "end of 31 Dec 2030"),
        (datetime(2031, 1, 1, tzinfo=BERLIN), BERLIN, "end of 31 Dec 2030"),
        (utc(2026, 3, 29, 22), BERLIN, "end of 29 Mar 2026"),
        (utc(2026, 10, 25, 22), BERLIN, "25 Oct 2026 23:00"),
        (utc(2026, 10, 25, 23), BERLIN, "end of 25 Oct 2026"),
        # The first midnight ends the day before, the second lies within the day.
        (utc(2026, 11, 1, 4), HAVANA, "end of 31 Oct 2026"),
        (utc(2026, 11, 1, 5), HAVANA, "1 Nov 2026 00:00"),
        (utc(2026, 4, 23, 22), ZoneInfo("Africa/Cairo"), "end of 23 Apr 2026"),
    ],
)
def test_the_end_of_a_day_is_called_so(until: datetime, zone: ZoneInfo, words: str) -> None:
    """What ends with a day of the zone is said by the day, all else by the zone's clock."""
    assert until_words(until, zone) == words
    assert (last_day(until, zone) is None) == (not words.startswith("end of"))


@given(
    day=st.dates(date(1970, 1, 1), date(2100, 12, 31)) | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    zone=st.sampled_from(ZONES),
)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    """Each day holds its own first moment and is the last day of its end; a missing day is empty."""
    begins, ends = start_of(day, zone), end_of(day, zone)
    next_day = day + timedelta(days=1)
    assert ends == start_of(next_day, zone)
    missing = (zone.key, day) in MISSING
    if missing:
        assert begins == ends
        assert day_of(begins, zone) == next_day
    else:
        assert begins < ends
        assert day_of(begins, zone) == day
        assert day_of(begins - timedelta(microseconds=1), zone) < day
    if (zone.key, next_day) not in MISSING:
        assert last_day(ends, zone) == day


@pytest.mark.parametrize(("zone", "day"), sorted(MISSING))
def test_a_day_that_a_zone_left_out_is_empty(zone: str, day: date) -> None:
    """The day that a zone skipped begins and ends in one moment, which is the next day's."""
    place = ZoneInfo(zone)
    assert hours(day, place) == 0
    assert day_of(start_of(day, place), place) == day + timedelta(days=1)
    assert until_words(start_of(day, place), place) == f"end of {day.day} Dec {day.year}"
