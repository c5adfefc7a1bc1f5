"""Tests of dates: strict, ASCII, and never two readings of one text."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.files.reading.dates import date_expression, parse_date


@pytest.mark.parametrize(
    ("text", "pattern", "value"),
    [
        ("2026-01-31", None, date(2026, 1, 31)),
        ("2026-01-31 10:00", None, datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00.5Z", None, datetime(2026, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T10:00:00-05:30", None, datetime(2026, 1, 31, 15, 30, tzinfo=UTC)),
        ("930101", "%y%m%d", date(1993, 1, 1)),
        ("680101", "%y%m%d", date(2068, 1, 1)),
        ("20260131", "%Y%m%d", date(2026, 1, 31)),
        ("1.2.2026", "%d.%m.%Y", date(2026, 2, 1)),
        ("01.02.26", "%d.%m.%y", date(2026, 2, 1)),
        ("31/1/2026 9:05", "%d/%m/%Y %H:%M", datetime(2026, 1, 31, 9, 5, tzinfo=UTC)),
    ],
)
def test_reads(text: str, pattern: str | None, value: date) -> None:
    assert parse_date(text, pattern) == value


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("20260131", None),
        ("2026-W01-1", None),
        ("2026-1-31", None),
        ("2026-02-30", None),
        ("2026-01-31T25:00", None),
        ("93115", "%y%m%d"),
        ("\uff19\uff130101", "%y%m%d"),
        ("931301", "%y%m%d"),
        ("1.2.26", "%d.%m.%Y"),
        ("001.2.2026", "%d.%m.%Y"),
        ("1.2.2026 ", "%d.%m.%Y"),
        ("0001-01-01T00:00+14:00", None),
    ],
)
def test_refuses(text: str, pattern: str | None) -> None:
    with pytest.raises(ValueError, match=r"form|month|day|hour|calendar"):
        parse_date(text, pattern)


@pytest.mark.parametrize(
    "pattern",
    ["", "%d.%m", "%Y-%m", "%Y-%m-%d-%y", "%d.%d.%m.%Y", "%Y-%m-%d %M", "%B %d %Y", "%Y-%m-%d %%", "%"],
)
def test_patterns_of_no_whole_date(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"%|year"):
        date_expression(pattern)


@given(
    st.dates(min_value=date(1969, 1, 1), max_value=date(2068, 12, 31)),
    st.sampled_from(["%y%m%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%y", "%Y-%m-%d"]),
)
def test_agrees_with_strftime(day: date, pattern: str) -> None:
    assert parse_date(day.strftime(pattern), pattern) == day


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for pattern in (None, "%d.%m.%Y"):
        try:
            assert isinstance(parse_date(text, pattern), date)
        except ValueError as error:
            assert str(error)  # noqa: PT017 (either outcome is right)
