"""Amounts, counts, times and durations as the operator's locale writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from console.files.days import day_of, last_day, until_words
from console.money import NumberStyle, format_amount, parse_amount

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from console.money import Currency

MINUS = "\N{MINUS SIGN}"
DOT = " \N{MIDDLE DOT} "
"""Between two facts on one line."""

_NO_BREAK_SPACES = frozenset({"\u00a0", "\u202f"})
_MS_A_SECOND = 1_000
_SECONDS_A_MINUTE = 60
_MINUTES_AN_HOUR = 60
_UNSEEN_MS = 0.05  # what one decimal cannot show
_DAY_S, _TENTHS_S = 86_400, 0.5
_WHOLE_MS = 100
_STEP = 1_024
_UNITS = ("kB", "MB", "GB", "TB")
_SHORTENED = ((10**9, "G"), (10**6, "M"))


def plain_tip(text: str) -> str:
    """Return a tooltip that Qt cannot take for markup of the text's own: a name may hold `<b>`."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<qt>{escaped}</qt>"


def sentence(words: str) -> str:
    """Return words as a sentence: the ledger's come without a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


@dataclass(frozen=True, slots=True)
class Formats:
    """How figures are written: the zone of the business day, the locale's separators.

    No currency: each amount is written with its own.
    """

    zone: tzinfo
    decimal: str = "."
    grouping: str = ","

    @classmethod
    def of(cls, zone: tzinfo, locale: QLocale | None = None) -> Formats:
        """Return the formats of a locale, the system's by default."""
        found = QLocale() if locale is None else locale
        return cls(zone, found.decimalPoint()[:1], found.groupSeparator()[:1])

    def amount(self, minor: int, currency: Currency, *, signed: bool = False, grouped: bool = True) -> str:
        """Write minor units, exactly at any size: `1,204.10`, with `signed` also `+1,204.10`."""
        style = NumberStyle(self.decimal, self.grouping if grouped else "", MINUS)
        return format_amount(minor, currency.exponent, style, signed=signed)

    def money(self, minor: int, currency: Currency) -> str:
        """Write minor units with their currency: `1,204.10 CR`."""
        return f"{self.amount(minor, currency)} {currency.code}"

    def made_of(self, currency: Currency, first: tuple[str, int], *terms: tuple[str, int]) -> str:
        """Return how an amount came about: `balance 21.30 + overdraft 5.00`; what is zero folds."""
        name, minor = first
        words = f"{name} {self.amount(minor, currency)}"
        for name, minor in terms:
            if minor:
                sign = MINUS if minor < 0 else "+"
                words += f" {sign} {name} {self.amount(abs(minor), currency)}"
        return words

    def plain_amount(self, minor: int, currency: Currency) -> str:
        """Write minor units for a spreadsheet: no grouping, an ASCII minus, the locale's decimal mark."""
        return format_amount(minor, currency.exponent, NumberStyle(self.decimal, "", "-"))

    def parse(self, text: str, currency: Currency, *, signed: bool = False) -> int:
        """Read what an operator typed as minor units; raises AmountError."""
        # Nobody can type the no-break spaces that some locales group with.
        typed = text.strip().replace(" ", self.grouping) if self.grouping in _NO_BREAK_SPACES else text
        return parse_amount(
            typed, currency.exponent, decimal=self.decimal, grouping=self.grouping, signed=signed
        )

    def spoken_amount(self, minor: int, currency: Currency) -> str:
        """Write minor units for a screen reader: `minus 412.50 CR`."""
        sign = "minus " if minor < 0 else ""
        return f"{sign}{self.amount(abs(minor), currency, grouped=False)} {currency.code}"

    def integer(self, value: int) -> str:
        """Write a count with grouping."""
        return format_amount(value, 0, NumberStyle(self.decimal, self.grouping, MINUS))

    def about(self, value: int) -> str:
        """Write a large count in short: `84.2 M`."""
        for unit, letter in _SHORTENED:
            if value >= unit:
                return f"{value / unit:.1f}".replace(".", self.decimal) + f" {letter}"
        return self.integer(value)

    def decimals(self, value: float, places: int = 1) -> str:
        """Write a measure that is no money, such as milliseconds."""
        minor = round(value * 10**places)
        return format_amount(minor, places, NumberStyle(self.decimal, self.grouping, MINUS))

    def timestamp(self, moment: datetime) -> str:
        """Write an aware moment in the zone shown: `2026-11-21 14:32:04`."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def moment(self, seconds: float, step_s: float = 1.0) -> str:
        """Write seconds of the epoch as the time of day: `14:32:04`; finer or coarser, as the step asks."""
        found = datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)
        if step_s >= _DAY_S:
            return found.strftime("%Y-%m-%d")
        if step_s >= _SECONDS_A_MINUTE:
            return found.strftime("%H:%M")
        whole = found.strftime("%H:%M:%S")
        if step_s >= 1:
            return whole
        places = 1 if step_s >= _TENTHS_S else 2
        return f"{whole}{self.decimal}{found.microsecond // 10 ** (6 - places):0{places}}"

    def day(self, value: date) -> str:
        """Write a date: `2026-11-21`."""
        return value.isoformat()

    def today(self) -> date:
        """Return the business day that it is."""
        return day_of(datetime.now(UTC), self.zone)

    def until(self, moment: datetime) -> str:
        """Write when something ends: `end of 31 Dec 2030`, or `31 Dec 2030 14:30` within a day."""
        return until_words(moment, self.zone)

    def plain_until(self, moment: datetime) -> str:
        """Write when something ends for a spreadsheet or a file to load: a date is the end of that day."""
        day = last_day(moment, self.zone)
        return self.timestamp(moment) if day is None else self.day(day)

    def duration(self, milliseconds: float) -> str:
        """Write how long something took: `2.3 ms`, `182 ms`, `1.4 s`, `3 min 12 s`, `2 h 5 min`."""
        if milliseconds < _WHOLE_MS:
            return f"{self.decimals(milliseconds)} ms"
        if milliseconds < _MS_A_SECOND:
            return f"{milliseconds:.0f} ms"
        seconds = milliseconds / _MS_A_SECOND
        if seconds < _SECONDS_A_MINUTE:
            return f"{self.decimals(seconds)} s"
        minutes, left = divmod(int(seconds), _SECONDS_A_MINUTE)
        if minutes < _MINUTES_AN_HOUR:
            return f"{minutes} min {left} s"
        return f"{self.integer(minutes // _MINUTES_AN_HOUR)} h {minutes % _MINUTES_AN_HOUR} min"

    def size(self, count: float) -> str:
        """Write bytes: `8.4 MB`; what is less than a kilobyte by the byte."""
        if 0 < count < _STEP:
            return self.count(round(count), "byte")
        amount, unit = count / _STEP, _UNITS[0]
        for larger in _UNITS[1:]:
            if amount < _STEP:
                break
            amount, unit = amount / _STEP, larger
        return f"{self.decimals(amount, 0 if unit == _UNITS[0] else 1)} {unit}"

    def count(self, count: int, noun: str) -> str:
        """Write `1 line`, `5,000 lines`."""
        return f"{self.integer(count)} {noun}{'' if count == 1 else 's'}"

    def threshold(self, milliseconds: float) -> str:
        """Write a duration that was chosen: `100 ms`, where one that was measured is `100.0 ms`."""
        nearest = round(milliseconds)
        whole = 0 < nearest < _MS_A_SECOND and abs(milliseconds - nearest) < _UNSEEN_MS
        return f"{nearest} ms" if whole else self.duration(milliseconds)
