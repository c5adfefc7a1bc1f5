"""An account stands in the list once for each of its currencies, or for the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.errors import UsageError
from console.ledger.accounts.detail import account
from console.ledger.accounts.page import AccountFilter, Cursor, page
from console.monitor.budgets import budget
from console.postgres.page import Direction
from models.account import AccountStatus
from tests.bookkeeping import transfer
from tests.console.ledger.books.many_currencies import BHD, BIG, BTC, CR, FOUR, JPY, add_currencies
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.accounts.page import AccountRow
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

ALL = [("anna", BHD), ("anna", BTC), ("anna", CR), ("anna", JPY), ("bert", CR), ("bert", JPY), ("carla", BTC)]


@pytest.fixture(autouse=True)
def customers(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url)
    for currency in FOUR:
        open_accounts({name: 5 for name, has in ALL if has == currency}, currency.code)


def told(rows: tuple[AccountRow, ...]) -> list[tuple[str, object]]:
    return [(row.username, row.currency) for row in rows]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("currency", ["", "BTC", "CR"])
def test_pages_meet_at_their_edges_also_within_an_account(
    viewer: Database, statements: Statements, currency: str, limit: int
) -> None:
    """No wallet is left out or comes twice where a page ends between two of one account."""
    wanted = AccountFilter(currency=currency)
    expected = [one for one in ALL if currency in {"", one[1].code}]
    for direction in Direction:
        seen: list[list[tuple[str, object]]] = []
        cursor = None
        while True:
            with statements.counted() as sent:
                found = page(viewer, wanted, direction=direction, cursor=cursor, limit=limit)
            assert len(sent) == budget("accounts.page") == 1
            seen.append(told(found.rows))
            forward = direction is Direction.AFTER
            if not (found.more_after if forward else found.more_before):
                break
            cursor = Cursor.of(found.rows[-1 if forward else 0])
        pages = seen if direction is Direction.AFTER else seen[::-1]
        assert [row for rows in pages for row in rows] == expected


def test_a_row_has_the_money_and_the_last_movement_of_its_own_wallet(
    viewer: Database, operator: Connection
) -> None:
    """What moves in one currency changes nothing in the row of another."""
    before = {row.currency: row for row in page(viewer, AccountFilter(prefix="anna")).rows}
    done(transfer(operator, "@external", "anna", 2**53 - 4, currency="BTC"))
    after = {row.currency: row for row in page(viewer, AccountFilter(prefix="anna")).rows}
    assert after[BTC].balance == 2**53 + 1
    moved, still = after[BTC].last_activity, before[BTC].last_activity
    assert moved is not None
    assert still is not None
    assert moved > still
    assert {money: row for money, row in after.items() if money != BTC} == {
        money: row for money, row in before.items() if money != BTC
    }


def test_amounts_are_exact_in_each_currency(viewer: Database, open_accounts: Callable[..., None]) -> None:
    """The largest amounts come through with their own decimals."""
    for currency in FOUR:
        open_accounts({f"x-{name}": amount for name, amount in BIG.items()}, currency.code)
    found = page(viewer, AccountFilter(prefix="x-")).rows
    assert {(row.username, row.currency): row.balance for row in found} == {
        (f"x-{name}", currency): amount for name, amount in BIG.items() for currency in FOUR
    }


def test_prefix_status_and_currency_narrow_together(viewer: Database, operator: Connection) -> None:
    """A frozen account is frozen in all of its currencies."""
    done(write(operator, "set_account_status", "bert", "frozen", REASON))
    frozen = AccountFilter(status=AccountStatus.FROZEN)
    assert told(page(viewer, frozen).rows) == [("bert", CR), ("bert", JPY)]
    both = AccountFilter(status=AccountStatus.FROZEN, currency="JPY")
    assert told(page(viewer, both).rows) == [("bert", JPY)]
    assert told(page(viewer, AccountFilter(prefix="an", currency="BHD")).rows) == [("anna", BHD)]
    assert told(page(viewer, AccountFilter(prefix="c", currency="CR")).rows) == []


def test_an_account_is_looked_at_in_one_currency(viewer: Database) -> None:
    """Its history is that of the wallet; a currency that it has not is said to be unknown."""
    found = account(viewer, "anna", "JPY")
    assert (found.credits.currency, found.credits.balance) == (JPY, 5)
    assert [(row.currency, row.amount) for row in found.statement.rows] == [(JPY, 5)]
    with pytest.raises(UsageError, match="no account 'carla' in CR"):
        account(viewer, "carla", "CR")
