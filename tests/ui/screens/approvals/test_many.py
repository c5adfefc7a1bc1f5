"""Several approved by one statement: each its own outcome, what is typed left out, nothing done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands
from console.ledger.approvals.page import RequestStatus, get
from console.ledger.approvals.rules.terms import set_terms
from console.ledger.transactions.transfer import Transfer
from console.monitor.budgets import budget
from tests.cluster import CURRENCY
from tests.faults.tamper.found import broken
from tests.ui.acts.hands import Keys, focused
from tests.ui.screens.approvals.hands import choose, many, numbers, seen
from ui.screens.approvals.many import ApproveMany

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from pytestqt.qtbot import QtBot

    from console.ledger.approvals.commands import Decided
    from console.writes.ledger import Ledger
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.approvals.conftest import Desks
    from ui.screens.approvals.screen import ApprovalsDesk

CONTROL = Qt.KeyboardModifier.ControlModifier


def statuses(ledger: Ledger, asked: list[int]) -> list[str]:
    return [get(ledger.database, number).row.status.value for number in asked]


def test_three_are_approved_by_the_keyboard_alone(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, statements: Statements
) -> None:
    choose(qtbot, desk, three[0])
    keys = Keys()
    keys.press(Qt.Key.Key_A, CONTROL)
    keys.press(Qt.Key.Key_Return, CONTROL)
    dialog = many(desk)
    assert dialog.words.split("\n")[:2] == ["Approve 3 requests?", "60.00 CR"]
    assert "Transfer of 20.00 CR from alice to bob" in dialog.words
    qtbot.waitUntil(lambda: focused() is dialog.note)
    keys.type("seen with the invoices")
    keys.press(Qt.Key.Key_Return)
    assert not dialog.running.words
    with statements.counted() as sent:
        keys.press(Qt.Key.Key_Return, CONTROL)
        qtbot.waitUntil(lambda: dialog.is_done)
    assert len([text for text in sent if "approve_requests" in text]) == budget("request.approve_many") == 1
    assert dialog.words.startswith("3 requests approved.")
    assert dialog.words.count(": approved.") == 3
    keys.press(Qt.Key.Key_Escape)
    assert statuses(checker, three) == ["approved"] * 3
    assert [one.note for one in get(checker.database, three[0]).approvals] == ["seen with the invoices"]
    qtbot.waitUntil(lambda: numbers(desk) == [])
    assert len(desk.marks) == 0


def test_each_has_an_outcome_of_its_own(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, maker: Ledger
) -> None:
    seen(qtbot, desk, three[0])
    desk.marks.turn_all(desk.model.rows)
    desk.approve_marked()
    dialog = many(desk)
    commands.withdraw(maker, three[1], reason="not needed")
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: dialog.is_done)
    assert dialog.words.startswith("2 requests approved, 1 refused.")
    assert "Transfer of 20.00 CR from alice to bob: refused. The request is withdrawn" in dialog.words
    assert statuses(checker, three) == ["approved", "withdrawn", "approved"]


def test_what_must_be_typed_is_left_out_and_said(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, context_of: Contexts, show: Desks, three: list[int], checker: Ledger,
    ledger_of: Callable[[str], Ledger],
) -> None:  # fmt: skip
    set_terms(ledger_of("t_admin"), CURRENCY, typed_from=3_000, days=14, reason="for a test")
    desk = show(context_of("t_approver"))
    seen(qtbot, desk, three[0])
    desk.marks.turn_all(desk.model.rows)
    desk.approve_marked()
    dialog = many(desk)
    assert dialog.words.startswith("Approve 2 requests?\n30.00 CR")
    assert (
        "Left out: Transfer of 30.00 CR from alice to bob. From 30.00 CR on the total is typed"
        in dialog.words
    )
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: dialog.is_done)
    assert statuses(checker, three) == ["approved", "approved", "pending"]
    dialog.reject()
    qtbot.waitUntil(lambda: numbers(desk) == three[2:])
    desk.marks.turn_all(desk.model.rows)
    desk.approve_marked()
    dialog = many(desk)
    assert not dialog.deed_button.isEnabled()
    assert "each of these is approved on its own page" in dialog._why.text()


def test_a_lost_answer_is_asked_for_with_the_same_key(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, really = list[UUID](), commands.approve_many

    def approve_and_lose(*arguments: Any, **options: Any) -> tuple[Decided, ...]:
        keys.append(options["key"])
        done = really(*arguments, **options)
        if len(keys) == 1:
            raise OutcomeUnknownError(str(options["key"]))
        return done

    monkeypatch.setattr(commands, "approve_many", approve_and_lose)
    seen(qtbot, desk, three[0])
    desk.marks.turn_all(desk.model.rows)
    desk.approve_marked()
    dialog = many(desk)
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Unconfirmed"))
    assert dialog.deed_button.text() == "Ask again"
    assert not dialog.note.isEnabled()
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: dialog.is_done)
    assert dialog.words.startswith("3 requests approved.")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert [len(get(checker.database, number).approvals) for number in three] == [1, 1, 1]


def test_nothing_marked_opens_nothing(qtbot: QtBot, desk: ApprovalsDesk, three: list[int]) -> None:
    choose(qtbot, desk, three[0])
    QTest.keyClick(desk.table, Qt.Key.Key_Return, CONTROL)
    assert desk.findChildren(ApproveMany) == []
    assert get(desk.context.database, three[0]).row.status is RequestStatus.PENDING


def test_fifty_are_approved_by_three_keys_and_one_statement(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, people: None, ask: Callable[..., int], context_of: Contexts, show: Desks, checker: Ledger,
    statements: Statements, ledger_url: str,
) -> None:  # fmt: skip
    asked = [ask(Transfer("alice", "bob", CURRENCY, 100 + number)) for number in range(50)]
    desk = show(context_of("t_approver"))
    seen(qtbot, desk, asked[0])
    assert focused() is desk.table
    keys = Keys()
    with statements.counted() as sent:
        keys.press(Qt.Key.Key_A, CONTROL)
        keys.press(Qt.Key.Key_Return, CONTROL)
        dialog = many(desk)
        qtbot.waitUntil(lambda: focused() is dialog.note)
        assert dialog.words.startswith("Approve 50 requests?\n62.25 CR")
        keys.press(Qt.Key.Key_Return, CONTROL)
        qtbot.waitUntil(lambda: dialog.is_done and numbers(desk) == [] and desk.context.worker.active == 0)
    assert keys.pressed == 3
    assert dialog.words.startswith("50 requests approved.")
    written = [text for text in sent if "ledger.approve_request" in text]
    # Beside it no more than the list and the counts anew.
    assert (len(written), len(sent)) == (1, 3), sent
    assert statuses(checker, asked) == ["approved"] * 50
    assert broken(ledger_url) == {}
