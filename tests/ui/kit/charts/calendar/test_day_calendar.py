"""The calendar on the screen: where its days lie, what colour they have, how one goes from day to day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import QLocale, QPoint, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from ui.kit.charts.calendar.day_calendar import DayCalendar
from ui.kit.charts.calendar.days import CalendarDay, Span, inks_of
from ui.kit.charts.calendar.grid import LEAST_PX
from ui.kit.charts.calendar.steps_key import StepsKey
from ui.kit.charts.day_bars import Part
from ui.kit.theme.theme import Mode

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme

TODAY: Final = date(2026, 11, 28)
LAST: Final = TODAY + timedelta(days=365)
SALE: Final = date(2027, 1, 31)
FEW: Final = date(2027, 2, 3)
PARTS: Final = (
    Part("Winter sale", lambda tokens: QColor(tokens.series[0])),
    Part("Referral", lambda tokens: QColor(tokens.series[1])),
)
DAYS: Final = (
    CalendarDay(SALE, (75_000, 25_000), "1,000.00", "1 k", "1,000.00 CR of 12 accounts\nWinter sale 75 %"),
    CalendarDay(FEW, (300, 0), "3.00", "3", "3.00 CR of 1 account"),
)
SPANS: Final = pytest.mark.parametrize("span", list(Span))


def show(qtbot: QtBot, theme: Theme, width: int = 1_000, span: Span = Span.YEAR) -> DayCalendar:
    made = DayCalendar(theme, today=TODAY, empty="Nothing expires", locale=QLocale("en_GB"))
    qtbot.addWidget(made)
    made.set_days(PARTS, DAYS, today=TODAY, last=LAST, spoken="What expires when")
    made.set_span(span)
    made.resize(width, made.sizeHint().height())
    made.show()
    return made


def focus(qtbot: QtBot, made: DayCalendar) -> None:
    with qtbot.waitActive(made):
        made.activateWindow()
    made.setFocus(Qt.FocusReason.TabFocusReason)


def press(made: DayCalendar, *keys: Qt.Key) -> date | None:
    for key in keys:
        QTest.keyClick(made, key)
    return made.day


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK, Mode.HIGH_CONTRAST])
def test_a_day_has_the_colour_of_its_step(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    theme.set_mode(mode)
    made = show(qtbot, theme)
    image, inks = made.grab().toImage(), inks_of(theme.tokens)
    for day, step in ((SALE, 5), (FEW, 1), (date(2027, 6, 1), 0)):
        assert image.pixelColor(made.grid.cells[day].center().toPoint()) == inks[step]


@SPANS
@pytest.mark.parametrize("width", [240, 500, 740, 1_100, 1_700])
def test_nothing_lies_outside_and_no_two_days_in_one_place(
    qtbot: QtBot, theme: Theme, width: int, span: Span
) -> None:
    made = show(qtbot, theme, width, span)
    room, cells = QRectF(made.rect()), list(made.grid.cells.values())
    assert all(room.contains(cell) for cell in cells)
    assert all(room.contains(name.area) for name in made.grid.names)
    assert min(cell.width() for cell in cells) >= LEAST_PX - 2
    assert len({(cell.x(), cell.y()) for cell in cells}) == len(cells)
    names = sorted((name.area for name in made.grid.names if name.area.top() == 0), key=QRectF.left)
    assert not any(one.intersects(other) for one, other in pairwise(names))


def test_a_year_is_seen_at_once_where_there_is_room_and_else_in_pages(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, 740)
    assert len(made.grid.cells) == 366
    assert (made.can_page(-1), made.can_page(1)) == (False, False)
    made.resize(300, made.height())
    assert not made.grid.whole
    seen: set[date] = set(made.grid.cells)
    while made.can_page(1):
        made.page(1)
        seen |= set(made.grid.cells)
    assert len(seen) == 366
    assert made.can_page(-1)


@pytest.mark.parametrize(("locale", "first"), [("de_DE", "Mo"), ("en_US", "Sun"), ("en_GB", "Mon")])
def test_names_and_the_week_are_the_locale_s(qtbot: QtBot, theme: Theme, locale: str, first: str) -> None:
    made = DayCalendar(theme, today=TODAY, empty="", locale=QLocale(locale))
    qtbot.addWidget(made)
    made.set_days(PARTS, DAYS, today=TODAY, last=LAST, spoken="all")
    made.set_span(Span.MONTH)
    made.resize(700, 190)
    assert made.grid.names[0].text.startswith(first)
    sunday = made.grid.cells[date(2026, 11, 29)]
    assert (sunday.left() == 1 or sunday.left() == 0) == (locale == "en_US")


def test_arrows_go_as_the_days_lie(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme)
    focus(qtbot, made)
    assert made.day == TODAY
    assert press(made, Qt.Key.Key_Right) == TODAY + timedelta(days=7)
    assert press(made, Qt.Key.Key_Down) == TODAY + timedelta(days=8)
    assert press(made, Qt.Key.Key_PageDown) == date(2027, 1, 6)
    assert press(made, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp) == TODAY
    assert press(made, Qt.Key.Key_End, Qt.Key.Key_Right) == LAST
    made.set_span(Span.MONTH)
    assert press(made, Qt.Key.Key_Home, Qt.Key.Key_Right) == TODAY + timedelta(days=1)
    assert press(made, Qt.Key.Key_Down) == TODAY + timedelta(days=8)
    assert made.period == "December 2026"


@SPANS
def test_enter_chooses_what_is_told(qtbot: QtBot, theme: Theme, span: Span) -> None:
    made = show(qtbot, theme, span=span)
    chosen: list[date] = []
    made.chosen.connect(chosen.append)
    made.set_chosen(SALE)
    focus(qtbot, made)
    # A window that comes to the front says nothing by itself; a key does.
    assert made.words == ""
    press(made, Qt.Key.Key_Up, Qt.Key.Key_Down)
    assert made.words == "Sunday 31 January 2027\n1,000.00 CR of 12 accounts\nWinter sale 75 %"
    assert made.accessibleName() == "What expires when"
    assert made.accessibleDescription().startswith("Sunday 31 January 2027, 1,000.00 CR of 12")
    press(made, Qt.Key.Key_Return)
    assert chosen == [SALE]
    made.clearFocus()
    assert made.words == ""
    assert made.accessibleDescription() == ""


def test_the_day_under_the_mouse_is_told_and_a_click_chooses_it(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme)
    chosen: list[date] = []
    made.chosen.connect(chosen.append)
    QTest.mouseMove(made, made.grid.cells[TODAY].center().toPoint())
    qtbot.waitUntil(lambda: made.words == "Saturday 28 November 2026 · today\nNothing expires")
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=made.grid.cells[FEW].center().toPoint())
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert chosen == [FEW]


def test_the_chosen_day_is_outlined_and_today_is_marked(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme)
    made.set_chosen(FEW)
    image, tokens = made.grab().toImage(), theme.tokens
    cell, today = made.grid.cells[FEW], made.grid.cells[TODAY]
    assert image.pixelColor(round(cell.left()), round(cell.center().y())).name() == tokens.text.lower()
    below = QPoint(round(today.center().x()), round(today.bottom()) + 1)
    assert image.pixelColor(below).name() == tokens.accent.lower()


def test_a_week_stands_as_bars_of_its_parts(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, span=Span.WEEK)
    made.set_chosen(SALE)
    made.set_chosen(None)
    image, x = made.grab().toImage(), round(made.grid.cells[SALE].center().x())
    column = [image.pixelColor(x, y).name() for y in range(image.height())]
    large, small = (column.count(part.ink(theme.tokens).name()) for part in PARTS)
    assert large == pytest.approx(3 * small, abs=4)
    assert small > 10
    assert made.period == "25 Jan 2027 \N{EN DASH} 31 Jan 2027"


def test_what_was_chosen_stays_in_sight_when_the_span_changes(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme)
    made.set_chosen(SALE)
    for span, period in ((Span.MONTH, "January 2027"), (Span.WEEK, "25 Jan 2027 \N{EN DASH} 31 Jan 2027")):
        made.set_span(span)
        assert made.period == period
        assert SALE in made.grid.cells
    made.page(1)
    assert FEW in made.grid.cells
    made.set_days(PARTS, (), today=TODAY + timedelta(days=1), last=LAST, spoken="none")
    assert made.bounds == ()


def test_the_legend_names_the_largest_day(qtbot: QtBot, theme: Theme) -> None:
    made = StepsKey(theme)
    qtbot.addWidget(made)
    made.set_steps("1,000.00 a day", ["up to 40.00", "40.01 to 160.00"])
    assert (made.largest, made.accessibleDescription()) == (
        "1,000.00 a day", "up to 40.00, 40.01 to 160.00",
    )  # fmt: skip
    before = made.sizeHint().width()
    made.set_steps("1,000,000.00 a day", ["up to 40.00"])
    assert made.sizeHint().width() > before
    made.set_steps("", [])
    assert made.isHidden()
