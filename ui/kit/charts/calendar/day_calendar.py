"""A calendar one looks at to see which days hold much, goes through by keys, and chooses a day in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QEvent, QLocale, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.kit.charts.calendar.days import WEEK, Extent, Span, bounds_of, week_start_of
from ui.kit.charts.calendar.grid import Grid, Setting
from ui.kit.charts.calendar.paint import Drawing, Marks
from ui.kit.charts.tip import ChartTip
from ui.kit.theme.fonts import CHIP_PX, text_font

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from ui.kit.charts.calendar.days import CalendarDay
    from ui.kit.charts.day_bars import Part
    from ui.kit.theme.theme import Theme

_HEIGHT_PX, _LEAST_HIGH_PX = 162, 98
_LEAST_WIDE_PX: Final = 240
_DATE: Final = "dddd d MMMM yyyy"
_OPENED: Final = {Qt.FocusReason.OtherFocusReason, Qt.FocusReason.ActiveWindowFocusReason}
_CHOOSE: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class DayCalendar(QWidget):
    """Paints the days from a first, which is today, to a last.

    chosen: the day clicked, or that Enter was pressed on. moved: other days are seen.
    """

    chosen = Signal(object)
    moved = Signal()

    def __init__(self, theme: Theme, *, today: date, empty: str, locale: QLocale | None = None) -> None:
        """`empty` is what is said of a day without anything."""
        super().__init__()
        self._theme, self._today, self._empty = theme, today, empty
        self._locale = QLocale() if locale is None else locale
        self._extent = Extent(today, today, week_start_of(self._locale))
        self._days: dict[date, CalendarDay] = {}
        self._parts: tuple[Part, ...] = ()
        self._named = ""
        self._span = Span.YEAR
        self._shown = today
        self._at: date | None = None
        self._quiet = False
        self._chosen: date | None = None
        self._font = text_font(CHIP_PX, tabular=True)
        self._grid = Grid()
        self._tip = ChartTip(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)

    @property
    def day(self) -> date | None:
        """The day that is told in words."""
        return self._at

    @property
    def chosen_day(self) -> date | None:
        """The day that is outlined."""
        return self._chosen

    @property
    def words(self) -> str:
        """What is said of a day beside it; empty when nothing is."""
        return self._tip.words

    @property
    def span(self) -> Span:
        """How much is seen at once."""
        return self._span

    @property
    def grid(self) -> Grid:
        """Where each day that is seen lies."""
        return self._grid

    @property
    def parts(self) -> tuple[Part, ...]:
        """What a day's amount is made of."""
        return self._parts

    @property
    def bounds(self) -> tuple[int, ...]:
        """Up to which amount each of the five steps goes; empty where there is nothing."""
        largest = max((one.amount for one in self._days.values()), default=0)
        return bounds_of(largest) if largest else ()

    @property
    def fullest(self) -> date | None:
        """The day that holds the most; None where no day has anything."""
        return max(self._days, key=lambda day: self._days[day].amount, default=None)

    @property
    def period(self) -> str:
        """Which days are seen, in words."""
        first, last = self._grid.first, self._grid.last
        if first is None or last is None:
            return ""
        if self._span is Span.MONTH:
            return f"{self._locale.standaloneMonthName(first.month)} {first.year}"
        return f"{self._written(first, 'd MMM yyyy')} \N{EN DASH} {self._written(last, 'd MMM yyyy')}"

    def set_days(
        self, parts: Sequence[Part], days: Sequence[CalendarDay], *, today: date, last: date, spoken: str
    ) -> None:
        """Show other days, up to a last; `spoken` says all of them in words."""
        self._parts, self._named = tuple(parts), spoken
        self._today = today
        self._extent = Extent(today, last, self._extent.week_start)
        self._days = {one.day: one for one in days if self._extent.holds(one.day)}
        self._shown = self._extent.clamp(self._shown)
        self._at = None if self._at is None else self._extent.clamp(self._at)
        self._lay_out()
        self._tell()

    def set_chosen(self, day: date | None) -> None:
        """Outline a day, which comes into sight, or none."""
        self._chosen = day
        if day is not None and self._extent.holds(day):
            self._bring(day)
        self.update()

    def set_span(self, span: Span) -> None:
        """Show more or less at once, with what was looked at or chosen still in it."""
        self._span = span
        self._shown = self._extent.clamp(self._at or self._chosen or self._shown)
        self.updateGeometry()
        self._lay_out()
        self._tell()

    def can_page(self, step: int) -> bool:
        """Whether there are days before (-1) or after (1) those that are seen."""
        first, last = self._grid.first, self._grid.last
        if first is None or last is None:
            return False
        return first > self._extent.first if step < 0 else last < self._extent.last

    def page(self, step: int) -> None:
        """Show the days before (-1) or after (1)."""
        if self.can_page(step):
            self._shown = self._paged(self._shown, step)
            self._leave()
            self._lay_out()

    @override
    def sizeHint(self) -> QSize:
        return QSize(760, _HEIGHT_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDE_PX, _LEAST_HIGH_PX)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self._tell()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        to = self._to(key)
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
        elif to is not None:
            self._go_to(self._extent.clamp(to))
        elif key in _CHOOSE and self._at is not None:
            self.chosen.emit(self._at)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._at is None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            # When a screen is opened nobody went to a day yet, and a tip would hide what is under it.
            self._go_to(self._start(), quiet=event.reason() in _OPENED)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._grid.at(event.position())
        if under is None:
            self._leave()
        elif under != self._at or not self._tip.words:
            self._at, self._quiet = under, False
            self._tell()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        under = self._grid.at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and under is not None:
            self.chosen.emit(under)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        marks = Marks(self._chosen, self._at, self._today, focused=self.hasFocus())
        Drawing(
            self._grid,
            self._span,
            self._days,
            self._parts,
            self.bounds,
            marks,
            self._theme.tokens,
            self._font,
        ).draw(QPainter(self))

    def has(self, day: date) -> bool:
        """Whether a day has anything."""
        return day in self._days

    def words_of(self, day: date) -> str:
        """Return a day's date and what is said of it, a line a fact."""
        found = self._days.get(day)
        today = " \N{MIDDLE DOT} today" if day == self._today else ""
        return f"{self._written(day)}{today}\n{self._empty if found is None else found.words}"

    def _start(self) -> date:
        """Return the day that the keyboard comes to first."""
        first = self._grid.first or self._extent.first
        return self._chosen if self._chosen in self._grid.cells and self._chosen is not None else first

    def _to(self, key: Qt.Key) -> date | None:
        """Return where a key leads: a day or a week by the arrows, as they lie in the picture."""
        at, one, week = self._at or self._start(), timedelta(days=1), timedelta(days=WEEK)
        beside, below = (week, one) if self._span is Span.YEAR else (one, week)
        if key is Qt.Key.Key_PageUp:
            return self._paged(at, -1, keyed=True)
        if key is Qt.Key.Key_PageDown:
            return self._paged(at, 1, keyed=True)
        return {
            Qt.Key.Key_Left: at - beside, Qt.Key.Key_Right: at + beside,
            Qt.Key.Key_Up: at - below, Qt.Key.Key_Down: at + below,
            Qt.Key.Key_Home: self._extent.first, Qt.Key.Key_End: self._extent.last,
        }.get(key)  # fmt: skip

    def _paged(self, day: date, step: int, *, keyed: bool = False) -> date:
        """Return a day as far on as a page: a month, or by the buttons a week, or half of the weeks seen."""
        if self._span is Span.MONTH or keyed:
            return self._extent.moved(day, step)
        weeks = 1
        if self._span is Span.YEAR:
            weeks = max(len({self._extent.week_of(one) for one in self._grid.cells}) // 2, 1)
            # What is seen has its middle at the day shown; at an end it is nearer to that end.
            cells = sorted(self._grid.cells)
            day = cells[len(cells) // 2]
        return self._extent.clamp(day + step * timedelta(weeks=weeks))

    def _go_to(self, day: date, *, quiet: bool = False) -> None:
        self._at, self._quiet = day, quiet
        self._bring(day)
        self._tell()

    def _bring(self, day: date) -> None:
        """Let a day be among those that are seen."""
        if day not in self._grid.cells:
            self._shown = day
            self._lay_out()

    def _leave(self) -> None:
        self._at = None
        self._tell()

    def _tell(self) -> None:
        """Say in words what there is of the day that the keyboard or the mouse is at."""
        cell = None if self._at is None else self._grid.cells.get(self._at)
        self.setAccessibleName(self._named)
        if self._at is None or cell is None:
            self.setAccessibleDescription("")
            self._tip.hide()
        else:
            words = self.words_of(self._at)
            self.setAccessibleDescription(words.replace("\n", ", "))
            if self._quiet:
                self._tip.hide()
            else:
                self._tip.say(words, cell.center().toPoint())
        self.update()

    def _lay_out(self) -> None:
        room = QRectF(self.rect()).adjusted(1, 0, -1, -2)
        setting = Setting(
            self._extent, QSizeF(room.width(), room.height()), QFontMetricsF(self._font), self._locale
        )
        self._grid = setting.lay_out(self._span, self._shown)
        self.moved.emit()
        self.update()

    def _written(self, day: date, shape: str = _DATE) -> str:
        return self._locale.toString(QDate(day.year, day.month, day.day), shape)
