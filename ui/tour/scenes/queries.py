"""The stops of the tour at the Queries screen: the graph, a range of time, one statement and its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.kit.notices import NoticesStrip
from ui.kit.theme.theme import Mode
from ui.screens.queries.screen import Queries
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import Stop, TourError

if TYPE_CHECKING:
    from ui.tour.walk import Walk

_PLANNED = "Transactions"


def queries(walk: Walk) -> None:
    """See what all of this cost."""
    go(walk, "queries")
    shown = screen(walk, Queries).list
    strip = window_of(walk).findChild(NoticesStrip)
    if strip is not None:
        strip.dismiss_all()
    press(shown.windows[-1])
    walk.wait(lambda: shown.model.rowCount() > 1, "the statements")
    shown.table.select_place(0)


def dark_queries(walk: Walk) -> None:
    """Turn the lights off."""
    window_of(walk).context.theme.set_mode(Mode.DARK)


def a_range(walk: Walk) -> None:
    """Select a range of time with the keyboard, and see the table follow."""
    shown = screen(walk, Queries).list
    whole = sum(row.calls for row in shown.model.rows)
    shown.graph.setFocus()
    for _ in range(8):
        QTest.keyClick(shown.graph, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    walk.wait(lambda: 0 < sum(row.calls for row in shown.model.rows) < whole, "the range's statements")
    expect(shown.chart.paused, "the graph goes on under a selection")
    for _ in range(3):
        QTest.keyClick(shown.graph, Qt.Key.Key_Left)
    walk.wait(lambda: bool(shown.chart.tip), "the words about a point")


def statement(walk: Walk) -> None:
    """Open the statement behind the pages of transactions, and ask for its plan."""
    shown = screen(walk, Queries)
    QTest.keyClick(shown.list.graph, Qt.Key.Key_Escape)
    walk.wait(lambda: shown.list.chart.brush is None, "the whole window")
    walk.wait(lambda: _PLANNED in {row.screens for row in shown.list.model.rows}, "the statement")
    place = [row.screens for row in shown.list.model.rows].index(_PLANNED)
    shown.list.table.setFocus()
    shown.list.table.select_place(place)
    QTest.keyClick(shown.list.table, Qt.Key.Key_Return)
    page = shown.statement
    walk.wait(lambda: page.isVisible() and bool(page.sql.toPlainText()), "the statement's page")
    press(page.plan.ask)
    walk.wait(page.plan.ask.isEnabled, "the plan")
    if page.plan.plan is None:
        raise TourError(f"there is no plan: {page.plan.words.text()}")


def light_statement(walk: Walk) -> None:
    """Turn the lights on again."""
    window_of(walk).context.theme.set_mode(Mode.LIGHT)


def back(walk: Walk) -> None:
    """Go back to the list with the key."""
    window_of(walk).go_back()
    expect(screen(walk, Queries).list.isVisible(), "the list did not come back")
    window_of(walk).context.theme.set_mode(Mode.DARK)


QUERY_STOPS = (
    Stop("queries", queries),
    Stop("queries-dark", dark_queries),
    Stop("queries-range", a_range),
    Stop("statement-dark", statement),
    Stop("statement", light_statement),
    Stop("queries-back", back),
)
