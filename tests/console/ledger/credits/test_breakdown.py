"""What an account may spend: every figure of a ledger made by hand, and one statement however large it is."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from console.errors import UsageError
from console.ledger.balances.lookup import BalanceRow, lookup
from console.ledger.credits.breakdown import EXPIRING_DAYS, Lot, credits  # noqa: A004 - the ledger's word
from console.monitor.budgets import budget
from models.account import AccountStatus
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, done, grant, let_time_pass, refused, reserve, sweep, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def five_lots(operator: Connection, admin: Connection) -> None:
    """Give alice two expired lots under an older hold, one that expires soon, one later, one never."""
    done(grant(operator, "alice", 20, 1, source="first"))
    done(grant(operator, "alice", 40, 1.5, source="second"))
    done(reserve(operator, "alice", 30, "h-1"))
    let_time_pass(admin, 2)
    done(grant(operator, "alice", 5, source="never"))
    done(grant(operator, "alice", 50, 24 * (EXPIRING_DAYS + 1), source="later"))
    done(grant(operator, "alice", 21, 48, source="soon"))


def covers(lots: tuple[Lot, ...]) -> list[tuple[str, int, int, int]]:
    return [(lot.source, lot.remaining, lot.covered, lot.dead) for lot in lots]


@pytest.mark.usefixtures("five_lots")
def test_every_figure_of_an_account(viewer: Database) -> None:
    found = credits(viewer, " ALICE ", CURRENCY)
    assert (found.username, found.currency.code, found.status) == ("alice", CURRENCY, AccountStatus.ACTIVE)
    assert (found.balance, found.granted, found.reserved, found.dead) == (1_136, 136, 30, 30)
    assert (found.available, found.transferable, found.overdraft_limit) == (1_076, 1_000, 0)
    assert covers(found.lots) == [
        ("first", 20, 20, 0),
        ("second", 40, 10, 30),
        ("soon", 21, 0, 0),
        ("later", 50, 0, 0),
        ("never", 5, 0, 0),
    ]
    assert [(hold.reference, hold.amount, hold.created_by, hold.past_due) for hold in found.holds] == [
        ("h-1", 30, "t_operator", False)
    ]
    assert (found.expiring, found.first_expiry) == (21, found.lots[2].expires_at)
    first, *_rest, last = found.lots
    assert last.expires_at is None
    assert first.expires_at is not None
    assert timedelta(minutes=59) < datetime.now(UTC) - first.expires_at < timedelta(minutes=65)


@pytest.mark.usefixtures("five_lots")
def test_available_and_transferable_are_what_the_ledger_grants(
    viewer: Database, operator: Connection
) -> None:
    found = credits(viewer, "alice", CURRENCY)
    assert found.available is not None
    assert found.transferable is not None
    assert refused(transfer(operator, "alice", "bob", found.transferable + 1)) == "funds.short"
    assert refused(reserve(operator, "alice", found.available + 1, "h-2")) == "funds.short"
    assert done(reserve(operator, "alice", found.available, "h-2"))["available"] == 0
    after = credits(viewer, "alice", CURRENCY)
    assert (after.available, after.dead, after.reserved) == (0, 0, found.available + 30)


@pytest.mark.usefixtures("five_lots")
def test_a_sweep_takes_exactly_what_was_said_to_be_dead(viewer: Database, operator: Connection) -> None:
    before = credits(viewer, "alice", CURRENCY)
    assert done(sweep(operator))["amounts"] == {"CR": str(before.dead)}
    after = credits(viewer, "alice", CURRENCY)
    assert (after.balance, after.dead, after.available) == (before.balance - 30, 0, before.available)
    assert covers(after.lots)[:3] == [("first", 20, 20, 0), ("second", 10, 10, 0), ("soon", 21, 0, 0)]


@pytest.mark.usefixtures("five_lots")
def test_holds_cover_the_living_lots_after_the_expired_ones(viewer: Database, operator: Connection) -> None:
    done(reserve(operator, "alice", 50, "h-2"))
    found = credits(viewer, "alice", CURRENCY)
    assert covers(found.lots) == [
        ("first", 20, 20, 0),
        ("second", 10, 10, 0),
        ("soon", 21, 21, 0),
        ("later", 50, 29, 0),
        ("never", 5, 0, 0),
    ]
    assert [hold.reference for hold in found.holds] == ["h-1", "h-2"]


def test_a_hold_past_its_time_says_so(viewer: Database, operator: Connection, admin: Connection) -> None:
    done(reserve(operator, "alice", 10, "late", 1))
    done(reserve(operator, "alice", 10, "open", 3))
    let_time_pass(admin, 2)
    found = credits(viewer, "alice", CURRENCY)
    assert [(hold.reference, hold.past_due) for hold in found.holds] == [("late", True), ("open", False)]


def test_an_overdraft_limit_counts_as_room(viewer: Database, operator: Connection) -> None:
    done(write(operator, "set_overdraft_limit", "bob", CURRENCY, 70, REASON))
    found = credits(viewer, "bob", CURRENCY)
    assert (found.balance, found.available, found.transferable, found.overdraft_limit) == (0, 70, 70, 70)


def test_a_system_account_is_never_short(viewer: Database, operator: Connection) -> None:
    done(grant(operator, "bob", 7))
    found = credits(viewer, "@issuance", CURRENCY)
    assert (found.balance, found.available, found.transferable, found.overdraft_limit) == (
        -7,
        None,
        None,
        None,
    )
    assert (found.lots, found.holds) == ((), ())


@pytest.mark.parametrize(("name", "currency"), [("nobody", CURRENCY), ("alice", "EUR")])
def test_an_unknown_account_is_said_to_be_unknown(viewer: Database, name: str, currency: str) -> None:
    with pytest.raises(UsageError, match=f"no account '{name}' in {currency}"):
        credits(viewer, name, currency)
    (row,) = lookup(viewer, [name], currency)
    assert row == BalanceRow(1, name, False, "", *([None] * 8))


@pytest.mark.parametrize("lots", [1, 300])
def test_one_statement_over_any_number_of_lots(
    viewer: Database, operator: Connection, statements: Statements, lots: int
) -> None:
    operator.execute(
        "SELECT ledger.grant_credit(gen_random_uuid(), 'alice', %s, 1, 'promo', now() + n * interval '1 h')"
        " FROM generate_series(1, %s) n",
        [CURRENCY, lots],
    )
    with statements.counted() as sent:
        found = credits(viewer, "alice", CURRENCY)
    assert len(sent) == budget("credits.breakdown") == 1
    assert (len(found.lots), found.granted) == (lots, lots)


@pytest.mark.usefixtures("five_lots")
def test_many_at_once_say_what_each_says_alone(viewer: Database, operator: Connection) -> None:
    done(grant(operator, "bob", 9, 1))
    done(reserve(operator, "bob", 1, "b-1"))
    asked = ["bob", "nobody", "alice", "@issuance", " Bob"]
    rows = lookup(viewer, asked, CURRENCY)
    assert [(row.position, row.name, row.found) for row in rows] == [
        (1, "bob", True),
        (2, "nobody", False),
        (3, "alice", True),
        (4, "@issuance", True),
        (5, "bob", True),
    ]
    same = [field.name for field in fields(BalanceRow) if field.name not in {"position", "name", "found"}]
    for row in rows:
        if row.found:
            alone = credits(viewer, row.name, CURRENCY)
            assert [getattr(row, name) for name in same] == [getattr(alone, name) for name in same]
    assert (rows[2].dead, rows[2].available) == (30, 1_076)


@pytest.mark.parametrize("count", [3, 5_000])
def test_one_statement_for_any_number_of_names(viewer: Database, statements: Statements, count: int) -> None:
    names = ["alice", *(f"nobody{number}" for number in range(count))]
    with statements.counted() as sent:
        rows = lookup(viewer, names, CURRENCY)
    assert len(sent) == budget("balances.lookup") == 1
    assert [row.found for row in rows] == [True] + [False] * count
