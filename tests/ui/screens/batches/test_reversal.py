"""Reversing a posted batch on a real ledger: the check before, the dry run, the policy, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest
from PySide6.QtTest import QTest

from console.files.mappings.mapping import TransfersMapping
from console.ledger.approvals import commands as approvals
from console.ledger.batches import commands as ledger
from console.ledger.batches.detail import detail
from console.ledger.batches.reversal import BatchReversal, ReversalPolicy
from models.batch import BatchStatus
from tests.cluster import connected
from tests.ui.parts import CREDITS
from tests.ui.screens.batches.hands import (
    BALANCE,
    PAYOUT,
    end_before_the_cancel,
    loaded_page,
    press,
    waits,
)
from ui.kit.widgets.buttons import WhyNot
from ui.kit.widgets.placing import LEAST
from ui.kit.widgets.reason import ReasonDialog
from ui.kit.widgets.stepper import StepState
from ui.screens.batches.reversal.dialog import ReversalDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.ui.screens.batches.conftest import Screens
    from ui.kit.notices import Notice, Notices
    from ui.screens.batches.batch.page import BatchPage
    from ui.screens.batches.screen import Batches

REASON = "FIN-902, paid twice"


@pytest.fixture
def posted(operator_ledger: Ledger, payees: list[str]) -> int:
    """Post a credit run to the sample's accounts as t_operator: unlike a payout it can be spent since."""
    mapping = TransfersMapping(
        from_constant="@issuance", to_column="username", amount_column="amount", reference_column="reference"
    )
    draft = ledger.load(operator_ledger, PAYOUT, mapping, CREDITS, name=f"credits of {len(payees)}")
    ledger.post(operator_ledger, draft.batch_id, draft.summary.content_hash, key=uuid4())
    return draft.batch_id


@pytest.fixture
def spend(as_role: Callable[[str], str]) -> Callable[[str, int], None]:
    """Pay money of an account out, in minor units; below zero, into it."""

    def pay(username: str, amount: int) -> None:
        parties = (username, "@external") if amount > 0 else ("@external", username)
        with connected(as_role("t_operator")) as connection:
            row = connection.execute(
                "SELECT ledger.transfer(%s, %s, %s, 'CR', %s) ->> 'status'",
                [uuid4(), *parties, abs(amount)],
            ).fetchone()
        assert row == ("posted",)

    return pay


def seen(qtbot: QtBot, screen: Batches, batch: int) -> BatchPage:
    """Open a batch and wait until nothing more is read."""
    page = loaded_page(qtbot, screen, batch)
    qtbot.waitUntil(lambda: not page.work.busy)
    return page


def asked(qtbot: QtBot, page: BatchPage) -> ReversalDialog:
    """Ask for the reversal and wait for the check before."""
    press(page.posted_card.reverse_button)
    dialog = next(one for one in page.findChildren(ReversalDialog) if one.isVisible())
    qtbot.waitUntil(lambda: not dialog.running.words)
    return dialog


def balance(ledger_url: str, username: str) -> int:
    """Return an account's balance in minor units."""
    with connected(ledger_url) as connection:
        row = connection.execute(
            "SELECT w.balance FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
            "WHERE u.username = %s",
            [username],
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_batch_is_taken_back_whole_with_a_reason(
    qtbot: QtBot, screen: Batches, posted: int, payees: list[str], ledger_url: str
) -> None:
    page = seen(qtbot, screen, posted)
    dialog = asked(qtbot, page)
    assert dialog.check.words == "Every line can be taken back in full now."
    assert not dialog.check.available.isEnabled()
    assert dialog.reason == "give a reason"
    assert "Not yet: give a reason." in [one.text() for one in dialog.findChildren(WhyNot)]
    assert not dialog.reverse_button.isEnabled()
    assert dialog.minimumSizeHint().boundedTo(LEAST) == dialog.minimumSizeHint()
    press(dialog.rehearse_button)
    qtbot.waitUntil(
        lambda: dialog.outcome.text().startswith("Dry run, rolled back: 40 accounts, 2,168.53 CR")
    )
    assert balance(ledger_url, payees[0]) == BALANCE + 1_250
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is BatchStatus.REVERSED)
    card = page.posted_card
    assert card.fact("Reversed by").startswith("t_operator, ")
    assert card.fact("Taken back") == "2,168.53 CR, all of it"
    assert card.fact("Reason") == REASON
    assert not card.reverse_button.isVisible()
    assert [step.name for step in page.stepper.steps] == ["Draft", "Checked", "Posted", "Reversed"]
    assert {step.state for step in page.stepper.steps} == {StepState.DONE}
    assert {balance(ledger_url, name) for name in payees} == {BALANCE}


def test_what_is_spent_is_listed_and_stays_by_the_policy(
    qtbot: QtBot,
    screen: Batches,
    posted: int,
    spend: Callable[[str, int], None],
    ledger_url: str,
) -> None:
    spend("noor.roth", BALANCE + 1_000)
    page = seen(qtbot, screen, posted)
    dialog = asked(qtbot, page)
    assert [(one.username, one.amount, one.short) for one in dialog.check.model.rows] == [
        ("noor.roth", 1_250, 1_000)
    ]
    assert dialog.check.words == "1 line cannot be taken back in full now, 10.00 CR in all."
    press(dialog.rehearse_button)
    qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Refused"))
    dialog.check.available.setChecked(True)
    press(dialog.rehearse_button)
    qtbot.waitUntil(
        lambda: "2,158.53 CR on 40 lines would be taken back, 10.00 CR is left" in dialog.outcome.text()
    )
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is BatchStatus.REVERSED)
    assert page.posted_card.fact("Taken back") == "2,158.53 CR, 10.00 CR is left"
    assert balance(ledger_url, "noor.roth") == 0
    assert page.posted_card.reverse_button.text() == "Take the rest…"
    dialog = asked(qtbot, page)
    assert [(one.username, one.amount, one.short) for one in dialog.check.model.rows] == [
        ("noor.roth", 1_000, 1_000)
    ]
    assert dialog.check.words == "1 line is not given back in full; 0.00 CR of that is there now."
    assert dialog.check.available.isChecked()
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: "nothing that could be taken back" in dialog.outcome.text())
    dialog.reject()
    spend("noor.roth", -1_000)
    dialog = asked(qtbot, page)
    assert dialog.check.words == "All that is left can be taken now."
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: page.posted_card.fact("Taken back") == "2,168.53 CR, all of it")
    assert page.posted_card.reverse_button.isHidden()
    assert balance(ledger_url, "noor.roth") == 0


def test_a_cancel_that_comes_after_the_reversal_is_told_as_too_late(
    qtbot: QtBot, screen: Batches, posted: int, notices: Notices, ledger_url: str
) -> None:
    said = list[str]()
    notices.posted.connect(lambda notice: said.append(cast("Notice", notice).text))
    page = seen(qtbot, screen, posted)
    dialog = asked(qtbot, page)
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    end_before_the_cancel(screen.context.worker, dialog.running.cancel_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is BatchStatus.REVERSED)
    assert said[-1].startswith(f"The cancel came too late. #{posted} reversed: 2,168.53 CR")
    assert balance(ledger_url, "noor.roth") == BALANCE


def test_policy_all_takes_nothing_where_something_is_missing(
    qtbot: QtBot, screen: Batches, posted: int, spend: Callable[[str, int], None], ledger_url: str
) -> None:
    spend("noor.roth", BALANCE + 1_000)
    page = seen(qtbot, screen, posted)
    dialog = asked(qtbot, page)
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Refused"))
    assert dialog.isVisible()
    assert balance(ledger_url, "kofi.amrani") == BALANCE + 2_500


def test_a_rule_makes_the_reversal_wait_for_others(
    qtbot: QtBot, screen_of: Screens, posted: int, rule: Callable[..., None], operator_database: Database
) -> None:
    rule(kind="reverse_batch")
    page = seen(qtbot, screen_of("t_operator"), posted)
    dialog = asked(qtbot, page)
    assert dialog.reverse_button.text() == "Submit reversal"
    assert not dialog.rehearse_button.isEnabled()
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(
        lambda: page.state is not None and page.state.detail.reversing is not None and not page.work.busy
    )
    assert page.decision.isVisible()
    other = seen(qtbot, screen_of("t_operator2"), posted).posted_card
    assert not other.reverse_button.isEnabled()
    assert "t_operator submitted waits for approval" in other.reverse_button.toolTip()
    found = detail(operator_database, posted).reversing
    assert found is not None
    assert (found.status, found.policy, found.reason) == ("pending", "all", REASON)


def test_a_reversal_that_waits_can_be_cancelled(
    qtbot: QtBot, screen: Batches, posted: int, ledger_url: str
) -> None:
    page = seen(qtbot, screen, posted)
    dialog = asked(qtbot, page)
    QTest.keyClicks(dialog.edit, REASON)
    with connected(ledger_url) as connection, connection.transaction():
        connection.execute("SELECT FROM ledger.batches FOR UPDATE")
        press(dialog.reverse_button)
        qtbot.waitUntil(lambda: waits(ledger_url))
        press(dialog.running.cancel_button)
        qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Cancelled."))
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is BatchStatus.REVERSED)


def test_who_may_not_reverse_reads_why(qtbot: QtBot, screen_of: Screens, posted: int) -> None:
    for login in ("t_viewer", "t_approver"):
        card = seen(qtbot, screen_of(login), posted).posted_card
        assert card.reverse_button.isVisible()
        assert not card.reverse_button.isEnabled()
        assert "needs role operator" in card.reverse_button.toolTip()


def test_a_submitted_reversal_is_approved_by_another_and_carried_out(
    qtbot: QtBot, screen_of: Screens, posted: int, rule: Callable[..., None], ledger_url: str
) -> None:
    rule(kind="reverse_batch")
    page = seen(qtbot, screen_of("t_operator"), posted)
    dialog = asked(qtbot, page)
    QTest.keyClicks(dialog.edit, REASON)
    press(dialog.reverse_button)
    qtbot.waitUntil(lambda: page.decision.isVisible() and not page.work.busy)
    assert page.decision.reason.startswith("you submitted it: a maker cannot approve")

    checker = seen(qtbot, screen_of("t_approver"), posted)
    assert checker.decision.approve_button.text() == "Approve reversal"
    assert REASON in checker.decision.agreed.words
    checker.decision.typed.edit.setText("2168.53")
    press(checker.decision.approve_button)
    qtbot.waitUntil(lambda: checker.posted_card.isVisible() and not checker.work.busy)
    assert not checker.posted_card.reverse_button.isEnabled()

    page.reload()
    qtbot.waitUntil(lambda: page.posted_card.isVisible() and not page.work.busy)
    assert page.posted_card.reverse_button.text() == "Carry out reversal"
    press(page.posted_card.reverse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is BatchStatus.REVERSED)
    assert page.posted_card.fact("Reason") == REASON
    assert balance(ledger_url, "noor.roth") == BALANCE


def test_a_reversal_is_rejected_and_the_batch_stays_posted(
    qtbot: QtBot, screen_of: Screens, posted: int, operator_ledger: Ledger, rule: Callable[..., None]
) -> None:
    rule(kind="reverse_batch")
    order = BatchReversal(posted, ReversalPolicy.AVAILABLE, REASON)
    approvals.submit(operator_ledger, order, reason=REASON)
    checker = seen(qtbot, screen_of("t_approver"), posted)
    press(checker.decision.reject_button)
    question = next(one for one in checker.findChildren(ReasonDialog) if one.isVisible())
    QTest.keyClicks(question.edit, "it was not paid twice")
    press(question.deed_button)
    qtbot.waitUntil(lambda: checker.posted_card.isVisible() and not checker.work.busy)
    assert checker.state is not None
    assert checker.state.row.status is BatchStatus.POSTED
    page = seen(qtbot, screen_of("t_operator"), posted)
    assert page.posted_card.reverse_button.isEnabled()
    assert page.posted_card.reverse_button.text() == "Reverse…"
