"""Amounts by source: which sources have a colour, what the others come to, and how shares are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor

from console.files.text import shown
from ui.kit.charts.calendar.days import CalendarDay
from ui.kit.charts.day_bars import Part
from ui.kit.formats import DOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from console.ledger.credits.ahead.calendar import DayExpiry, ExpiryCalendar
    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.kit.theme.tokens import Tokens

COLOURED: Final = 5
"""So many sources have a colour of their own, the largest first; the rest are one part."""
OTHERS: Final = "other sources"
_NAMED: Final = 3
_WHOLE: Final = 100
_SOURCE_LENGTH: Final = 28
_THOUSAND, _TENS, _MILLION = 10**3, 10**4, 10**6


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a year is drawn: the parts of a day, and the days that have something."""

    parts: tuple[Part, ...]
    days: tuple[CalendarDay, ...]


def drawn(found: ExpiryCalendar, formats: Formats, *, only: str = "") -> Shown:
    """Return the days of a year as a calendar draws them; `only` leaves the other sources out."""
    rows = [one for one in found.days if not only or one.source == only]
    there = {one.source for one in rows}
    named = [name for name in found.sources if name in there][:COLOURED]
    parts = [Part(_short_name(name), _ink(at)) for at, name in enumerate(named)]
    if there - set(named):
        parts.append(Part(OTHERS, _muted))
    by_day: dict[date, list[DayExpiry]] = defaultdict(list)
    for one in rows:
        by_day[one.day].append(one)
    places = {name: at for at, name in enumerate(named)}
    days = (_day(day, each, places, len(parts), found.currency, formats) for day, each in by_day.items())
    return Shown(tuple(parts), tuple(days))


def shares_words(amounts: Iterable[tuple[str | None, int]], formats: Formats) -> str:
    """Return `Winter sale 88 %, Referral 9 %, other sources 3 %` of (source, amount); empty where nothing is.

    A source that is None stands for the others.
    """
    found = [(source, amount) for source, amount in amounts if amount > 0]
    whole = sum(amount for _source, amount in found)
    ranked = sorted(found, key=lambda one: (one[0] is None, -one[1], one[0]))
    # One that would stand alone as the others can as well be named.
    most = _NAMED + 1 if len(ranked) == _NAMED + 1 else _NAMED
    named = [one for one in ranked[:most] if one[0] is not None]
    rest = sum(amount for one, amount in ranked[len(named) :])
    words = [f"{_short_name(name or '')} {percent(amount, whole, formats)}" for name, amount in named]
    if rest:
        words.append(f"{OTHERS} {percent(rest, whole, formats)}")
    return ", ".join(words)


def percent(amount: int, whole: int, formats: Formats) -> str:
    """Return `88 %`: how much of a whole above nothing an amount is; `<1 %` for a little."""
    share = amount * _WHOLE / whole
    if 0 < share < 1:
        return "<1 %"
    # Never a whole of which something is missing.
    return f"{formats.integer(min(round(share), _WHOLE if amount == whole else _WHOLE - 1))} %"


def short_amount(minor: int, currency: Currency, formats: Formats) -> str:
    """Write an amount where there is little room: `123 k`, `84.2 M`, `412`; below one unit `<1`."""
    units = minor / 10**currency.exponent
    if units >= _MILLION:
        return formats.about(round(units))
    if units >= _TENS:
        # What rounds up to a million would say 1,000 k.
        return f"{formats.integer(min(round(units / _THOUSAND), _THOUSAND - 1))} k"
    if units >= _THOUSAND:
        return f"{formats.decimals(units / _THOUSAND)} k"
    return "<1" if 0 < units < 1 else formats.integer(round(units))


def _day(  # noqa: PLR0917 - told by position, in one place
    day: date, rows: Sequence[DayExpiry], places: Mapping[str, int], parts: int, currency: Currency,
    formats: Formats,
) -> CalendarDay:  # fmt: skip
    amounts = [0] * parts
    for one in rows:
        amounts[places.get(one.source or "", parts - 1)] += one.amount
    whole = sum(amounts)
    many = formats.count(sum(one.credits for one in rows), "credit")
    words = f"{formats.money(whole, currency)}{DOT}{many}"
    return CalendarDay(
        day, tuple(amounts), formats.amount(whole, currency), short_amount(whole, currency, formats),
        f"{words}\n{shares_words(((one.source, one.amount) for one in rows), formats)}",
    )  # fmt: skip


def _short_name(source: str) -> str:
    return shown(source, _SOURCE_LENGTH) or "no source"


def _ink(at: int) -> Callable[[Tokens], QColor]:
    return lambda tokens: QColor(tokens.series[at])


def _muted(tokens: Tokens) -> QColor:
    return QColor(tokens.muted)
