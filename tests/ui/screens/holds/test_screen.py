"""The desk of holds: its views, its list, its counts, and what it says where there is nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from console.ledger.audit.news import Topic
from console.ledger.holds.page import View
from console.monitor.budgets import budget
from tests.console.ledger.books.many_currencies import add_currencies
from tests.models.writes import done, release, reserve
from tests.ui.acts.hands import Keys, focused
from tests.ui.screens.holds.hands import choose, open_view, references
from ui.kit.table.paged_model import State
from ui.routes import OpenAccount, OpenHolds
from ui.screens.holds.screen import HoldsDesk
from ui.waiting import COUNTED, counted_anew

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.holds.conftest import Desks
    from ui.context import Context
    from ui.routes import Route

LISTED = {
    View.ACTIVE: ["old", "late", "one", "two"],
    View.OVERDUE: ["late"],
    View.OLDER: ["old"],
    View.MINE: ["old", "late", "one", "two"],
    View.ENDED: ["gone", "taken"],
}


def subtitle(desk: HoldsDesk) -> str:
    return desk.title._subtitle.text()


def cell(desk: HoldsDesk, reference: str, key: str) -> str:
    column = [one.key for one in desk.model.columns].index(key)
    return desk.model.row_cells(references(desk).index(reference))[column].text


@pytest.mark.parametrize("view", View)
def test_each_view_lists_its_own(qtbot: QtBot, desk: HoldsDesk, view: View) -> None:
    if view is not View.ACTIVE:
        open_view(qtbot, desk, view)
    assert references(desk) == LISTED[view]
    assert desk.views.view is view


def test_a_page_is_one_statement(qtbot: QtBot, desk: HoldsDesk, statements: Statements) -> None:
    with statements.counted() as sent:
        open_view(qtbot, desk, View.OVERDUE)
    assert len(sent) == budget("reservations.page") == 1


def test_counts_stand_on_the_views_and_beside_the_title(desk: HoldsDesk) -> None:
    assert [made.accessibleName() for made in desk.views.buttons.values()] == [
        "All active 4", "Overdue 1", "Older than 24 h 1", "Mine 4", "Ended",
    ]  # fmt: skip
    assert subtitle(desk) == "4 active \N{MIDDLE DOT} 436.50 CR on hold"
    assert desk.views.sweep.text() == "nobody ends expired ones now: the automatic jobs do not run"


def test_age_and_end_are_words(qtbot: QtBot, desk: HoldsDesk) -> None:
    assert [cell(desk, name, "age") for name in ("old", "late", "one")] == ["34 h", "3 h", "1 min"]
    assert cell(desk, "old", "end") == "no end"
    assert cell(desk, "late", "end") == "overdue 1 h"
    assert cell(desk, "one", "end") == "in 5 h"
    assert cell(desk, "two", "end") == "in 2 days"
    open_view(qtbot, desk, View.ENDED)
    assert cell(desk, "gone", "end") == "released 1 min ago by t_operator"


def test_the_number_beside_the_screen_is_that_of_overdue_ones(
    context: Context, show: Desks, holds: None
) -> None:
    told: list[tuple[str, object]] = []
    context.navigator.counted.connect(lambda screen, count: told.append((screen, count)))
    show(context)
    assert told == [("holds", 1)]
    assert COUNTED["holds"](context.database) == 1
    assert "holds" in counted_anew(frozenset({Topic.HOLDS}))


def test_filters_narrow_the_view(qtbot: QtBot, desk: HoldsDesk) -> None:
    desk.filters.account.put("greta.l")
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.changed.emit()
    assert references(desk) == ["late", "one"]
    desk.filters.reference.put("nobody has this")
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.changed.emit()
    assert desk.table.words == "No hold matches. Change a filter above, or press Clear all."


def test_each_empty_view_says_what_would_stand_there(qtbot: QtBot, context: Context, show: Desks) -> None:
    desk = show(context)
    heads = []
    for view in View:
        if view is not View.ACTIVE:
            open_view(qtbot, desk, view)
        heads.append(desk.table.words.partition(".")[0])
    assert heads == [
        "No holds", "No hold is overdue", "No hold is older than 24 h", "You have no hold",
        "No hold has ended yet",
    ]  # fmt: skip
    assert subtitle(desk) == "0 active"


def test_a_list_that_cannot_be_read_says_so_and_is_asked_again(
    qtbot: QtBot, desk: HoldsDesk, admin: Connection
) -> None:
    admin.execute("REVOKE SELECT ON ledger.reservations FROM ledger_viewer")
    desk.refresh()
    qtbot.waitUntil(lambda: desk.model.state is State.ERROR)
    assert desk.model.problem
    # What was read stays, with its counts.
    assert references(desk) == LISTED[View.ACTIVE]
    assert subtitle(desk).startswith("4 active")
    admin.execute("GRANT SELECT ON ledger.reservations TO ledger_viewer")
    desk.model.retry()
    qtbot.waitUntil(lambda: desk.model.state is State.READY)
    assert references(desk) == LISTED[View.ACTIVE]


def test_what_others_do_is_shown_and_the_choice_stays(
    qtbot: QtBot, desk: HoldsDesk, operator: Connection
) -> None:
    choose(desk, "one")
    done(release(operator, "old"))
    done(reserve(operator, "greta.l", 300, "fresh"))
    desk.renewal.due.emit()
    qtbot.waitUntil(lambda: references(desk) == ["late", "one", "two", "fresh"])
    qtbot.waitUntil(lambda: subtitle(desk).startswith("4 active"))
    assert [row.hold.reference for row in desk.panel.rows] == ["one"]
    (chosen,) = desk.panel.rows
    assert chosen == desk.table.current_row()


def test_rows_that_are_selected_are_not_taken_away(
    qtbot: QtBot, desk: HoldsDesk, operator: Connection
) -> None:
    desk.table.selectAll()
    done(release(operator, "old"))
    with qtbot.assertNotEmitted(desk.model.renewing, wait=300):
        desk.renewal.due.emit()
        qtbot.waitUntil(lambda: subtitle(desk).startswith("3 active"))
    assert references(desk) == LISTED[View.ACTIVE]
    assert desk.renewed.stale.isHidden()
    desk.renew()
    assert not desk.renewed.stale.isHidden()


def test_a_route_opens_a_view_or_one_hold(qtbot: QtBot, desk: HoldsDesk) -> None:
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.follow(OpenHolds("overdue"))
    assert references(desk) == ["late"]
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.follow(OpenHolds(reference="two"))
    assert references(desk) == ["two"]
    assert [row.hold.reference for row in desk.panel.rows] == ["two"]


def test_a_screen_opened_by_a_route_asks_for_that_alone(
    qtbot: QtBot, context: Context, holds: None, statements: Statements
) -> None:
    context.database.read("test", lambda _session: None)
    with statements.counted() as sent:
        desk = HoldsDesk(context)
        qtbot.addWidget(desk)
        desk.follow(OpenHolds("overdue"))
        desk.show()
        qtbot.waitUntil(lambda: desk.model.state is State.READY and desk.counts is not None)
    assert references(desk) == ["late"]
    pages = [text for text in sent if "found.captured_amount" in text]
    assert (len(pages), len(sent)) == (1, 3)


def test_shown_again_it_is_read_anew(qtbot: QtBot, desk: HoldsDesk, operator: Connection) -> None:
    desk.hide()
    done(release(operator, "old"))
    desk.show()
    qtbot.waitUntil(lambda: references(desk) == ["late", "one", "two"])


def test_a_way_back_shows_the_view_the_filters_and_the_hold(qtbot: QtBot, desk: HoldsDesk) -> None:
    open_view(qtbot, desk, View.ENDED)
    choose(desk, "taken")
    place = desk.place
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.show_start()
    assert references(desk) == LISTED[View.ACTIVE]
    assert desk.panel.isHidden()
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.show_again(place)
    assert (desk.views.view, references(desk)) == (View.ENDED, LISTED[View.ENDED])
    assert [row.hold.reference for row in desk.panel.rows] == ["taken"]


def test_the_keyboard_alone_goes_everywhere(qtbot: QtBot, desk: HoldsDesk) -> None:
    """From the list into the panel and back, from view to view, and to the filters."""
    keys = Keys()
    choose(desk, "old")
    keys.press(Qt.Key.Key_Down)
    assert [row.hold.reference for row in desk.panel.rows] == ["late"]
    keys.press(Qt.Key.Key_Return)
    assert focused() is desk.panel.capture.amount
    keys.press(Qt.Key.Key_Escape)
    assert desk.panel.isHidden()
    assert focused() is desk.table
    desk.views.buttons[View.ACTIVE].setFocus()
    with qtbot.waitSignal(desk.model.first_page_shown):
        keys.press(Qt.Key.Key_Right)
    assert desk.views.view is View.OVERDUE
    assert references(desk) == ["late"]
    desk.focus_filter()
    assert focused() is desk.filters.account


def test_tab_goes_from_the_views_to_the_list_and_on_to_the_acts(qtbot: QtBot, desk: HoldsDesk) -> None:
    choose(desk, "old")
    desk.hold_button.setFocus()
    stops = []
    for _ in range(12):
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
        stops.append(focused())
    panel, views, filters = desk.panel, desk.views, desk.filters
    assert stops == [
        desk.export.button, views.buttons[View.ACTIVE], filters.account, filters.reference, desk.table,
        panel.account_button, panel.copy_button, panel.close_button, panel.capture.amount, *panel.act_buttons,
    ]  # fmt: skip


def test_several_currencies_stand_each_for_itself(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, show: Desks, holds: None, ledger_url: str, operator: Connection,
    open_accounts: Callable[..., None],
) -> None:  # fmt: skip
    add_currencies(ledger_url)
    open_accounts({"greta.l": 5_000}, "JPY")
    done(reserve(operator, "greta.l", 3, "yen", currency="JPY"))
    desk = show(context_of("t_operator"))
    assert subtitle(desk) == "5 active \N{MIDDLE DOT} 436.50 CR and 3 JPY on hold"
    desk.table.selectAll()
    assert desk.panel.after == "They are of several currencies; choose those of one."
    assert not desk.panel.act_buttons[0].isEnabled()
    desk.filters.currency.choose("JPY")
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.changed.emit()
    assert references(desk) == ["yen"]
    assert subtitle(desk) == "1 active \N{MIDDLE DOT} 3 JPY on hold"
    assert desk.views.buttons[View.OVERDUE].accessibleName() == "Overdue 0"


def test_where_the_width_is_short_the_panel_stands_under_the_list(
    qtbot: QtBot, context: Context, show: Desks, holds: None
) -> None:
    desk = show(context, width=700)
    choose(desk, "old")
    qtbot.waitUntil(desk.panel.isVisible)
    QTest.qWait(1)
    assert desk.panel.y() >= desk.table.y() + desk.table.height()
    assert desk.panel.width() > desk.table.width() - 4
    desk.resize(1188, 780)
    qtbot.waitUntil(lambda: desk.panel.x() >= desk.table.x() + desk.table.width())


def test_a_row_leads_to_its_account_and_to_its_acts(desk: HoldsDesk) -> None:
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    choose(desk, "one")
    menu = desk.table.row_menu(references(desk).index("one"), 0)
    assert isinstance(menu, QMenu)
    named = {action.text().partition("\t")[0]: action for action in menu.actions()}
    named["Account greta.l"].trigger()
    assert went == [OpenAccount("greta.l", "CR")]
    assert {"Release…", "Capture…", "Extend…"} <= set(named)
    named["Copy reference"].trigger()
    assert QApplication.clipboard().text() == "one"
