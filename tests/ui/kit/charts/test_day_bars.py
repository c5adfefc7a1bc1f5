"""Days as bars: what stands where, seen in its pixels, and how one goes from day to day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from ui.kit.charts.day_bars import DayBar, DayBars, Part
from ui.kit.theme.tokens import LIGHT

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme

WIDE, HIGH = 400, 200
FIRST: Final = date(2026, 11, 1)
CAME, WENT = LIGHT.credit, LIGHT.accent
PARTS: Final = (
    Part("came", lambda tokens: QColor(tokens.credit)),
    Part("went", lambda tokens: QColor(tokens.accent)),
)


def bars_of(*amounts: tuple[int, int]) -> list[DayBar]:
    """Return days from the first on, the last of which goes on."""
    days = [FIRST + timedelta(days=number) for number in range(len(amounts))]
    return [
        DayBar(day, each, f"{day:%d}", f"{day:%d}: {each}", is_over=day != days[-1])
        for day, each in zip(days, amounts, strict=True)
    ]


def show(qtbot: QtBot, theme: Theme, *amounts: tuple[int, int]) -> DayBars:
    made = DayBars(theme)
    qtbot.addWidget(made)
    made.resize(WIDE, HIGH)
    made.set_days(PARTS, bars_of(*amounts), written=lambda amount, _step: str(amount), spoken="all of them")
    made.show()
    return made


def rows_of(made: DayBars, ink: str, place: int) -> list[int]:
    """Return the rows of pixels that have a colour in the middle of a day's bar."""
    x = round(made._slot(made._area(), place).center().x())
    image = made.grab().toImage()
    return [y for y in range(image.height()) if image.pixelColor(x, y).name() == QColor(ink).name()]


def test_what_came_stands_above_what_went(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, (100, -50), (50, -100), (0, 0))
    up, down = rows_of(made, CAME, 0), rows_of(made, WENT, 0)
    assert max(up) < min(down)
    assert len(up) == pytest.approx(2 * len(down), abs=3)
    assert len(rows_of(made, WENT, 1)) == pytest.approx(len(up), abs=3)


def test_a_day_that_goes_on_is_drawn_as_one(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, (100, -50), (100, -50))
    whole, open_day = (len(rows_of(made, CAME, place)) for place in (0, 1))
    assert 0 < open_day < whole


@pytest.mark.parametrize(
    ("amounts", "ticks"),
    [
        (((100, -50),), ("-50", "0", "50", "100")),
        (((7, 0),), ("0", "2", "4", "6", "8")),
        (((0, -3_000),), ("-3000", "-2000", "-1000", "0")),
        (((1, 0),), ("0", "1")),
    ],
)
def test_the_axis_has_round_amounts_that_hold_all(
    amounts: tuple[tuple[int, int], ...], ticks: tuple[str, ...], qtbot: QtBot, theme: Theme
) -> None:
    assert show(qtbot, theme, *amounts).ticks == ticks


def test_the_day_under_the_mouse_is_told_and_a_click_chooses_it(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, (1, 0), (2, 0), (3, 0))
    place = made._slot(made._area(), 1).center().toPoint()
    chosen: list[date] = []
    made.chosen.connect(chosen.append)
    QTest.mouseMove(made, place)
    qtbot.waitUntil(lambda: made.words == "02: (2, 0)")
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert chosen == [FIRST + timedelta(days=1)]


def test_what_is_told_stays_with_its_day_when_others_come(qtbot: QtBot, theme: Theme) -> None:
    made = show(qtbot, theme, (1, 0), (2, 0), (3, 0))
    made.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert made.words == "02: (2, 0)"
    later = bars_of((1, 0), (5, 0), (3, 0), (4, 0))[1:]
    made.set_days(PARTS, later, written=lambda amount, _step: str(amount), spoken="others")
    assert made.day is not None
    assert made.day.day == FIRST + timedelta(days=1)
    assert made.words == "02: (5, 0)"
    assert (made.accessibleName(), made.accessibleDescription()) == ("others", "02: (5, 0)")
    same_place = bars_of((1, 0), (6, 0), (3, 0), (4, 0))[1:]
    made.set_days(PARTS, same_place, written=lambda amount, _step: str(amount), spoken="others")
    assert made.words == "02: (6, 0)"
    made.set_days(PARTS, bars_of((9, 0))[:1], written=lambda amount, _step: str(amount), spoken="one")
    assert made.words == ""
