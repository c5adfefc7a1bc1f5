"""What accounts may spend in each currency: grants and holds of one say nothing of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.balances.lookup import BalanceRow, lookup
from console.ledger.credits.breakdown import credits  # noqa: A004 - the ledger's word
from console.monitor.budgets import budget
from tests.console.ledger.books.many_currencies import BHD, BTC, CR, FOUR, JPY, add_currencies
from tests.models.writes import done, grant, let_time_pass, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def customers(
    ledger_url: str, admin: Connection, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    """Give anna money in all four, dead credit in JPY and living in BTC, and bert yen only."""
    add_currencies(ledger_url)
    for currency in FOUR:
        open_accounts({"anna": 100}, currency.code)
    open_accounts({"bert": 50}, "JPY")
    done(grant(operator, "anna", 9, 1, currency="JPY"))
    let_time_pass(admin, 2)
    done(grant(operator, "anna", 2**53 + 1, 1, currency="BTC"))
    done(reserve(operator, "anna", 30, "h-1", currency="BHD"))


def told(row: BalanceRow) -> tuple[object, ...]:
    return row.name, row.currency, row.granted, row.reserved, row.dead, row.available, row.transferable


def test_each_name_has_a_row_for_each_of_its_currencies(viewer: Database, statements: Statements) -> None:
    """In the order asked, then by code, by one statement."""
    with statements.counted() as sent:
        rows = lookup(viewer, ["bert", "anna", "nobody"])
    assert len(sent) == budget("balances.lookup") == 1
    granted = 2**53 + 1
    assert [told(row) for row in rows] == [
        ("bert", JPY, 0, 0, 0, 50, 50),
        ("anna", BHD, 0, 30, 0, 70, 70),
        ("anna", BTC, granted, 0, 0, 100 + granted, 100),
        ("anna", CR, 0, 0, 0, 100, 100),
        ("anna", JPY, 9, 0, 9, 100, 100),
        ("nobody", None, None, None, None, None, None),
    ]
    assert [row.position for row in rows] == [1, 2, 2, 2, 2, 3]


@pytest.mark.parametrize("currency", FOUR)
def test_one_currency_is_what_the_account_alone_says(viewer: Database, currency: object) -> None:
    """The list, the list of one currency and the account's own page agree."""
    code = getattr(currency, "code", "")
    (row,) = lookup(viewer, ["anna"], code)
    alone = credits(viewer, "anna", code)
    assert row.currency == alone.currency == currency
    assert told(row)[2:] == (
        alone.granted, alone.reserved, alone.dead, alone.available, alone.transferable,
    )  # fmt: skip
    assert row in [one for one in lookup(viewer, ["anna"]) if one.currency == currency]
    assert [hold.reference for hold in alone.holds] == (["h-1"] if currency == BHD else [])


def test_an_account_without_the_currency_is_not_found_in_it(viewer: Database) -> None:
    """It is as if nobody had the name."""
    rows = lookup(viewer, ["bert", "anna"], "CR")
    assert [(row.name, row.found, row.currency) for row in rows] == [
        ("bert", False, None),
        ("anna", True, CR),
    ]
