"""Dates as files write them: ISO 8601, or a pattern of %-directives, read strictly and in ASCII."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

# strptime() is not used: "%y%m%d" takes "93115" for two different days, and it reads full-width digits.
_DIRECTIVES = {
    "%Y": "year",
    "%y": "short_year",
    "%m": "month",
    "%d": "day",
    "%H": "hour",
    "%M": "minute",
    "%S": "second",
}
_PART = re.compile(r"%.|[^%]+|%")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_PIVOT = 69  # POSIX: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
_LAST_CENTURY, _THIS_CENTURY = 1900, 2000
_DATE_LENGTH = len("2026-12-31")

LATEST = datetime(9999, 12, 31, tzinfo=UTC)
"""No moment of the ledger lies at or after it."""


def parse_date(text: str, pattern: str | None = None, zone: tzinfo = UTC) -> date | datetime:
    """Read a date, or a moment in UTC when hours are given; raises ValueError.

    Without a pattern the text is ISO 8601. A moment that names no zone is in `zone`; where clocks go back and
    it comes twice, it is the first.
    """
    if pattern is None:
        return _parse_iso(text, zone)
    expression, has_time = date_expression(pattern)
    match = expression.fullmatch(text)
    if match is None:
        raise ValueError("other form")
    found = {name: int(digits) for name, digits in match.groupdict().items()}
    year = found["year"] if "year" in found else _full_year(found["short_year"])
    if not has_time:
        return date(year, found["month"], found["day"])
    hour, minute, second = found["hour"], found.get("minute", 0), found.get("second", 0)
    return _in_utc(datetime(year, found["month"], found["day"], hour, minute, second, tzinfo=zone))


@lru_cache(maxsize=64)
def date_expression(pattern: str) -> tuple[re.Pattern[str], bool]:
    """Compile a pattern, and tell whether it has hours; raises ValueError when it names no whole date.

    A day may be written with one digit only where something that is no digit ends it.
    """
    parts = _PART.findall(pattern)
    names = [_DIRECTIVES.get(part) for part in parts if part.startswith("%")]
    known = [name for name in names if name is not None]
    if len(known) < len(names):
        raise ValueError("only %Y, %y, %m, %d, %H, %M and %S can be used")
    if len(set(known)) < len(known) or ("year" in known) == ("short_year" in known):
        raise ValueError("each part once, with %Y or %y for the year")
    if not {"month", "day"} <= set(known):
        raise ValueError("a date needs a year, %m and %d")
    if known.count("hour") == 0 and {"minute", "second"} & set(known):
        raise ValueError("minutes need %H too")
    return re.compile(_expression(parts), re.ASCII), "hour" in known


def _expression(parts: list[str]) -> str:
    pieces = []
    for before, part, after in zip(["", *parts], parts, [*parts[1:], ""], strict=False):
        name = _DIRECTIVES.get(part)
        if name is None:
            pieces.append(re.escape(part))
        elif name == "year":
            pieces.append(r"(?P<year>\d{4})")
        else:
            short = (
                name != "short_year" and _ends_digits(before[-1:], before) and _ends_digits(after[:1], after)
            )
            pieces.append(rf"(?P<{name}>\d{{{1 if short else 2},2}})")
    return "".join(pieces)


def _ends_digits(neighbour: str, part: str) -> bool:
    """Whether digits surely end where this part of the pattern stands."""
    return part not in _DIRECTIVES and not neighbour.isdigit()


def _parse_iso(text: str, zone: tzinfo) -> date | datetime:
    if not _ISO.fullmatch(text):
        raise ValueError("other form")
    if len(text) == _DATE_LENGTH:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return _in_utc(moment.replace(tzinfo=zone) if moment.tzinfo is None else moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # the first and the last day of all, in some zones
        raise ValueError("outside the calendar in UTC") from error


def _full_year(short: int) -> int:
    return short + (_LAST_CENTURY if short >= _PIVOT else _THIS_CENTURY)
