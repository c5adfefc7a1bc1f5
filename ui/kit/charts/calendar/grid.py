"""Where each day of a calendar lies in the room there is, and the names beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QRectF, Qt

from ui.kit.charts.calendar.days import WEEK, Extent, Span, last_of

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF, QSizeF
    from PySide6.QtGui import QFontMetricsF

LEAST_PX: Final = 11
"""A year's cell with its gap at its smallest; a screen of 1,024 pixels holds all 54 weeks at it."""
MOST_WIDE_PX, MOST_HIGH_PX = 30, 20
_BETWEEN_PX: Final = 8
_SHORT: Final = QLocale.FormatType.ShortFormat
_LEFT, _MIDDLE = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter
_LEAST_GAP, _MOST_GAP = 2, 4


@dataclass(frozen=True, slots=True)
class Name:
    """A month's or a weekday's name, and where it stands."""

    text: str
    area: QRectF
    align: Qt.AlignmentFlag = _LEFT


@dataclass(frozen=True, slots=True)
class Grid:
    """The days that are seen with their places, and the names; `whole` when no day is left out.

    beyond: the days of a month that the calendar does not have.
    """

    cells: dict[date, QRectF] = field(default_factory=dict)
    names: tuple[Name, ...] = ()
    whole: bool = True
    beyond: tuple[tuple[date, QRectF], ...] = ()

    @property
    def first(self) -> date | None:
        """The first day seen."""
        return min(self.cells, default=None)

    @property
    def last(self) -> date | None:
        """The last day seen."""
        return max(self.cells, default=None)

    def at(self, place: QPointF) -> date | None:
        """Return the day under a place."""
        return next((day for day, cell in self.cells.items() if cell.contains(place)), None)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a grid is laid out in: the days there are, the room, the type, the language of the names."""

    extent: Extent
    room: QSizeF
    metrics: QFontMetricsF
    locale: QLocale

    def lay_out(self, span: Span, shown: date) -> Grid:
        """Return the grid of a span that has `shown` in it."""
        if span is Span.YEAR:
            return _year(self, shown)
        return _month(self, shown) if span is Span.MONTH else _week(self, shown)

    @property
    def head(self) -> float:
        """How high the names over the cells are."""
        return self.metrics.height() + 5

    def weekday(self, number: int) -> str:
        """Return a weekday's short name, Monday being 1."""
        return self.locale.dayName(number, _SHORT)


def columns_within(width: float) -> int:
    """Return how many weeks have room at the least size."""
    return max(int(width // LEAST_PX), 1)


def _year(of: Setting, shown: date) -> Grid:
    extent, first_week = of.extent, of.extent.week_of(of.extent.first)
    named = [of.weekday(number) for number in extent.weekdays()]
    left = max(of.metrics.horizontalAdvance(name) for name in named) + _BETWEEN_PX
    room = of.room.width() - left
    seen = min(extent.weeks, columns_within(room))
    # The window of weeks that has the day in its middle, as far as the ends allow.
    offset = (extent.week_of(shown) - first_week).days // WEEK - seen // 2
    offset = min(max(offset, 0), extent.weeks - seen)
    wide = min(max(int(room // seen), LEAST_PX), MOST_WIDE_PX)
    high = min(max(int((of.room.height() - of.head) // WEEK), LEAST_PX), MOST_HIGH_PX, wide)
    gap = max(high // 5, _LEAST_GAP)
    start = first_week + timedelta(weeks=offset)
    cells = {
        day: QRectF(left + column * wide, of.head + row * high, wide - gap, high - gap)
        for column in range(seen)
        for row in range(WEEK)
        if extent.holds(day := start + timedelta(days=column * WEEK + row))
    }
    beside = [
        Name(name, QRectF(0, of.head + row * high - gap / 2, left, high), _LEFT)
        for row, name in enumerate(named)
        if row % 2 == 0
    ]
    return Grid(cells, (*beside, *_months(of, cells)), whole=seen == extent.weeks)


def _months(of: Setting, cells: dict[date, QRectF]) -> list[Name]:
    """Name each month over the week in which it begins, where there is room up to the next name."""
    begins = [day for day in cells if day.day == 1]
    first = min(cells, default=None)
    if first is not None and first.day != 1:
        begins.insert(0, first)
    found: list[Name] = []
    until = of.room.width()
    # From the right: the month that has only its last days in sight gives way to the next.
    for day in sorted(begins, reverse=True):
        name = of.locale.standaloneMonthName(day.month, _SHORT)
        x = cells[day].left()
        named = (f"{name} {day.year}", name) if day.month == 1 or day == first else (name,)
        text = next((one for one in named if x + of.metrics.horizontalAdvance(one) <= until), "")
        if not text:
            continue
        wide = of.metrics.horizontalAdvance(text)
        found.append(Name(text, QRectF(x, 0, wide + 1, of.metrics.height())))
        until = x - _BETWEEN_PX
    return found[::-1]


def _month(of: Setting, shown: date) -> Grid:
    extent = of.extent
    first, last = shown.replace(day=1), last_of(shown)
    start = extent.week_of(first)
    rows = (last - start).days // WEEK + 1
    wide = of.room.width() / WEEK
    high = (of.room.height() - of.head) / rows
    cells: dict[date, QRectF] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        row, column = divmod((day - start).days, WEEK)
        left, top = round(column * wide), round(of.head + row * high)
        cells[day] = QRectF(
            left, top, round((column + 1) * wide) - left - _MOST_GAP,
            round(of.head + (row + 1) * high) - top - _MOST_GAP,
        )  # fmt: skip
    beyond = tuple((day, cells.pop(day)) for day in list(cells) if not extent.holds(day))
    names = tuple(
        Name(of.weekday(number), QRectF(round(place * wide), 0, wide - _MOST_GAP, of.metrics.height()))
        for place, number in enumerate(extent.weekdays())
    )
    return Grid(cells, names, whole=False, beyond=beyond)


def _week(of: Setting, shown: date) -> Grid:
    extent, start = of.extent, of.extent.week_of(shown)
    wide = of.room.width() / WEEK
    cells: dict[date, QRectF] = {}
    names: list[Name] = []
    for place, number in enumerate(extent.weekdays()):
        day = start + timedelta(days=place)
        left = round(place * wide)
        area = QRectF(left, of.head, round((place + 1) * wide) - left - _MOST_GAP, of.room.height() - of.head)
        if extent.holds(day):
            cells[day] = area
        month = of.locale.monthName(day.month, _SHORT)
        text = f"{of.weekday(number)} {day.day} {month}"
        if of.metrics.horizontalAdvance(text) > area.width():
            text = str(day.day)
        names.append(Name(text, QRectF(left, 0, area.width(), of.metrics.height()), _MIDDLE))
    return Grid(cells, tuple(names), whole=False)
