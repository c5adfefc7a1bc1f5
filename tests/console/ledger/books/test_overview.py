"""The whole ledger at a glance: each figure of a ledger made by hand, in one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from psycopg.types.json import Jsonb

from console.ledger.books.overview import CurrencyOverview, Tally, overview
from console.monitor.budgets import budget
from console.workspace.demo import make_demo, plan
from models.account import AccountStatus
from models.batch import BatchStatus
from models.transaction import TransactionKind
from tests.bookkeeping import Line, create_batch, post_batch, transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, done, grant, let_time_pass, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

LONG_AGO: Final = datetime(2025, 5, 31, tzinfo=UTC)


@pytest.fixture
def two_currencies(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Make some of everything in CR, and a little in EUR."""
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 1_000, "bob": 500, "carol": 0})
    open_accounts({"dora": 9}, "EUR")
    done(transfer(operator, "alice", "bob", 100))
    done(grant(operator, "alice", 60, 1))
    done(grant(operator, "bob", 7, 100))
    done(grant(operator, "bob", 8, 24 * 365))
    done(reserve(operator, "bob", 20, "late", 1))
    done(reserve(operator, "bob", 30, "open"))
    let_time_pass(admin, 2)
    done(write(operator, "set_account_status", "carol", "frozen", REASON))
    create_batch(operator, [Line(1, "alice", "bob", 5, "b-1")])
    posted = create_batch(operator, [Line(1, "alice", "bob", 5, "b-2"), Line(2, "bob", "alice", 2, "b-3")])
    done(post_batch(operator, posted))


@pytest.mark.usefixtures("two_currencies")
def test_every_figure_by_currency(viewer: Database, statements: Statements) -> None:
    with statements.counted() as sent:
        found = overview(viewer)
    assert len(sent) == budget("overview.load") == 1
    credit, euro = found.currencies
    assert (credit.currency, credit.exponent) == (CURRENCY, 2)
    assert credit.accounts == {AccountStatus.ACTIVE: Tally(2, 1_575), AccountStatus.FROZEN: Tally(1, 0)}
    assert (credit.balance, credit.granted, credit.reserved) == (1_575, 75, 50)
    assert credit.today == {
        TransactionKind.DEPOSIT: Tally(2, 1_500),
        TransactionKind.TRANSFER: Tally(3, 107),
        TransactionKind.GRANT: Tally(3, 75),
    }
    assert credit.batches == {BatchStatus.DRAFT: Tally(1, 0), BatchStatus.POSTED: Tally(1, 7)}
    assert (credit.holds, credit.holds_past_due) == (Tally(2, 50), Tally(1, 20))
    assert (credit.lots_expiring, credit.lots_expired) == (Tally(1, 7), Tally(1, 60))
    assert credit.approvals == Tally()
    assert euro == CurrencyOverview(
        "EUR", 2, accounts={AccountStatus.ACTIVE: Tally(1, 9)}, today={TransactionKind.DEPOSIT: Tally(1, 9)}
    )
    assert abs((datetime.now(UTC) - found.at).total_seconds()) < 60


def test_what_waits_for_a_second_pair_of_eyes(
    viewer: Database, operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    admin.execute(
        "INSERT INTO ledger.approval_rules (kind, currency, from_amount, approvals)"
        " VALUES ('transfer', %s, 500, 1)",
        [CURRENCY],
    )
    request = Jsonb({
        "from": "alice", "to": "bob", "currency": CURRENCY, "amount": 600, "reference": None,
        "description": "", "effective_at": None,
    })  # fmt: skip
    assert done(write(operator, "submit_request", "transfer", request, REASON))["status"] == "submitted"
    (credit,) = overview(viewer).currencies
    assert credit.approvals == Tally(1, 600)


def test_today_is_only_today(viewer: Database, operator: Connection, ledger_url: str) -> None:
    make_demo(ledger_url, plan(100, 2_000, LONG_AGO))
    (before,) = overview(viewer).currencies
    assert (before.today, before.accounts[AccountStatus.ACTIVE].count) == ({}, 100)
    (name,) = operator.execute(
        "SELECT username FROM ledger.users WHERE kind = 'customer' LIMIT 1"
    ).fetchone() or ("",)
    done(transfer(operator, "@external", name, 12))
    (after,) = overview(viewer).currencies
    assert after.today == {TransactionKind.DEPOSIT: Tally(1, 12)}
    assert after.balance == before.balance + 12


def test_an_empty_ledger_has_its_currency_and_nothing_else(viewer: Database) -> None:
    assert overview(viewer).currencies == (CurrencyOverview(CURRENCY, 2),)
