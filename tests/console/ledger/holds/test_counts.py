"""The counts of the desk's views: one statement, by currency, and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.holds.counts import MOST, HoldCount, counts, waiting
from console.ledger.holds.page import View
from console.monitor.budgets import budget
from tests.cluster import connected
from tests.console.ledger.books.many_currencies import BTC, CR, add_currencies
from tests.models.writes import done, let_time_pass, release, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def holds(
    ledger_url: str,
    operator: Connection,
    admin: Connection,
    as_role: Callable[[str], str],
    open_accounts: Callable[..., None],
) -> None:
    """Make an old one, an overdue one, one of BTC, one of another operator and one that has ended."""
    add_currencies(ledger_url)
    for currency in (CR, BTC):
        open_accounts({"anna": 2**53 + 1_000}, currency.code)
    done(reserve(operator, "anna", 2**53 + 1, "old"))
    let_time_pass(admin, 25)
    done(reserve(operator, "anna", 20, "late", 1))
    let_time_pass(admin, 2)
    done(reserve(operator, "anna", 30, "btc", currency="BTC"))
    with connected(as_role("t_operator2")) as other:
        done(reserve(other, "anna", 40, "others"))
    done(reserve(operator, "anna", 50, "gone"))
    done(release(operator, "gone"))


def test_each_currency_for_itself_in_one_statement(
    operator_database: Database, statements: Statements
) -> None:
    operator_database.read("test", lambda _session: None)
    with statements.counted() as sent:
        found = counts(operator_database)
    assert len(sent) == budget("reservations.counts") == 1
    assert found.each == (
        HoldCount(BTC, active=1, amount=30, overdue=0, older=0, mine=1),
        HoldCount(CR, active=3, amount=2**53 + 61, overdue=1, older=1, mine=2),
    )
    assert not found.more
    assert found.of() == {View.ACTIVE: 4, View.OVERDUE: 1, View.OLDER: 1, View.MINE: 3}
    assert found.of("BTC") == {View.ACTIVE: 1, View.OVERDUE: 0, View.OLDER: 0, View.MINE: 1}
    assert found.of("JPY")[View.ACTIVE] == 0


def test_mine_are_those_of_who_asks(viewer: Database) -> None:
    assert counts(viewer).of()[View.MINE] == 0


def test_the_number_beside_the_screen_is_of_overdue_ones(viewer: Database, statements: Statements) -> None:
    with statements.counted() as sent:
        assert waiting(viewer) == 1
    assert len(sent) == budget("reservations.waiting") == 1


def test_of_more_than_the_bound_it_says_that_there_are_more(viewer: Database, ledger_url: str) -> None:
    with connected(ledger_url) as ledger:
        add_holds(ledger, MOST - 4)
        assert not counts(viewer).more
        add_holds(ledger, 500)
        found = counts(viewer)
        # No account holds that much: the books must be right again after the test.
        ledger.execute("DELETE FROM ledger.reservations WHERE reference LIKE 'many-%'")
    assert found.more
    assert found.of()[View.ACTIVE] == MOST + 1


def add_holds(ledger: Connection, count: int) -> None:
    """Put in active holds of a minor unit, past all rules."""
    ledger.execute("SET session_replication_role = replica")
    ledger.execute(
        "INSERT INTO ledger.reservations (wallet_id, amount, reference, currency) "
        "SELECT r.wallet_id, 1, 'many-' || gen_random_uuid(), 'CR' FROM ledger.reservations r "
        "CROSS JOIN generate_series(1, %s) WHERE r.reference = 'old'",
        [count],
    )
