"""The stops of the tour on the overview: as it is at first, and once something waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.kit.table.paged_model import State
from ui.kit.theme.theme import Mode
from ui.screens.overview.screen import OverviewScreen
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import SIZE, Stop

if TYPE_CHECKING:
    from ui.tour.walk import Walk

_WEEK = 7


def first_sight(walk: Walk) -> None:
    """Press the sign-in's button, and see how the ledger is before anything waits."""
    press(walk.session.start_window.sign_in.button)
    walk.wait(lambda: walk.session.window is not None, "the window")
    window_of(walk).resize(*SIZE)
    shown = screen(walk, OverviewScreen)
    walk.wait(lambda: shown.waiting.table.list_state is State.READY, "the overview")
    expect(bool(shown.days.bars.days), "there is no day")


def a_day(walk: Walk) -> None:
    """Go back a week in the chart, with the keyboard, and read what came and went."""
    bars = screen(walk, OverviewScreen).days.bars
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(_WEEK):
        QTest.keyClick(bars, Qt.Key.Key_Left)
    expect(bool(bars.words), "the day is not told")


def what_waits(walk: Walk) -> None:
    """Come back when others, and oneself, have left something to do."""
    go(walk, "overview")
    shown = screen(walk, OverviewScreen)
    walk.wait(lambda: any(row.number for row in shown.waiting.rows), "what waits")
    shown.waiting.table.setFocus()


def in_the_dark(walk: Walk) -> None:
    """Turn the lights off."""
    window_of(walk).context.theme.set_mode(Mode.DARK)


OVERVIEW_STOPS = (Stop("overview", first_sight), Stop("overview-day", a_day))
WAITING_STOPS = (Stop("overview-waiting", what_waits), Stop("overview-dark", in_the_dark))
