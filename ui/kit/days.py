"""How the figures of a screen are to be read: the currencies, their decimals, the zone of its times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.money import Currency
    from ui.kit.formats import Formats

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
