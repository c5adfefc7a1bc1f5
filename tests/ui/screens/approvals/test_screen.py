"""The desk: its views and counts, its list and marks, its filters, and what it says where nothing waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.approvals import commands
from console.ledger.approvals.inbox import View
from console.ledger.audit.news import Topic
from console.ledger.transactions.transfer import Transfer
from console.monitor.budgets import budget
from tests.cluster import CURRENCY
from tests.console.ledger.books.many_currencies import add_currencies
from tests.ui.acts.hands import Keys, focused
from tests.ui.screens.approvals.hands import choose, numbers, open_view, seen
from ui.kit.table.paged_model import State
from ui.routes import OpenApprovals, OpenBatch, OpenRequest
from ui.screens.approvals.row_picture import MARK_PX
from ui.screens.approvals.screen import ApprovalsDesk
from ui.waiting import COUNTED, counted_anew

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.approvals.conftest import Desks, Requests
    from ui.context import Context
    from ui.routes import Route


def subtitle(desk: ApprovalsDesk) -> str:
    return desk.title._subtitle.text()


def spoken(desk: ApprovalsDesk, number: int) -> str:
    return desk.model.row_cells(numbers(desk).index(number))[1].spoken


def counted(desk: ApprovalsDesk) -> list[str]:
    return [made.accessibleName() for made in desk.views.buttons.values()]


def test_what_waits_longest_comes_first_and_is_counted(desk: ApprovalsDesk, three: list[int]) -> None:
    assert numbers(desk) == three
    assert counted(desk) == ["For me 3", "Mine 0", "Decided"]
    assert subtitle(desk) == "3 wait for you"
    told = spoken(desk, three[0])
    assert told == (
        "Transfer from alice to bob, 10.00 CR, transfer, t_operator, 1 min ago \N{MIDDLE DOT} ends in 13 days"
    ) or told.endswith("ends in 14 days")


def test_every_kind_is_listed(qtbot: QtBot, context_of: Contexts, show: Desks, each: Requests) -> None:
    desk = show(context_of("t_approver"))
    assert sorted(numbers(desk)) == sorted(each.number.values())
    for number in numbers(desk):
        choose(qtbot, desk, number)
        assert desk.request.changes.words, number
        assert not desk.request.changes.words.startswith("Not known"), number
        assert not desk.request.foot.reason, number


def test_a_page_of_the_list_and_the_counts_are_one_statement_each(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], statements: Statements
) -> None:
    seen(qtbot, desk, three[0])
    with statements.counted() as sent:
        open_view(qtbot, desk, View.DECIDED)
    assert len(sent) == budget("requests.inbox") == 1


def test_mine_and_decided_have_their_own(
    qtbot: QtBot, context: Context, show: Desks, three: list[int], checker: Ledger
) -> None:
    commands.reject(checker, three[0], reason="not so")
    desk = show(context)
    assert numbers(desk) == []
    assert desk.foot.isVisible()
    open_view(qtbot, desk, View.MINE)
    assert numbers(desk) == three[1:]
    assert counted(desk) == ["For me 0", "Mine 2", "Decided"]
    assert desk.foot.isHidden()
    assert desk.model.flags(desk.model.index(0, 0)) & Qt.ItemFlag.ItemIsUserCheckable == Qt.ItemFlag(0)
    open_view(qtbot, desk, View.DECIDED)
    assert numbers(desk) == [three[0]]
    assert spoken(desk, three[0]).endswith("rejected 1 min ago by t_approver \N{MIDDLE DOT} t_operator")


def test_each_empty_view_says_what_would_stand_there(qtbot: QtBot, context_of: Contexts, show: Desks) -> None:
    desk = show(context_of("t_approver"))
    heads = [desk.table.words.partition(".")[0]]
    for view in (View.MINE, View.DECIDED):
        open_view(qtbot, desk, view)
        heads.append(desk.table.words.partition(".")[0])
    assert heads == [
        "Nothing waits for you", "You have asked for nothing that is still open",
        "Nothing has been decided yet",
    ]  # fmt: skip
    assert subtitle(desk) == "0 wait for you"
    assert desk.request.number is None
    assert desk.request.foot.isHidden()


@pytest.mark.parametrize("view", [View.MINE, View.DECIDED])
def test_further_pages_follow_the_one_before(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], maker: Ledger, view: View
) -> None:
    expected = list(three)
    if view is View.DECIDED:
        # Not in the order in which they were asked for: the last that was decided comes first.
        for number in (three[1], three[0], three[2]):
            commands.withdraw(maker, number, reason="not needed")
        expected = [three[2], three[0], three[1]]
    context = context_of("t_operator")
    desk = show(replace(context, settings=context.settings.model_copy(update={"page_size": 1})))
    open_view(qtbot, desk, view)

    def all_read() -> bool:
        desk.model.fetchMore()
        return len(desk.model.rows) == len(three) and desk.model.state is State.READY

    qtbot.waitUntil(all_read)
    assert numbers(desk) == expected
    assert not desk.model.more_after


def test_filters_narrow_the_list(qtbot: QtBot, desk: ApprovalsDesk, three: list[int]) -> None:
    desk.filters.amount.put((2_000, None))
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.changed.emit()
    assert numbers(desk) == three[1:]
    desk.filters.kind.put("capture")
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.changed.emit()
    assert desk.table.words == "No request matches. Change a filter above, or press Clear all."
    assert desk.filters.kind.value == "capture"
    desk.filters.clear_all()
    desk.filters.maker.put("t_operator2")
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.settle()
    assert numbers(desk) == []


def test_amounts_are_asked_for_in_one_currency(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], ledger_url: str
) -> None:
    add_currencies(ledger_url)
    desk = show(context_of("t_approver"))
    assert desk.filters.wanted.currency == ""
    desk.filters.currency.choose("CR")
    desk.filters.currency.changed.emit()
    desk.filters.amount.put((3_000, None))
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.filters.settle()
    assert numbers(desk) == three[2:]
    desk.filters.currency.choose("JPY")
    desk.filters.currency.changed.emit()
    assert desk.filters.wanted.at_least is None


def test_a_list_that_cannot_be_read_says_so_and_is_asked_again(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], admin: Connection
) -> None:
    admin.execute("REVOKE SELECT ON ledger.approval_requests FROM ledger_viewer")
    desk.refresh()
    qtbot.waitUntil(lambda: desk.model.state is State.ERROR)
    assert numbers(desk) == three
    desk.request.reload()
    qtbot.waitUntil(lambda: bool(desk.request.trouble))
    assert desk.request.trouble.startswith("Not read: ")
    admin.execute("GRANT SELECT ON ledger.approval_requests TO ledger_viewer")
    desk.model.retry()
    desk.request.reload()
    qtbot.waitUntil(lambda: desk.model.state is State.READY and not desk.request.trouble)


def test_the_number_beside_the_screen_is_that_of_what_waits_for_the_operator(
    context_of: Contexts, show: Desks, three: list[int]
) -> None:
    context = context_of("t_approver")
    told: list[tuple[str, object]] = []
    context.navigator.counted.connect(lambda screen, count: told.append((screen, count)))
    show(context)
    assert told == [("approvals", 3)]
    assert COUNTED["approvals"](context.database) == 3
    assert "approvals" in counted_anew(frozenset({Topic.APPROVALS}))
    assert COUNTED["approvals"](context_of("t_operator").database) == 0


def test_what_others_submit_and_decide_is_shown(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], maker: Ledger, ask: Callable[..., int]
) -> None:
    choose(qtbot, desk, three[1])
    commands.withdraw(maker, three[0], reason="not needed")
    fresh = ask(Transfer("alice", "bob", CURRENCY, 4_000))
    desk.renew()
    qtbot.waitUntil(lambda: numbers(desk) == [*three[1:], fresh] and counted(desk)[0] == "For me 3")
    assert desk.request.number == three[1]
    assert desk.table.current_row() == desk.model.rows[0]
    commands.withdraw(maker, three[1], reason="not needed either")
    desk.renew()
    qtbot.waitUntil(lambda: desk.request.number == three[2])


def test_what_is_marked_is_not_taken_away(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], maker: Ledger
) -> None:
    desk.marks.turn(desk.model.rows[0])
    commands.withdraw(maker, three[0], reason="not needed")
    desk.renew()
    qtbot.waitUntil(lambda: counted(desk)[0] == "For me 2")
    assert numbers(desk) == three
    assert not desk.renewed.stale.isHidden()
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.renewed.stale.click()
    assert numbers(desk) == three[1:]
    assert len(desk.marks) == 0


def test_space_and_ctrl_a_mark_and_escape_unmarks(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int]
) -> None:
    keys = Keys()
    choose(qtbot, desk, three[0])
    checked = Qt.ItemDataRole.CheckStateRole
    first = desk.model.index(0, 0)
    assert desk.foot.words == "Space selects \N{MIDDLE DOT} Ctrl+A all"
    assert first.data(checked) == Qt.CheckState.Unchecked
    keys.press(Qt.Key.Key_Space)
    assert first.data(checked) == Qt.CheckState.Checked
    assert desk.foot.words.startswith("1 selected")
    assert desk.foot.approve_button.accessibleName() == "Approve 1\N{HORIZONTAL ELLIPSIS}"
    keys.press(Qt.Key.Key_Space)
    assert len(desk.marks) == 0
    keys.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert [row.id for row in desk.marks.rows] == three
    keys.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(desk.marks) == 0
    keys.press(Qt.Key.Key_Space)
    keys.press(Qt.Key.Key_Escape)
    assert len(desk.marks) == 0
    assert focused() is desk.table


def test_a_click_on_the_box_marks_and_one_beside_it_does_not(desk: ApprovalsDesk, three: list[int]) -> None:
    for column in (0, 1):
        place = desk.table.visualRect(desk.model.index(1, column)).center()
        QTest.mouseClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [row.id for row in desk.marks.rows] == [three[1]]
    assert desk.request.number == three[1]


def test_boxes_stand_where_something_can_be_marked_and_nowhere_else(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int]
) -> None:
    desk = show(context_of("t_operator"))
    for view in (View.MINE, View.FOR_ME, View.DECIDED):
        open_view(qtbot, desk, view)
        assert desk.table.isColumnHidden(0) is (view is not View.FOR_ME)
    # The next window keeps its layout where this one left it, without the boxes.
    desk.table._widths.save()
    again = show(context_of("t_approver"))
    assert not again.table.isColumnHidden(0)
    assert again.table.columnWidth(0) == max(MARK_PX, again.table.head.minimumSectionSize())


def test_ctrl_enter_without_a_mark_says_what_is_missing(desk: ApprovalsDesk) -> None:
    assert desk.foot.reason == "mark requests with Space first"
    assert not desk.foot.approve_button.isEnabled()
    assert desk.foot.approve_button.toolTip()


def test_routes_lead_to_a_view_and_to_one_request(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    commands.reject(checker, three[0], reason="not so")
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.follow(OpenApprovals("decided"))
    assert numbers(desk) == [three[0]]
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.follow(OpenApprovals())
    assert numbers(desk) == three[1:]
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.follow(OpenRequest(three[0]))
    seen(qtbot, desk, three[0])
    # It is under another view: its page is shown, and no row is chosen in its place.
    assert desk.request.number == three[0]
    assert desk.request.head.chips[1] == "rejected"
    assert desk.table.selected_rows() == []
    desk.follow(OpenRequest(9_999))
    qtbot.waitUntil(lambda: "There is no request 9999" in desk.request.trouble)


def test_a_screen_opened_by_a_route_asks_for_that_alone(
    qtbot: QtBot, context: Context, three: list[int], statements: Statements
) -> None:
    context.database.read("test", lambda _session: None)
    with statements.counted() as sent:
        desk = ApprovalsDesk(context)
        qtbot.addWidget(desk)
        desk.follow(OpenRequest(three[1]))
        desk.show()
        seen(qtbot, desk, three[1])
        qtbot.waitUntil(lambda: desk.model.state is State.EMPTY and desk.counts is not None)
    # The list, the counts, for whom they decide, and of the page what it is and what has changed since.
    assert len(sent) == 5, sent


def test_a_way_back_shows_the_view_the_filters_and_the_request(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int]
) -> None:
    choose(qtbot, desk, three[2])
    place = desk.place
    open_view(qtbot, desk, View.DECIDED)
    with qtbot.waitSignal(desk.model.first_page_shown):
        desk.show_again(place)
    seen(qtbot, desk, three[2])
    assert (desk.views.view, numbers(desk)) == (View.FOR_ME, three)
    assert desk.request.number == three[2]


def test_the_keyboard_alone_goes_everywhere(qtbot: QtBot, desk: ApprovalsDesk, three: list[int]) -> None:
    keys = Keys()
    choose(qtbot, desk, three[0])
    keys.press(Qt.Key.Key_Down)
    seen(qtbot, desk, three[1])
    keys.press(Qt.Key.Key_Return)
    assert focused() is desk.request.foot.approve_button
    keys.press(Qt.Key.Key_Escape)
    assert focused() is desk.table
    desk.focus_filter()
    assert focused() is desk.filters.kind
    desk.views.buttons[View.FOR_ME].setFocus()
    with qtbot.waitSignal(desk.model.first_page_shown):
        keys.press(Qt.Key.Key_Right)
    assert desk.views.view is View.MINE


def test_tab_goes_from_the_views_to_the_list_and_on_to_the_decision(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int]
) -> None:
    choose(qtbot, desk, three[0])
    desk.marks.turn(desk.model.rows[0])
    desk.views.buttons[View.FOR_ME].setFocus()
    stops = []
    for _ in range(12):
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
        stops.append(focused())
    page, filters = desk.request, desk.filters
    ways = [made for made in page.figures.way_buttons if made.isVisible()]
    assert stops == [
        desk.delegations.button, filters.kind, filters.maker, filters.amount, desk.table,
        desk.foot.approve_button, *ways,
        page.foot.note, page.foot.return_button, page.foot.reject_button, page.foot.approve_button,
    ]  # fmt: skip


def test_in_a_narrow_window_the_request_takes_the_list_s_place(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int]
) -> None:
    desk = show(context_of("t_approver"), width=700)
    assert desk.width() == 700
    assert (desk.table.isVisible(), desk.request.isVisible()) == (True, False)
    desk.table.setFocus()
    desk.table.select_place(1)
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    seen(qtbot, desk, three[1])
    assert (desk.table.isVisible(), desk.request.isVisible()) == (False, True)
    QTest.qWait(1)
    assert desk.request.width() > 640
    assert desk.request.head.close_button.isVisible()
    desk.request.head.close_button.click()
    assert (desk.table.isVisible(), desk.request.isVisible()) == (True, False)
    desk.resize(1188, 780)
    qtbot.waitUntil(lambda: desk.request.isVisible() and desk.request.x() > desk.table.width() - 4)
    assert desk.request.head.close_button.isHidden()


def test_a_row_leads_to_its_batch_and_to_the_decisions(
    qtbot: QtBot, context_of: Contexts, show: Desks, each: Requests
) -> None:
    desk = show(context_of("t_approver"))
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    choose(qtbot, desk, each["post_batch"])
    menu = desk.table.row_menu(numbers(desk).index(each["post_batch"]), 1)
    named = {action.text().partition("\t")[0]: action for action in menu.actions()}
    named["Batch #1"].trigger()
    assert went == [OpenBatch(1)]
    assert {"Select", "Send back…", "Reject…"} <= set(named)
    desk.request.figures.way_buttons[0].click()
    assert went[1:] == [OpenBatch(1)]


@pytest.mark.parametrize("login", ["t_operator2", "t_viewer"])
def test_who_cannot_decide_has_an_empty_list_and_reads_why(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], login: str
) -> None:
    desk = show(context_of(login))
    assert numbers(desk) == []
    assert subtitle(desk) == "0 wait for you \N{MIDDLE DOT} 3 for others"
    desk.follow(OpenRequest(three[0]))
    seen(qtbot, desk, three[0])
    foot = desk.request.foot
    assert foot.reason == "needs role approver"
    assert foot.why == "Needs role approver."
    for made in (foot.approve_button, foot.reject_button, foot.return_button):
        assert not made.isEnabled()
        assert "needs role approver" in made.toolTip()
    assert desk.foot.reason == "needs role approver"
    known = login == "t_operator2"
    words = desk.request.changes.words
    assert words.endswith("2 balances would change.") is known
    assert ("Not known: Needs role approver or operator." in words) is not known
