"""One request's page: what it asks for, what has changed, what would happen now, and each decision on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands
from console.ledger.approvals.inbox import View
from console.ledger.approvals.page import RequestStatus, get
from console.ledger.approvals.rules.commands import set_rule
from console.ledger.approvals.rules.terms import set_terms
from console.monitor.budgets import budget
from tests.bookkeeping import balances, transfer
from tests.cluster import CURRENCY, connected
from tests.models.writes import done, write
from tests.ui.acts.hands import Keys, focused
from tests.ui.screens.approvals.hands import answer, choose, numbers, open_view, question, seen
from ui.kit.widgets.reason import ReasonDialog
from ui.routes import OpenAccount, OpenRequest, OpenTransaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.ledger.approvals.commands import Approval
    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.approvals.conftest import Desks, Requests
    from ui.context import Context
    from ui.kit.notices import Notice, Notices
    from ui.routes import Route
    from ui.screens.approvals.screen import ApprovalsDesk

WHY = "seen beside the invoice"
ARROW = "\N{RIGHTWARDS ARROW}"


@pytest.fixture
def said(notices: Notices) -> list[str]:
    """Return what is told in notices."""
    told = list[str]()

    def note(notice: Notice) -> None:
        told.append(notice.text)

    notices.posted.connect(note)
    return told


@pytest.fixture
def two_checkers(people: None, ledger_of: Callable[[str], Ledger]) -> None:
    """Let transfers of any amount ask for two checkers."""
    set_rule(ledger_of("t_admin"), "transfer", CURRENCY, 1, 2, reason="for a test")


def status_of(ledger: Ledger, number: int) -> RequestStatus:
    return get(ledger.database, number).row.status


def decided(qtbot: QtBot, desk: ApprovalsDesk, ledger: Ledger, number: int, status: RequestStatus) -> None:
    """Wait until a request has come to this."""
    qtbot.waitUntil(lambda: not desk.request.work.busy and desk.context.worker.active == 0)
    assert status_of(ledger, number) is status, desk.request.outcome.text()


def test_the_page_says_what_is_asked_for(qtbot: QtBot, desk: ApprovalsDesk, three: list[int]) -> None:
    choose(qtbot, desk, three[1])
    page = desk.request
    assert page.head.words == "Transfer of 20.00 CR from alice to bob"
    assert page.head.chips == (f"transfer request {three[1]}", "waits for approval")
    words = page.figures.words
    for told in (
        "Amount: 20.00 CR", "Maker: t_operator", "Ticket: SUP-7", "Approvals: 0 of 1",
        "the customer asked for it",
    ):  # fmt: skip
        assert told in words
    assert "Waits until: " in words
    assert page.found is not None
    content = page.found.row.content.hex()
    assert content in page.head._content.toolTip()
    assert page.head._content.text() == f"content {content[:4]}…{content[-4:]}"
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    for made in page.figures.way_buttons[:2]:
        made.click()
    assert went == [OpenAccount("alice", CURRENCY), OpenAccount("bob", CURRENCY)]


def test_a_page_is_two_statements(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], statements: Statements
) -> None:
    seen(qtbot, desk, three[0])
    with statements.counted() as sent:
        choose(qtbot, desk, three[1])
    assert budget("requests.get") == 1
    assert len(sent) == 2


def test_only_where_the_keyboard_stays_a_request_is_tried(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], statements: Statements
) -> None:
    seen(qtbot, desk, three[0])
    desk.table.setFocus()
    with statements.counted() as sent:
        for _ in three[1:]:
            QTest.keyClick(desk.table, Qt.Key.Key_Down)
        seen(qtbot, desk, three[2])
    assert len(sent) == 2, "what the keyboard only passed was asked for too"


def test_what_would_happen_now_is_shown_and_rolled_back(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], admin: Connection
) -> None:
    choose(qtbot, desk, three[2])
    part = desk.request.changes
    assert part.words == "Nothing that it depends on has changed.\n2 balances would change."
    assert part.movements.rows == (
        "alice: Before 1,000.00, After 970.00, \N{MINUS SIGN}30.00",
        "bob: Before 0.00, After 30.00, +30.00",
    )
    assert part._how.text().startswith("dry run ")
    assert balances(admin)["bob"] == 0


def test_what_has_changed_stands_beside_what_stood_then(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], operator: Connection
) -> None:
    choose(qtbot, desk, three[2])
    done(transfer(operator, "alice", "bob", 9_000))
    desk.request.reload()
    part = desk.request.changes
    qtbot.waitUntil(lambda: len(part.changes.rows) > 0)
    assert part.changes.rows == (
        "Balance of alice: Then 1,000.00, Now 910.00, less, no effect",
        "Balance of bob: Then 0.00, Now 90.00, more, no effect",
    )
    done(transfer(operator, "alice", "bob", 90_000))
    done(write(operator, "set_account_status", "bob", "frozen", "for a test"))
    desk.request.reload()
    qtbot.waitUntil(lambda: "It would be refused" in part.words)
    assert part.movements.rows == ()
    assert part.changes.rows[0].startswith("Balance of alice: Then 1,000.00, Now 10.00, ")
    assert any("Status of bob: Then active, Now frozen" in row for row in part.changes.rows)


def test_a_checker_approves_with_words_and_the_next_one_comes(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, said: list[str]
) -> None:
    choose(qtbot, desk, three[0])
    keys = Keys()
    keys.press(Qt.Key.Key_Return)
    desk.request.foot.note.setFocus()
    keys.type(WHY)
    keys.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: numbers(desk) == three[1:])
    seen(qtbot, desk, three[1])
    assert said == ["You have approved the transfer of 10.00 CR from alice to bob."]
    found = get(checker.database, three[0])
    assert found.row.status is RequestStatus.APPROVED
    assert [(one.approved_by, one.note) for one in found.approvals] == [("t_approver", WHY)]
    assert desk.request.foot.note.text() == ""
    # The same keys again decide on nothing: whoever wants to goes into the next one first.
    assert focused() is desk.table
    keys.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not desk.request.work.busy
    assert status_of(checker, three[1]) is RequestStatus.PENDING


def test_what_is_being_decided_on_is_not_exchanged_under_the_hands(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], maker: Ledger
) -> None:
    choose(qtbot, desk, three[0])
    desk.request.foot.note.setFocus()
    QTest.keyClicks(focused(), "seen")
    commands.withdraw(maker, three[0], reason="not needed")
    desk.renew()
    qtbot.waitUntil(lambda: numbers(desk) == three[1:])
    seen(qtbot, desk, three[0])
    assert desk.request.head.chips[1] == "withdrawn"
    assert desk.request.foot.isHidden()


def test_enter_alone_approves_nothing_from_the_list(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    choose(qtbot, desk, three[0])
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    QTest.keyClick(desk.request.foot.note, Qt.Key.Key_Return)
    desk.table.setFocus()
    QTest.keyClick(desk.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not desk.request.work.busy
    assert status_of(checker, three[0]) is RequestStatus.PENDING


@pytest.mark.parametrize(
    ("key", "status", "past"),
    [
        (Qt.Key.Key_R, RequestStatus.REJECTED, "rejected"),
        (Qt.Key.Key_S, RequestStatus.RETURNED, "sent back"),
    ],
)
def test_a_letter_asks_why_and_then_it_is_ended(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, said: list[str], key: Qt.Key,
    status: RequestStatus, past: str,
) -> None:  # fmt: skip
    choose(qtbot, desk, three[0])
    QTest.keyClick(focused(), key)
    answer(desk, WHY)
    decided(qtbot, desk, checker, three[0], status)
    assert said == [f"You have {past} the transfer of 10.00 CR from alice to bob."]
    qtbot.waitUntil(lambda: numbers(desk) == three[1:])
    open_view(qtbot, desk, View.DECIDED)
    choose(qtbot, desk, three[0])
    assert WHY in desk.request.figures.words
    assert desk.request.foot.isHidden()
    assert desk.request.changes.isHidden()


def test_a_reason_is_not_left_out(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    choose(qtbot, desk, three[0])
    QTest.keyClick(focused(), Qt.Key.Key_R)
    dialog = question(desk)
    assert not dialog.deed_button.isEnabled()
    QTest.keyClick(dialog.edit, Qt.Key.Key_Escape)
    assert status_of(checker, three[0]) is RequestStatus.PENDING


def test_a_letter_typed_into_the_words_is_no_key(qtbot: QtBot, desk: ApprovalsDesk, three: list[int]) -> None:
    choose(qtbot, desk, three[0])
    desk.request.foot.note.setFocus()
    QTest.keyClicks(focused(), "rsw")
    assert desk.request.foot.note.text() == "rsw"
    assert desk.findChildren(ReasonDialog) == []


def test_the_maker_cannot_approve_and_withdraws(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context: Context, show: Desks, three: list[int], maker: Ledger, said: list[str]
) -> None:
    desk = show(context)
    open_view(qtbot, desk, View.MINE)
    choose(qtbot, desk, three[0])
    foot = desk.request.foot
    assert foot.reason.startswith("you submitted it: a maker cannot approve their own request")
    assert not foot.approve_button.isEnabled()
    assert foot.typed.isHidden()
    assert foot.note.isHidden() or not foot.note.isVisible()
    assert not foot.reject_button.isVisible()
    QTest.keyClick(focused(), Qt.Key.Key_W)
    answer(desk, "asked for twice")
    decided(qtbot, desk, maker, three[0], RequestStatus.WITHDRAWN)
    assert said == ["You have withdrawn the transfer of 10.00 CR from alice to bob."]
    qtbot.waitUntil(lambda: numbers(desk) == three[1:])


def test_what_was_sent_back_is_submitted_again_by_its_maker(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context: Context, show: Desks, three: list[int], checker: Ledger, maker: Ledger
) -> None:
    commands.send_back(checker, three[0], reason="which invoice?")
    desk = show(context)
    open_view(qtbot, desk, View.MINE)
    assert numbers(desk) == three
    choose(qtbot, desk, three[0])
    assert desk.request.head.chips[1] == "sent back"
    assert "which invoice?" in desk.request.figures.words
    foot = desk.request.foot
    assert not foot.approve_button.isVisible()
    assert foot.again_button.isVisible()
    foot.again_button.click()
    answer(desk, "invoice 881, attached")
    qtbot.waitUntil(lambda: len(numbers(desk)) == 3 and three[0] not in numbers(desk))
    fresh = next(number for number in numbers(desk) if number not in three)
    row = get(maker.database, fresh).row
    assert (row.follows, row.reason, row.ticket) == (three[0], "invoice 881, attached", "SUP-7")
    choose(qtbot, desk, fresh)
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    desk.request.figures.way_buttons[0].click()
    assert went == [OpenRequest(three[0])]


def test_an_operator_carries_out_what_was_approved(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context: Context, show: Desks, three: list[int], checker: Ledger, maker: Ledger,
    admin: Connection,
) -> None:  # fmt: skip
    commands.approve(checker, three[0], get(checker.database, three[0]).row.content)
    desk = show(context)
    open_view(qtbot, desk, View.MINE)
    choose(qtbot, desk, three[0])
    foot = desk.request.foot
    assert foot.execute_button.text() == "Carry out"
    assert not foot.approve_button.isVisible()
    assert "Approved by t_approver" in desk.request.figures.words
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    assert focused() is foot.execute_button
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    decided(qtbot, desk, maker, three[0], RequestStatus.EXECUTED)
    assert balances(admin)["bob"] == 1_000
    open_view(qtbot, desk, View.DECIDED)
    choose(qtbot, desk, three[0])
    went: list[Route] = []
    desk.context.navigator.wanted.connect(went.append)
    desk.request.figures.way_buttons[0].click()
    assert isinstance(went[0], OpenTransaction)


def test_a_batch_is_approved_and_posted_by_the_same_commands(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, show: Desks, each: Requests, maker: Ledger, admin: Connection
) -> None:
    number = each["post_batch"]
    desk = show(context_of("t_approver"))
    choose(qtbot, desk, number)
    assert desk.request.changes.words.endswith("2 lines \N{MIDDLE DOT} 2 balances would change.")
    desk.request.foot.approve_button.click()
    decided(qtbot, desk, maker, number, RequestStatus.APPROVED)
    operator = show(context_of("t_operator"))
    open_view(qtbot, operator, View.MINE)
    choose(qtbot, operator, number)
    assert operator.request.foot.execute_button.text() == "Post"
    operator.request.foot.execute_button.click()
    decided(qtbot, operator, maker, number, RequestStatus.EXECUTED)
    assert admin.execute("SELECT status::text FROM ledger.batches WHERE id = 1").fetchone() == ("posted",)


def test_one_of_two_has_approved_and_another_must(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, show: Desks, two_checkers: None, three: list[int], checker: Ledger
) -> None:
    desk = show(context_of("t_approver"))
    choose(qtbot, desk, three[0])
    assert "Approvals: 0 of 2" in desk.request.figures.words
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: numbers(desk) == three[1:])
    desk.follow(OpenRequest(three[0]))
    seen(qtbot, desk, three[0])
    assert desk.request.foot.reason == "you have approved it; another checker must too"
    assert "Approvals: 1 of 2" in desk.request.figures.words
    assert status_of(checker, three[0]) is RequestStatus.PENDING


def test_a_large_amount_is_typed(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], ledger_of: Callable[[str], Ledger]
) -> None:
    set_terms(ledger_of("t_admin"), CURRENCY, typed_from=2_000, days=14, reason="for a test")
    desk = show(context_of("t_approver"))
    choose(qtbot, desk, three[0])
    assert desk.request.foot.typed.isHidden()
    choose(qtbot, desk, three[1])
    foot = desk.request.foot
    assert foot.reason == "type the total"
    assert not foot.approve_button.isEnabled()
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    assert focused() is foot.typed.edit
    QTest.keyClicks(focused(), "20.01")
    assert foot.reason == "the typed total is not the request's"
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not desk.request.work.busy
    foot.typed.edit.setText("20.00")
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    checker = ledger_of("t_approver")
    decided(qtbot, desk, checker, three[1], RequestStatus.APPROVED)
    assert [one.typed for one in get(checker.database, three[1]).approvals] == [2_000]


def test_what_another_decided_meanwhile_is_said_and_shown(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], maker: Ledger, said: list[str]
) -> None:
    choose(qtbot, desk, three[0])
    commands.withdraw(maker, three[0], reason="not needed")
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: desk.request.head.chips[1] == "withdrawn")
    (words,) = said
    assert words.startswith(f"Request {three[0]}: Refused: the request is withdrawn, by t_operator at ")
    assert desk.request.foot.isHidden()


def test_what_has_grown_stale_is_not_approved(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], ledger_url: str
) -> None:
    with connected(ledger_url) as owner:
        owner.execute("UPDATE ledger.approval_requests SET expires_at = now() WHERE id = %s", [three[0]])
    desk.refresh()
    choose(qtbot, desk, three[1])
    choose(qtbot, desk, three[0])
    assert desk.request.foot.reason == "its time is over; its maker submits it anew"
    assert not desk.request.foot.approve_button.isEnabled()


def test_read_only_the_desk_is_there_and_says_why(
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int]
) -> None:
    why = "read-only: unlock it first"
    context = context_of("t_approver")
    rights = replace(context.session.rights, no_writing=lambda: why)
    desk = show(replace(context, session=replace(context.session, rights=rights)))
    choose(qtbot, desk, three[0])
    foot = desk.request.foot
    assert (foot.reason, desk.foot.reason) == (why, why)
    for made in (foot.approve_button, foot.reject_button, foot.return_button, desk.foot.approve_button):
        assert not made.isEnabled()
        assert why in made.toolTip()
    # A dry run writes before it is rolled back.
    assert desk.request.changes.words == f"Not known: {why.capitalize()}."


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[UUID]]:
    """Lose the answer to the first approval, which is done or is not; return the keys that are asked with."""

    def lost(*, done: bool) -> list[UUID]:
        keys, really = list[UUID](), commands.approve

        def approve(*arguments: Any, **options: Any) -> Approval:
            keys.append(options["key"])
            if len(keys) == 1 and not done:
                raise OutcomeUnknownError(str(options["key"]))
            came_to = really(*arguments, **options)
            if len(keys) == 1:
                raise OutcomeUnknownError(str(options["key"]))
            return came_to

        monkeypatch.setattr(commands, "approve", approve)
        return keys

    return lost


def test_a_lost_answer_is_asked_for_with_the_same_key(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, lose: Callable[..., list[UUID]]
) -> None:
    keys = lose(done=False)
    choose(qtbot, desk, three[0])
    desk.request.foot.approve_button.click()
    outcome = desk.request.outcome
    qtbot.waitUntil(lambda: outcome.text().startswith("Unconfirmed"))
    assert "Press it again to ask; it is done once." in outcome.text()
    # Another request is looked at meanwhile; the doubt is told again where it belongs.
    choose(qtbot, desk, three[1])
    assert outcome.text() == ""
    choose(qtbot, desk, three[0])
    assert outcome.text().startswith("Unconfirmed")
    desk.request.foot.approve_button.click()
    decided(qtbot, desk, checker, three[0], RequestStatus.APPROVED)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert not desk.request.work.pending


def test_a_lost_answer_is_told_by_the_request_itself(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, lose: Callable[..., list[UUID]]
) -> None:
    keys = lose(done=True)
    choose(qtbot, desk, three[0])
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: "Approved by t_approver" in desk.request.figures.words)
    assert desk.request.outcome.text() == ""
    assert not desk.request.work.pending
    assert len(keys) == 1
