"""What a calendar shows: days with their amounts, the span seen at once, and five steps of one colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QLocale

    from ui.kit.theme.tokens import Tokens

STEPS: Final = 5
WEEK: Final = 7
# What of the full colour each step has over the ground. Two neighbours differ by 1.2:1 or more in each theme,
# and a figure written on any of them reads at 4.5:1: between 0.5 and 0.7 it would not in the dark.
_SHARES: Final = (0.24, 0.36, 0.48, 0.76, 1.0)
_NOTHING_SHARE: Final = 0.08
_LAST_MONTH: Final = 12
_DARK_PART: Final = 0.03928


class Span(StrEnum):
    """How much of a calendar is seen at once."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day that has something: an amount for each part, none below zero, and what is said of it.

    figure: the whole amount, written. short: the same where there is little room. words: a line a fact,
    without the date, which the calendar writes.
    """

    day: date
    amounts: tuple[int, ...]
    figure: str
    short: str
    words: str

    @property
    def amount(self) -> int:
        """All its parts together."""
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class Extent:
    """From which day to which a calendar goes, and on which weekday (1 is Monday) its weeks begin."""

    first: date
    last: date
    week_start: int = 1

    @property
    def weeks(self) -> int:
        """How many weeks it touches."""
        return (self.week_of(self.last) - self.week_of(self.first)).days // WEEK + 1

    def holds(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.first <= day <= self.last

    def clamp(self, day: date) -> date:
        """Return the nearest of its days."""
        return min(max(day, self.first), self.last)

    def row_of(self, day: date) -> int:
        """Return a day's place in its week, from 0."""
        return (day.isoweekday() - self.week_start) % WEEK

    def week_of(self, day: date) -> date:
        """Return the day on which a day's week begins; it may come before the first."""
        return day - timedelta(days=self.row_of(day))

    def weekdays(self) -> list[int]:
        """Return the weekdays in the order of a week, Monday being 1."""
        return [(self.week_start - 1 + place) % WEEK + 1 for place in range(WEEK)]

    def moved(self, day: date, months: int) -> date:
        """Return the same day of another month, or its last where it has no such day; within the calendar."""
        year, month = divmod(day.year * _LAST_MONTH + day.month - 1 + months, _LAST_MONTH)
        return self.clamp(day.replace(year, month + 1, min(day.day, last_of(date(year, month + 1, 1)).day)))


def last_of(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def week_start_of(locale: QLocale) -> int:
    """Return the weekday on which a locale's weeks begin, Monday being 1."""
    return locale.firstDayOfWeek().value


def bounds_of(largest: int) -> tuple[int, ...]:
    """Return up to which amount each of the five steps goes; the last is the largest day itself.

    By the square root: up to 4, 16, 36, 64 and 100 % of the largest day. Credit ends in lumps, half of a
    year's on one day of a promotion: in even steps every other day would be of the palest, and by quantiles a
    fifth of all days as dark as that one.
    """
    return tuple(-(-largest * step * step // STEPS**2) for step in range(1, STEPS + 1))


def step_of(amount: int, bounds: Sequence[int]) -> int:
    """Return an amount's step, from 1 to 5; 0 where there is nothing."""
    if amount <= 0:
        return 0
    return next((step for step, bound in enumerate(bounds, start=1) if amount <= bound), STEPS)


def inks_of(tokens: Tokens) -> tuple[QColor, ...]:
    """Return the colours of a day without anything and of the five steps, in a theme."""
    ground, full = QColor(tokens.surface), QColor(tokens.warning)
    nothing = _mixed(ground, QColor(tokens.text), _NOTHING_SHARE)
    return (nothing, *(_mixed(ground, full, share) for share in _SHARES))


def text_on(ink: QColor, tokens: Tokens) -> QColor:
    """Return which of the theme's two ends reads better on a colour."""
    return max((QColor(tokens.text), QColor(tokens.surface)), key=lambda one: contrast(one, ink))


def contrast(one: QColor, other: QColor) -> float:
    """Return how much two colours differ in light, from 1 to 21."""
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ranges(bounds: Sequence[int], written: Callable[[int], str]) -> list[str]:
    """Say of each step which amounts it stands for: `up to 12.00`, `12.01 to 48.00`."""
    if not bounds:
        return []
    return [
        f"up to {written(bounds[0])}",
        *(f"{written(low + 1)} to {written(high)}" for low, high in pairwise(bounds)),
    ]


def _mixed(ground: QColor, full: QColor, share: float) -> QColor:
    low, high = (ground.red(), ground.green(), ground.blue()), (full.red(), full.green(), full.blue())
    return QColor(*(round(one + (other - one) * share) for one, other in zip(low, high, strict=True)))


def _light(colour: QColor) -> float:
    """Return the relative luminance, as WCAG 2 has it."""
    red, green, blue = (_linear(one) for one in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _DARK_PART else float(((part + 0.055) / 1.055) ** 2.4)
