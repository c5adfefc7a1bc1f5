"""Reversals as calls: one transaction or a batch, rehearsed, checked and done, each with one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from console.errors import RefusedError
from console.ledger.batches.reversal import (
    BatchReversal,
    ReversalPolicy,
    reversal_problems,
    reverse_batch,
    reverse_batch_rehearsal,
)
from console.ledger.credits.commands import Grant, grant
from console.ledger.transactions.reversal import Reversal, reverse_transaction
from console.ledger.transactions.transfer import transfer
from tests.bookkeeping import Line, assert_adds_up, balances, create_batch, post_batch
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

WHY = "ticket 7"
LINES = (Line(1, "alice", "bob", 600, "a"), Line(2, "alice", "carol", 300, "b"))


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None], ledger_url: str) -> Iterator[None]:
    open_accounts({"alice": 1_000, "bob": 0, "carol": 0})
    yield
    with connected(ledger_url) as admin:
        assert_adds_up(admin)


@pytest.fixture
def batch(as_role: Callable[[str], str]) -> int:
    """Post a batch of two payments."""
    with connected(as_role("t_operator")) as operator:
        number = create_batch(operator, LINES)
        assert post_batch(operator, number)["status"] == "posted"
    return number


def pay(ledger: Ledger, payer: str, payee: str, amount: int) -> int:
    return transfer(ledger, payer=payer, payee=payee, currency=CURRENCY, amount=amount).transaction


def test_a_part_of_a_transaction_is_reversed_by_one_statement(
    operator_ledger: Ledger, statements: Statements, ledger_url: str
) -> None:
    paid = pay(operator_ledger, "alice", "bob", 200)
    with statements.counted() as sent:
        done = reverse_transaction(operator_ledger, Reversal(paid, WHY, 50))
    assert len(sent) == 1
    assert (done.reverses, done.amount, done.lot) == (paid, 50, None)
    assert (done.part, done.left) == (1, 150)
    assert reverse_transaction(operator_ledger, Reversal(paid, WHY, 50), key=done.key) == done
    with connected(ledger_url) as admin:
        assert balances(admin) == {"alice": 850, "bob": 150, "carol": 0}
    rest = reverse_transaction(operator_ledger, Reversal(paid, WHY))
    assert (rest.amount, rest.part, rest.left) == (150, 2, 0)
    with pytest.raises(RefusedError) as refused:
        reverse_transaction(operator_ledger, Reversal(paid, WHY))
    assert refused.value.code == "reversal.repeated"


def test_a_grant_is_taken_back_from_its_own_lot_only(operator_ledger: Ledger) -> None:
    first = grant(operator_ledger, Grant("bob", CURRENCY, 100, "promo", datetime(2999, 1, 1, tzinfo=UTC)))
    grant(operator_ledger, Grant("bob", CURRENCY, 100, "other"))
    assert reverse_transaction(operator_ledger, Reversal(first.transaction, WHY, 40)).amount == 40
    with pytest.raises(RefusedError) as refused:
        reverse_transaction(operator_ledger, Reversal(first.transaction, "  "))
    assert refused.value.code == "reason.empty"


def test_a_batch_is_rehearsed_and_then_reversed_whole(
    operator_database: Database, operator_ledger: Ledger, statements: Statements, ledger_url: str, batch: int
) -> None:
    operator_database.session_facts()
    order = BatchReversal(batch, ReversalPolicy.ALL, WHY)
    with statements.counted() as sent:
        problems = reversal_problems(operator_database, batch)
    assert (len(sent), problems) == (1, ())
    with statements.counted() as sent:
        rehearsed = reverse_batch_rehearsal(operator_ledger, order)
    assert len(sent) == 2, "the real statement, and the balances inside its transaction"
    assert {one.username: (one.before, one.after, one.lines) for one in rehearsed.wallets} == {
        "alice": (100, 1_000, 2), "bob": (600, 0, 1), "carol": (300, 0, 1),
    }  # fmt: skip
    with connected(ledger_url) as admin:
        assert balances(admin) == {"alice": 100, "bob": 600, "carol": 300}
    with statements.counted() as sent:
        done = reverse_batch(operator_ledger, order)
    assert len(sent) == 1
    assert (done.lines, done.total, done.short, done.left) == (2, 900, 0, 0)
    assert reverse_batch(operator_ledger, order, key=done.key) == done
    with connected(ledger_url) as admin:
        assert balances(admin) == {"alice": 1_000, "bob": 0, "carol": 0}
    with pytest.raises(RefusedError, match="all of it was given back already, last by t_operator at"):
        reverse_batch(operator_ledger, order)
    with pytest.raises(RefusedError, match="all of it was given back already, last by t_operator at"):
        reverse_batch_rehearsal(operator_ledger, order)


def test_policy_all_takes_nothing_and_available_takes_what_is_there(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str, batch: int
) -> None:
    pay(operator_ledger, "bob", "@revenue", 450)
    (problem,) = reversal_problems(operator_database, batch)
    assert (problem.line, problem.username, problem.code) == (1, "bob", "funds.short")
    assert (problem.amount, problem.short) == (600, 450)
    with pytest.raises(RefusedError) as refused:
        reverse_batch(operator_ledger, BatchReversal(batch, ReversalPolicy.ALL, WHY))
    assert refused.value.code == "funds.short"
    done = reverse_batch(operator_ledger, BatchReversal(batch, ReversalPolicy.AVAILABLE, WHY))
    assert (done.lines, done.total, done.short) == (2, 450, 450)
    with connected(ledger_url) as admin:
        assert balances(admin) == {"alice": 550, "bob": 0, "carol": 0}
