"""How the figures of a screen are to be read: the currency, its decimals, the zone of its times."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QTimeZone

if TYPE_CHECKING:
    from ui.kit.formats import Formats

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reading_note(formats: Formats) -> str:
    """Return `CR, two decimals · Europe/Berlin`."""
    exponent = formats.exponent
    number = _NUMBERS[exponent] if exponent < len(_NUMBERS) else str(exponent)
    noun = "decimal" if exponent == 1 else "decimals"
    return f"{formats.code}, {number} {noun} \N{MIDDLE DOT} {zone_name(formats)}"


def zone_name(formats: Formats) -> str:
    """Return the name of the zone that times are shown in."""
    if formats.zone is None:
        return QTimeZone.systemTimeZoneId().toStdString() or "local time"
    return str(formats.zone)


def moment_words(formats: Formats, moment: datetime) -> str:
    """Return a moment with its zone: `2026-11-21 14:32:04 CET`."""
    return f"{formats.timestamp(moment)} {moment.astimezone(formats.zone).tzname() or ''}".rstrip()


def short_moment(moment: datetime, formats: Formats) -> str:
    """Return the time of a moment today, and the date too of any other."""
    text = formats.timestamp(moment)
    today = formats.timestamp(datetime.now(UTC))
    return text[11:] if text[:10] == today[:10] else text[:16]


def start_of(day: date, formats: Formats) -> datetime:
    """Return the first moment of a day in the zone shown, as UTC."""
    if formats.zone is not None:
        return datetime.combine(day, time.min, tzinfo=formats.zone).astimezone(UTC)
    # By Qt: Python cannot convert local times before 1970 on Windows.
    first = QDate(day.year, day.month, day.day).startOfDay().toMSecsSinceEpoch()
    return _EPOCH + timedelta(milliseconds=first)


def end_of(day: date, formats: Formats) -> datetime | None:
    """Return the first moment after a day, as UTC; None after the last day there is."""
    return None if day == date.max else start_of(day + timedelta(days=1), formats)
