"""How the figures of a screen are to be read: its currencies and zone, its moments and ages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.money import Currency
    from ui.kit.formats import Formats

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_FEW_DAYS = 2
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def reading_note(formats: Formats, currencies: Sequence[Currency]) -> str:
    """Return `CR, two decimals · Europe/Berlin`; of several currencies their number."""
    if len(currencies) != 1:
        return f"{len(currencies)} currencies \N{MIDDLE DOT} {formats.zone}"
    (currency,) = currencies
    number = _NUMBERS[currency.exponent]
    noun = "decimal" if currency.exponent == 1 else "decimals"
    return f"{currency.code}, {number} {noun} \N{MIDDLE DOT} {formats.zone}"


def moment_words(formats: Formats, moment: datetime) -> str:
    """Return a moment with its zone: `2026-11-21 14:32:04 CET`."""
    return f"{formats.timestamp(moment)} {moment.astimezone(formats.zone).tzname() or ''}".rstrip()


def short_moment(moment: datetime, formats: Formats) -> str:
    """Return the time of a moment today, and the date too of any other."""
    text = formats.timestamp(moment)
    today = formats.timestamp(datetime.now(UTC))
    return text[11:] if text[:10] == today[:10] else text[:16]


def age(since: datetime, now: datetime) -> str:
    """Return how long something waits, as roughly as one asks: `40 min`, `26 h`, `3 days`."""
    seconds = max((now - since).total_seconds(), 0)
    if seconds < _HOUR_S:
        return f"{max(int(seconds // _MINUTE_S), 1)} min"
    if seconds < _FEW_DAYS * _DAY_S:
        return f"{int(seconds // _HOUR_S)} h"
    return f"{int(seconds // _DAY_S)} days"
