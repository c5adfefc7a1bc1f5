"""Approvals as calls: what is submitted is what is seen, approved and executed; each call one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import AccessDeniedError, RefusedError, UsageError
from console.ledger.accounts.commands import OverdraftLimit
from console.ledger.approvals import commands as approvals
from console.ledger.approvals import page as requests
from console.ledger.approvals.page import RequestStatus
from console.ledger.approvals.rules import commands as rules
from console.ledger.approvals.rules.in_force import limits
from console.ledger.approvals.rules.in_force import rules as rules_of
from console.ledger.batches.commands import post, validate
from console.ledger.batches.reversal import BatchReversal, ReversalPolicy
from console.ledger.credits.commands import Grant, grant
from console.ledger.holds.commands import Capture, reserve
from console.ledger.transactions.reversal import Reversal
from console.ledger.transactions.transfer import Transfer
from console.ledger.transactions.transfer import post as pay
from console.postgres.page import Direction
from tests.bookkeeping import Line, balances, create_batch
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger
    from tests.conftest import Statements

WHY = "ticket 7"
LATER = datetime(2999, 1, 1, tzinfo=UTC)
PAYMENT = Transfer("alice", "bob", CURRENCY, 200, "r-1", "for May", LATER)


def test_each_step_is_one_statement_and_the_amount_moves_at_the_last(
    maker: Ledger, checker: Ledger, statements: Statements, ledger_url: str
) -> None:
    with statements.counted() as sent:
        asked = approvals.submit(maker, PAYMENT, reason=WHY)
    assert (len(sent), asked.approvals_required) == (1, 1)
    assert approvals.submit(maker, PAYMENT, reason=WHY, key=asked.key) == asked
    with statements.counted() as sent:
        (row,) = requests.page(checker.database).rows
    assert len(sent) == 1
    assert (row.id, row.kind, row.amount, row.content) == (asked.request, "transfer", 200, asked.content)
    assert (row.status, row.created_by, row.reason) == (RequestStatus.PENDING, "t_operator", WHY)
    with statements.counted() as sent:
        seen = requests.rehearse(checker, asked.request)
    assert len(sent) == 1
    assert seen.outcome is not None
    assert seen.outcome["status"] == "posted"
    assert {one.username: (one.before, one.after) for one in seen.movements} == {
        "alice": (1_000, 800), "bob": (0, 200),
    }  # fmt: skip
    with statements.counted() as sent:
        agreed = approvals.approve(checker, asked.request, asked.content, note="fine")
    assert (len(sent), agreed.given, agreed.enough) == (1, 1, True)
    with statements.counted() as sent:
        found = requests.get(maker.database, asked.request)
    assert len(sent) == 1
    assert [(one.approved_by, one.note) for one in found.approvals] == [("t_approver", "fine")]
    with connected(ledger_url) as admin:
        assert balances(admin)["bob"] == 0
    with statements.counted() as sent:
        done = approvals.execute(maker, asked.request)
    assert len(sent) == 1
    assert done.transaction is not None
    assert done.posted_at is not None
    assert approvals.execute(maker, asked.request, key=done.key) == done
    with connected(ledger_url) as admin:
        assert balances(admin) == {"alice": 800, "bob": 200}
        moved = admin.execute(
            "SELECT reference, description, effective_at FROM ledger.transactions WHERE id = %s",
            [done.transaction],
        ).fetchone()
    assert moved == ("r-1", "for May", LATER)
    kept = requests.get(maker.database, asked.request)
    assert (kept.row.status, kept.row.closed_by) == (RequestStatus.EXECUTED, "t_operator")
    assert kept.outcome is not None
    assert kept.outcome["transaction"] == done.transaction
    assert requests.page(maker.database).rows == ()


def test_a_rehearsal_leaves_nothing_behind(maker: Ledger, checker: Ledger, ledger_url: str) -> None:
    asked = approvals.submit(maker, PAYMENT, reason=WHY)
    tables = ("transactions", "operations", "audit_events", "approvals", "lot_movements", "limit_usage")
    with connected(ledger_url) as admin:

        def state() -> list[object]:
            counts = [
                admin.execute(f"SELECT count(*) FROM ledger.{table}".encode()).fetchone() for table in tables
            ]
            rows = admin.execute("SELECT r::text FROM ledger.approval_requests r ORDER BY 1").fetchall()
            return [counts, rows, balances(admin)]

        before = state()
        requests.rehearse(checker, asked.request)
        assert state() == before


def test_the_rehearsal_is_of_now(maker: Ledger, checker: Ledger, ledger_of: Callable[[str], Ledger]) -> None:
    asked = approvals.submit(maker, PAYMENT, reason=WHY)
    pay(maker, Transfer("alice", "@revenue", CURRENCY, 900))
    seen = requests.rehearse(checker, asked.request)
    assert seen.refusal is not None
    assert (seen.refusal.code, seen.outcome, seen.movements) == ("funds.short", None, ())
    approvals.reject(checker, asked.request, reason="the money is gone")
    closed = requests.rehearse(checker, asked.request)
    assert closed.refusal is not None
    assert closed.refusal.code == "request.status"
    with pytest.raises(AccessDeniedError):
        requests.rehearse(ledger_of("t_viewer"), asked.request)
    with pytest.raises(UsageError, match="There is no request 99"):
        requests.get(checker.database, 99)


def test_every_order_can_be_submitted_as_it_is(maker: Ledger, as_role: Callable[[str], str]) -> None:
    granted = grant(maker, Grant("bob", CURRENCY, 100, "promo", LATER))
    reserve(maker, username="alice", currency=CURRENCY, amount=100, reference="h-1")
    with connected(as_role("t_operator")) as operator:
        batch = create_batch(operator, [Line(1, "alice", "bob", 50, "a")])
    post(maker, batch, validate(maker, batch).summary.content_hash, key=uuid4())
    orders: tuple[approvals.Order, ...] = (
        PAYMENT,
        Grant("bob", CURRENCY, 10, "promo", LATER),
        Capture("h-1", 40),
        Reversal(granted.transaction, WHY, 40, LATER),
        BatchReversal(batch, ReversalPolicy.ALL, WHY),
        OverdraftLimit("bob", CURRENCY, 10, WHY),
    )
    for order in orders:
        asked = approvals.submit(maker, order, reason=WHY)
        assert requests.get(maker.database, asked.request).row.kind == order.operation.function
    seen = [row.id for row in requests.page(maker.database, limit=4).rows]
    rest = requests.page(maker.database, limit=4, cursor=seen[-1])
    assert (len(seen), len(rest.rows), rest.more_after, rest.more_before) == (4, 2, False, True)
    back = requests.page(maker.database, limit=4, cursor=rest.rows[0].id, direction=Direction.BEFORE)
    assert [row.id for row in back.rows] == seen


def test_what_could_not_be_done_is_refused_to_its_maker(maker: Ledger) -> None:
    short = Transfer("alice", "bob", CURRENCY, 1_001)
    with pytest.raises(RefusedError) as refused:
        approvals.submit(maker, short, reason=WHY)
    assert refused.value.code == "funds.short"
    with pytest.raises(RefusedError, match="a reason is needed"):
        approvals.submit(maker, PAYMENT, reason="")


def test_a_batch_waits_for_as_many_checkers_as_the_rule_says(
    maker: Ledger, ledger_of: Callable[[str], Ledger], as_role: Callable[[str], str]
) -> None:
    admin, checker = ledger_of("t_admin"), ledger_of("t_approver")
    rules.set_rule(admin, "post_batch", CURRENCY, 0, 1, reason=WHY)
    rules.set_rule(admin, "post_batch", CURRENCY, 50, 2, reason=WHY)
    with connected(as_role("t_operator")) as operator:
        batch = create_batch(operator, [Line(1, "alice", "bob", 50, "a")])
    seen = validate(maker, batch).summary.content_hash
    with pytest.raises(RefusedError, match="this needs 2 approvals first"):
        post(maker, batch, seen, key=uuid4())
    asked = approvals.submit_batch(maker, batch, seen, reason=WHY)
    assert asked.approvals_required == 2
    rehearsed = requests.rehearse(checker, asked.request)
    assert (rehearsed.refusal, rehearsed.accounts) == (None, 2)
    agreed = approvals.approve(checker, asked.request, asked.content)
    assert (agreed.given, agreed.required, agreed.enough) == (1, 2, False)
    with pytest.raises(RefusedError, match="you have approved it already"):
        approvals.approve(checker, asked.request, asked.content)
    with pytest.raises(RefusedError, match="the request is pending"):
        approvals.execute(maker, asked.request)
    closed = approvals.withdraw(maker, asked.request, reason=WHY)
    assert closed.status == "withdrawn"
    assert validate(maker, batch).summary.content_hash == seen


def test_rules_and_limits_are_listed_with_what_is_used_of_them_today(
    maker: Ledger, ledger_of: Callable[[str], Ledger], statements: Statements
) -> None:
    admin, viewer = ledger_of("t_admin"), ledger_of("t_viewer")
    with statements.counted() as sent:
        rules.set_rule(admin, "transfer", CURRENCY, 2**40, 2, reason=WHY)
        rules.set_limit(admin, "ledger_operator", "*", CURRENCY, per_operation=None, per_day=500, reason=WHY)
        rules.set_limit(admin, "t_operator2", "*", CURRENCY, per_operation=None, per_day=900, reason=WHY)
    assert len(sent) == 3
    pay(maker, Transfer("alice", "bob", CURRENCY, 200))
    pay(ledger_of("t_operator2"), Transfer("alice", "bob", CURRENCY, 300))
    with statements.counted() as sent:
        (rule,) = rules_of(viewer.database)
        found = {limit.holder: limit for limit in limits(viewer.database)}
    assert len(sent) == 2
    assert (rule.from_amount, rule.approvals) == (2**40, 2)
    used = {
        holder: [(one.operator, one.amount) for one in limit.used_today] for holder, limit in found.items()
    }
    assert used == {"ledger_operator": [("t_operator", 200)], "t_operator2": [("t_operator2", 300)]}
    with pytest.raises(RefusedError) as refused:
        pay(maker, Transfer("alice", "bob", CURRENCY, 301))
    assert refused.value.code == "limit.day"
    assert "5.00 CR a day, and 3.00 CR of it is left" in str(refused.value)
    rules.set_rule(admin, "transfer", CURRENCY, 2**40, 0, reason=WHY)
    assert rules_of(viewer.database) == ()
    with pytest.raises(AccessDeniedError):
        rules.set_rule(maker, "transfer", CURRENCY, 1, 0, reason=WHY)
