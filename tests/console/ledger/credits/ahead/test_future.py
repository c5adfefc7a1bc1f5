"""Balances at a moment to come, beside what sweeps really do when it has come."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from console.errors import UsageError
from console.ledger.credits.ahead.future import LedgerFuture, of_account, of_all
from console.money import Currency
from console.monitor.budgets import budget
from tests.cluster import CURRENCY
from tests.console.ledger.books.many_currencies import BHD, JPY, add_currencies
from tests.console.ledger.credits.granted import until
from tests.models.writes import done, grant, let_time_pass, lots, reserve, soon, sweep, wallet, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

CR = Currency(CURRENCY, 2)


@pytest.fixture(autouse=True)
def customers(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url)
    open_accounts({"alice": 1_000, "bob": 0, "carol": 50})
    open_accounts({"alice": 5}, "JPY")
    open_accounts({"alice": 7}, "BHD")


def dead(admin: Connection, at: datetime) -> dict[int, int]:
    """Return what ledger.dead_lots says of all wallets at a moment."""
    rows = admin.execute(
        "SELECT d.lot_id, d.dead FROM ledger.dead_lots(ARRAY(SELECT w.id FROM ledger.wallets w), %s) d", [at]
    )
    return dict(rows.fetchall())


def test_lot_by_lot_under_the_holds_that_are_still_there(
    viewer: Database, operator: Connection, statements: Statements
) -> None:
    first = until(operator, "alice", 20, soon(1))
    done(reserve(operator, "alice", 30, "ends", 3))
    done(reserve(operator, "alice", 25, "stays"))
    second = until(operator, "alice", 40, soon(2))
    until(operator, "alice", 60, soon(9))
    with statements.counted() as sent:
        found = of_account(viewer, " Alice ", CURRENCY, soon(2.5))
    assert len(sent) == budget("account.future") == 1
    assert [(lot.id, lot.remaining, lot.gone) for lot in found.lots] == [(first, 20, 0), (second, 40, 5)]
    assert (found.balance, found.granted, found.reserved) == (1_120, 120, 55)
    assert (found.gone, found.balance_then, found.granted_then) == (5, 1_115, 115)
    assert (found.holds, found.released, found.reserved_then, found.available_then) == (0, 0, 55, 1_060)
    later = of_account(viewer, "alice", CURRENCY, soon(4))
    assert [(lot.id, lot.gone) for lot in later.lots] == [(first, 0), (second, 35)]
    assert (later.holds, later.released, later.reserved_then, later.available_then) == (1, 30, 25, 1_060)


def test_while_no_hold_ends_it_is_what_dead_lots_says(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    dice = random.Random(3)  # noqa: S311 - made data
    for number in range(60):
        name = dice.choice(["alice", "bob", "carol"])
        done(grant(operator, name, dice.randrange(1, 50), dice.randrange(1, 100), source=f"s{number}"))
        if number % 7 == 0:
            done(reserve(operator, name, dice.randrange(1, 40), f"h-{number}"))
            let_time_pass(admin, 3)
    at = soon(40)
    expected = dead(admin, at)
    found = [lot for name in ("alice", "bob", "carol") for lot in of_account(viewer, name, CURRENCY, at).lots]
    assert {lot.id: lot.gone for lot in found if lot.gone} == expected
    whole = of_all(viewer, CURRENCY, at)
    assert whole.gone == sum(expected.values()) > 0
    assert whole.kept == sum(lot.remaining - lot.gone for lot in found) > 0


def test_a_hold_made_after_an_end_keeps_nothing_of_that_credit(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    """No write lets one be made over expired credit but under another hold, which keeps it."""
    done(grant(operator, "alice", 20, 1))
    done(reserve(operator, "alice", 15, "before", 4))
    let_time_pass(admin, 2)
    done(reserve(operator, "alice", 100, "after"))
    found = of_account(viewer, "alice", CURRENCY, soon(3))
    assert [(lot.remaining, lot.gone) for lot in found.lots] in ([(15, 15)], [(20, 20)])
    assert (found.released, found.reserved_then) == (15, 100)


def test_two_real_sweeps_come_to_what_was_said(
    viewer: Database, operator: Connection, statements: Statements
) -> None:
    """The first while a hold still covers what the second ends."""
    start = datetime.now(UTC)
    until(operator, "alice", 10, start + timedelta(seconds=1), source="first")
    done(write(operator, "reserve", "alice", CURRENCY, 12, "short", start + timedelta(seconds=2)))
    done(reserve(operator, "alice", 8, "long"))
    until(operator, "alice", 30, start + timedelta(seconds=1.2), source="second")
    until(operator, "alice", 5, start + timedelta(seconds=900), source="later")
    until(operator, "bob", 4, start + timedelta(seconds=1.1))
    at = start + timedelta(seconds=2.1)
    with statements.counted() as sent:
        said, whole = of_account(viewer, "alice", CURRENCY, at), of_all(viewer, CURRENCY, at)
    assert len(sent) == budget("account.future") == 1 or len(sent) == 2
    assert said.gone == 32
    _until(start + timedelta(seconds=1.5))
    assert done(sweep(operator))["amounts"] == {CURRENCY: "24"}
    _until(at)
    assert done(sweep(operator))["amounts"] == {CURRENCY: "12"}
    assert wallet(operator, "alice") == (said.balance_then, said.granted_then, said.reserved_then)
    assert lots(operator, "alice") == [
        lot.remaining - lot.gone for lot in said.lots if lot.remaining > lot.gone
    ] + [5]
    now = of_all(viewer, CURRENCY, soon(0.01))
    assert (now.balance, now.granted, now.reserved) == (
        whole.balance_then, whole.granted_then, whole.reserved_then,
    )  # fmt: skip
    assert whole.gone == 36


def _until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def test_all_accounts_of_one_currency(viewer: Database, operator: Connection, statements: Statements) -> None:
    until(operator, "alice", 9, soon(1), currency="JPY")
    until(operator, "bob", 7, soon(1))
    done(reserve(operator, "alice", 6, "h-1", 1, currency="JPY"))
    with statements.counted() as sent:
        found = of_all(viewer, "JPY", soon(2))
    assert len(sent) == budget("ledger.future") == 1
    assert found == LedgerFuture(
        JPY,
        found.at,
        accounts=1,
        balance=14,
        granted=9,
        reserved=6,
        credits=1,
        ending=9,
        kept=0,
        holds=1,
        released=6,
    )
    assert (found.balance_then, found.granted_then, found.reserved_then) == (5, 0, 0)
    cr = of_all(viewer, CURRENCY, soon(2))
    assert (cr.currency, cr.accounts, cr.gone) == (CR, 3, 7)
    assert of_account(viewer, "alice", "BHD", soon(2)).currency == BHD


@pytest.mark.parametrize(
    ("name", "currency", "hours", "words"),
    [
        ("nobody", CURRENCY, 1, "no account 'nobody' in CR"),
        ("alice", "EUR", 1, "no account 'alice' in EUR"),
        ("@issuance", CURRENCY, 1, "a system account"),
        ("alice", CURRENCY, -1, "is past"),
    ],
)
def test_what_cannot_be_said(viewer: Database, name: str, currency: str, hours: float, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        of_account(viewer, name, currency, soon(hours))


@pytest.mark.parametrize(
    ("currency", "hours", "words"), [("EUR", 1, "no currency 'EUR'"), (CURRENCY, -1, "is past")]
)
def test_what_cannot_be_said_of_all(viewer: Database, currency: str, hours: float, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        of_all(viewer, currency, soon(hours))


def test_an_overdraft_is_part_of_what_is_available(viewer: Database, operator: Connection) -> None:
    done(write(operator, "set_overdraft_limit", "bob", CURRENCY, 70, "for a test"))
    found: Any = of_account(viewer, "bob", CURRENCY, soon(1))
    assert (found.available_then, found.lots, found.gone) == (70, (), 0)
