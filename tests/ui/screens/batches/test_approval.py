"""Submission and approval on a real ledger: who decides over a batch, who cannot and why, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands as approvals
from console.ledger.batches import commands as batches
from console.ledger.batches.detail import detail
from console.monitor.budgets import budget
from models.batch import BatchStatus
from tests.cluster import connected
from tests.models.writes import done, soon, write
from tests.ui.screens.batches.hands import PAYOUT, TOTAL, end_before_the_cancel, loaded, loaded_page, press
from ui.kit.widgets.reason import ReasonDialog
from ui.kit.widgets.stepper import StepState

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.ledger.approvals.commands import Submitted
    from console.ledger.batches.commands import LoadedBatch
    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements
    from tests.ui.screens.batches.conftest import Screens
    from ui.context import Context
    from ui.kit.notices import Notice, Notices
    from ui.screens.batches.batch.page import BatchPage
    from ui.screens.batches.screen import Batches

REASON = "FIN-881, payout of November"


@pytest.fixture
def submitted(operator_ledger: Ledger, draft: LoadedBatch) -> int:
    """Submit the sample payout as t_operator."""
    approvals.submit_batch(operator_ledger, draft.batch_id, draft.summary.content_hash, reason=REASON)
    return draft.batch_id


def answer(page: BatchPage, reason: str) -> None:
    """Give a reason to the question that is shown."""
    dialog = next(one for one in page.findChildren(ReasonDialog) if one.isVisible())
    assert not dialog.deed_button.isEnabled()
    QTest.keyClicks(dialog.edit, reason)
    press(dialog.deed_button)


def status_of(qtbot: QtBot, page: BatchPage, status: BatchStatus) -> None:
    """Wait until the page shows a status."""
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is status and not page.work.busy)


def seen(qtbot: QtBot, screen: Batches, batch: int) -> BatchPage:
    """Open a batch and wait until nothing more is read."""
    page = loaded_page(qtbot, screen, batch)
    qtbot.waitUntil(lambda: not page.work.busy)
    return page


def test_a_rule_greys_posting_and_the_batch_goes_the_whole_way(
    qtbot: QtBot, screen_of: Screens, draft: LoadedBatch, rule: Callable[..., None], ledger_url: str
) -> None:
    rule()
    page = seen(qtbot, screen_of("t_operator"), draft.batch_id)
    qtbot.waitUntil(lambda: not page.work.busy)
    card = page.posting
    assert card.reason == "a rule asks for 1 approval: submit it"
    assert not card.post_button.isEnabled()
    assert not card.rehearse_button.isEnabled()
    assert [step.name for step in page.stepper.steps] == ["Draft", "Submitted", "Approved", "Posted"]
    press(card.submit_button)
    answer(page, REASON)
    status_of(qtbot, page, BatchStatus.SUBMITTED)
    assert page.decision.isVisible()
    assert page.decision.reason.startswith("you submitted it: a maker cannot approve")
    assert REASON in page.decision.agreed.words

    checker = seen(qtbot, screen_of("t_approver"), page.batch_id)
    assert checker.decision.reason == "type the total"
    QTest.keyClicks(checker.decision.typed.edit, TOTAL)
    QTest.keyClicks(checker.decision.note, "checked against the list")
    press(checker.decision.approve_button)
    status_of(qtbot, checker, BatchStatus.APPROVED)
    assert checker.posting.reason == "needs role operator"
    assert "t_approver" in checker.posting.agreed.words
    assert "checked against the list" in checker.posting.agreed.words

    page.reload()
    status_of(qtbot, page, BatchStatus.APPROVED)
    assert page.posting.reason == "type the total"
    press(page.posting.rehearse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.rehearsed is not None)
    QTest.keyClicks(page.posting.typed_total, TOTAL)
    press(page.posting.post_button)
    status_of(qtbot, page, BatchStatus.POSTED)
    assert [step.state for step in page.stepper.steps] == [StepState.DONE] * 4
    assert "t_approver" in page.posted_card.agreed.words
    with connected(ledger_url) as connection:
        row = connection.execute(
            "SELECT status, executed_content = content FROM ledger.approval_requests"
        ).fetchone()
    assert row == ("executed", True)


def test_below_the_rule_it_is_posted_at_once(
    qtbot: QtBot, screen: Batches, payees: list[str], rule: Callable[..., None]
) -> None:
    rule(from_amount=216_854)
    page = loaded(qtbot, screen, PAYOUT)
    qtbot.waitUntil(lambda: not page.work.busy)
    assert page.posting.reason == "type the total"
    assert page.posting.submit_button.isEnabled()


def test_two_checkers_are_two_people(
    qtbot: QtBot,
    screen_of: Screens,
    operator_ledger: Ledger,
    draft: LoadedBatch,
    rule: Callable[..., None],
) -> None:
    rule(2)
    approvals.submit_batch(operator_ledger, draft.batch_id, draft.summary.content_hash, reason=REASON)
    page = seen(qtbot, screen_of("t_approver"), draft.batch_id)
    page.decision.typed.edit.setText(TOTAL)
    press(page.decision.approve_button)
    qtbot.waitUntil(lambda: "1 of 2" in page.decision.agreed.words and not page.work.busy)
    assert page.decision.reason == "you have approved it; another checker must too"
    assert page.stepper.steps[2].words == "1 of 2 given"
    assert not page.decision.approve_button.isEnabled()


def test_the_total_that_is_approved_is_typed(qtbot: QtBot, screen_of: Screens, submitted: int) -> None:
    card = seen(qtbot, screen_of("t_approver"), submitted).decision
    card.typed.edit.setText("2168.52")
    assert card.reason == "the typed total is not the batch's"
    assert not card.approve_button.isEnabled()
    card.typed.edit.setText("2168.53")
    assert card.approve_button.isEnabled()


def test_a_checker_rejects_with_a_reason(
    qtbot: QtBot, screen: Batches, screen_of: Screens, submitted: int
) -> None:
    checker = seen(qtbot, screen_of("t_approver"), submitted)
    press(checker.decision.reject_button)
    answer(checker, "the list is last month's")
    status_of(qtbot, checker, BatchStatus.REJECTED)
    page = seen(qtbot, screen, submitted)
    card = page.posted_card
    assert card.isVisible()
    assert card.fact("Rejected by").startswith("t_approver, ")
    assert card.fact("Reason") == "the list is last month's"
    assert not card.reverse_button.isVisible()
    assert (page.stepper.steps[2].name, page.stepper.steps[2].state) == ("Rejected", StepState.FAILED)


def test_a_checker_sends_it_back_and_it_is_a_draft_that_says_why(
    qtbot: QtBot, screen: Batches, screen_of: Screens, submitted: int
) -> None:
    checker = seen(qtbot, screen_of("t_approver"), submitted)
    press(checker.decision.return_button)
    answer(checker, "line 3 is of last month")
    status_of(qtbot, checker, BatchStatus.DRAFT)
    page = seen(qtbot, screen, submitted)
    assert not page.decision.return_button.isVisible()
    assert page.posting.withdrawn.startswith("Was submitted, and sent back by t_approver, ")
    assert page.posting.withdrawn.endswith(": line 3 is of last month")
    assert page.posting.submit_button.isEnabled()


def test_the_maker_withdraws_and_it_is_a_draft_that_says_why(
    qtbot: QtBot, screen: Batches, submitted: int
) -> None:
    page = seen(qtbot, screen, submitted)
    press(page.decision.withdraw_button)
    answer(page, "one line is missing")
    status_of(qtbot, page, BatchStatus.DRAFT)
    assert page.posting.isVisible()
    assert "one line is missing" in page.posting.withdrawn
    assert page.posting.discard_button.isVisible()


def test_who_cannot_decide_reads_why(qtbot: QtBot, screen_of: Screens, submitted: int) -> None:
    viewer = seen(qtbot, screen_of("t_viewer"), submitted)
    assert not viewer.trouble
    assert viewer.decision.reason == "needs role approver"
    assert not viewer.decision.reject_button.isEnabled()
    assert "needs role approver" in viewer.decision.reject_button.toolTip()
    assert not viewer.decision.withdraw_button.isVisible()
    other = seen(qtbot, screen_of("t_operator2"), submitted)
    assert other.decision.reason == "needs role approver"


def test_a_draft_of_another_cannot_be_posted_rehearsed_or_submitted(
    qtbot: QtBot, screen_of: Screens, draft: LoadedBatch
) -> None:
    card = seen(qtbot, screen_of("t_operator2"), draft.batch_id).posting
    assert card.reason == "only t_operator, who loaded it, can post a draft"
    for button in (card.post_button, card.rehearse_button, card.submit_button, card.discard_button):
        assert not button.isEnabled()
        assert "t_operator" in button.toolTip()
    viewer = seen(qtbot, screen_of("t_viewer"), draft.batch_id)
    assert viewer.posting.reason == "needs role operator"
    assert viewer.state is not None
    assert viewer.state.checked is not None
    assert viewer.state.checked.check.summary.content_hash == draft.summary.content_hash


def test_what_another_decided_meanwhile_is_said_and_shown(
    qtbot: QtBot, screen_of: Screens, submitted: int, operator_database: Database, operator_ledger: Ledger
) -> None:
    page = seen(qtbot, screen_of("t_approver"), submitted)
    page.decision.typed.edit.setText(TOTAL)
    asked = detail(operator_database, submitted).posting
    assert asked is not None
    approvals.withdraw(operator_ledger, asked.id, reason="not yet")
    press(page.decision.approve_button)
    status_of(qtbot, page, BatchStatus.DRAFT)
    assert "Refused" in page.posting.outcome.text()


def test_a_lost_answer_is_asked_for_with_the_same_key(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    qtbot.waitUntil(lambda: not page.work.busy)
    keys, really = list[UUID](), approvals.submit_batch

    def submit_and_lose(*arguments: Any, **options: Any) -> Submitted:
        keys.append(options["key"])
        done = really(*arguments, **options)
        if len(keys) == 1:
            raise OutcomeUnknownError(str(options["key"]))
        return done

    monkeypatch.setattr(approvals, "submit_batch", submit_and_lose)
    press(page.posting.submit_button)
    answer(page, REASON)
    qtbot.waitUntil(lambda: page.posting.outcome.text().startswith("Unconfirmed"))
    press(page.posting.submit_button)
    answer(page, REASON)
    status_of(qtbot, page, BatchStatus.SUBMITTED)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.approval_requests").fetchone() == (1,)


def test_a_cancel_that_comes_after_the_approval_is_told_as_too_late(
    qtbot: QtBot, screen_of: Screens, submitted: int, notices: Notices
) -> None:
    said = list[str]()
    notices.posted.connect(lambda notice: said.append(cast("Notice", notice).text))
    screen = screen_of("t_approver")
    page = seen(qtbot, screen, submitted)
    page.decision.typed.edit.setText(TOTAL)
    press(page.decision.approve_button)
    end_before_the_cancel(screen.context.worker, page.decision.running.cancel_button)
    status_of(qtbot, page, BatchStatus.APPROVED)
    assert said[-1] == f"The cancel came too late. You have approved batch #{submitted}."


def test_who_decides_for_a_checker_approves_a_batch(
    qtbot: QtBot, screen_of: Screens, submitted: int, as_role: Callable[[str], str]
) -> None:
    with connected(as_role("t_approver")) as checker:
        made = done(write(checker, "delegate", "t_viewer", soon(), REASON))["delegation"]
        page = seen(qtbot, screen_of("t_viewer"), submitted)
        qtbot.waitUntil(lambda: page.decision.reason == "type the total" and not page.work.busy)
        assert page.decision._heading.text() == "Your decision"
        assert page.decision.reject_button.isEnabled()
        done(write(checker, "end_delegation", made, REASON))
        page.renew()
        qtbot.waitUntil(lambda: page.decision.reason == "needs role approver" and not page.work.busy)
        assert page.decision._heading.text() == "Waiting for approval"
        assert not page.decision.reject_button.isEnabled()
        done(write(checker, "delegate", "t_viewer", soon(), REASON))
        page.renew()
    qtbot.waitUntil(lambda: page.decision.reason == "type the total" and not page.work.busy)
    QTest.keyClicks(page.decision.typed.edit, TOTAL)
    press(page.decision.approve_button)
    status_of(qtbot, page, BatchStatus.APPROVED)
    assert "t_viewer for t_approver" in page.posting.agreed.words
    assert page.posting.reject_button.isEnabled()


def test_the_page_reads_all_of_it_in_one_statement(
    operator_database: Database, submitted: int, statements: Statements
) -> None:
    with statements.counted() as sent:
        found = detail(operator_database, submitted)
    assert len(sent) == budget("batches.get") == 1
    assert found.posting is not None
    assert (found.posting.required, found.posting.reason, found.to_post) == (1, REASON, 0)


def test_rights_come_from_the_sessions_groups(context: Context) -> None:
    rights = context.session.rights
    assert (rights.operator, rights.role) == ("t_operator", "operator")
    assert (rights.operates, rights.approves, rights.administers) == (True, False, False)


def test_the_list_counts_what_waits(qtbot: QtBot, screen: Batches, context: Context, submitted: int) -> None:
    counted: list[tuple[str, object]] = []
    context.navigator.counted.connect(lambda where, count: counted.append((where, count)))
    screen.show_list()
    qtbot.waitUntil(lambda: len(screen.list.model.rows) == 1 and bool(counted))
    assert counted[-1] == ("batches", 1)
    assert screen.list.model.rows[0].id == submitted


def test_a_rule_made_meanwhile_refuses_the_posting_and_shows_the_way(
    qtbot: QtBot, screen: Batches, draft: LoadedBatch, rule: Callable[..., None]
) -> None:
    page = seen(qtbot, screen, draft.batch_id)
    page.posting.typed_total.setText(TOTAL)
    rule()
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.posting.reason == "a rule asks for 1 approval: submit it")
    assert "approval" in page.posting.outcome.text()
    assert not page.pending


def test_only_looking_finds_what_the_check_finds(
    screen_of: Screens, draft: LoadedBatch, operator_ledger: Ledger, ledger_url: str
) -> None:
    viewer = screen_of("t_viewer").context.database
    assert batches.review(viewer, draft.batch_id) == batches.validate(operator_ledger, draft.batch_id)
    with connected(ledger_url) as connection:
        connection.execute("UPDATE ledger.wallets SET status = 'frozen' WHERE kind = 'customer'")
    found = batches.review(viewer, draft.batch_id)
    assert len(found.problems) == draft.summary.lines
    assert found == batches.validate(operator_ledger, draft.batch_id)
