"""A user's transactions are those of all wallets, or of the one in the currency that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.transactions.page import (
    Cursor,
    TransactionFilter,
    TransactionRow,
    count,
    page,
    page_statement,
)
from console.monitor.budgets import budget
from console.postgres.page import Direction, Order
from tests.cluster import connected
from tests.console.ledger.books.many_currencies import (
    BIG,
    BTC,
    CR,
    FOUR,
    JPY,
    add_currencies,
    insert_movements,
)
from tests.console.ledger.transactions.plans import reads, rows_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.conftest import Statements

ALICE = TransactionFilter(user="alice")


@pytest.fixture
def movements(ledger_url: str, open_accounts: Callable[..., None]) -> list[tuple[str, int]]:
    """Pay 21 amounts to alice and 4 to bob, in turn in each currency; return alice's, oldest first."""
    add_currencies(ledger_url)
    for place, currency in enumerate(FOUR):
        open_accounts({"alice": 100 + place, "bob": 1}, currency.code)
    made = [(currency.code, 100 + place) for place, currency in enumerate(FOUR)]
    with connected(ledger_url) as admin:
        for number in range(17):
            code = FOUR[number % 4].code
            admin.execute(
                "SELECT ledger.transfer(gen_random_uuid(), '@external', 'alice', %s, %s)", [code, number + 1]
            )
            made.append((code, number + 1))
    return made


def told(row: TransactionRow) -> tuple[str, int]:
    return row.currency.code, row.amount


def walked(
    database: Database, wanted: TransactionFilter, order: Order, direction: Direction
) -> list[tuple[str, int]]:
    """Go through the whole list by pages of four, as told from its beginning."""
    pages: list[list[tuple[str, int]]] = []
    cursor = None
    while True:
        found = page(database, wanted, order=order, direction=direction, cursor=cursor, limit=4)
        assert len(found.rows) <= 4
        pages.append([told(row) for row in found.rows])
        after = direction is Direction.AFTER
        assert (found.more_before if after else found.more_after) == (cursor is not None)
        if not (found.more_after if after else found.more_before):
            break
        assert len(found.rows) == 4
        cursor = Cursor.of(found.rows[-1 if after else 0])
    return [row for rows in (pages if direction is Direction.AFTER else reversed(pages)) for row in rows]


def test_the_currency_says_which_wallet(
    operator_database: Database, ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    """With a currency, only the movements of the wallet in it; without one, those of every wallet."""
    with connected(ledger_url) as admin:
        admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"alice": 100})
    open_accounts({"alice": 7}, "EUR")
    for currency, amounts in (("CR", [100]), ("EUR", [7]), ("", [7, 100])):
        found = page(operator_database, TransactionFilter(user="alice", currency=currency), limit=10)
        assert [row.amount for row in found.rows] == amounts


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("order", list(Order))
def test_a_users_pages_meet_at_their_edges_over_all_wallets(
    operator_database: Database, movements: list[tuple[str, int]], order: Order, direction: Direction
) -> None:
    """The wallets' movements come as one list in the order of time, none twice and none left out."""
    expected = movements if order is Order.OLDEST else movements[::-1]
    assert walked(operator_database, ALICE, order, direction) == expected
    for currency in FOUR:
        wanted = TransactionFilter(user="alice", currency=currency.code)
        found = walked(operator_database, wanted, order, direction)
        assert found == [one for one in expected if one[0] == currency.code]


def test_a_page_of_all_wallets_is_one_statement_and_its_edge_is_seen_from_both_sides(
    operator_database: Database, movements: list[tuple[str, int]], statements: Statements
) -> None:
    """What lies before the second page is the first, whatever wallets its rows are of."""
    operator_database.session_facts()  # a first connection asks the server who it is
    with statements.counted() as sent:
        first = page(operator_database, ALICE, limit=5)
    assert len(sent) == budget("transactions.page") == 1
    second = page(operator_database, ALICE, cursor=Cursor.of(first.rows[-1]), limit=5)
    back = page(
        operator_database, ALICE, cursor=Cursor.of(second.rows[0]), direction=Direction.BEFORE, limit=5
    )
    assert back.rows == first.rows
    assert {row.currency.code for row in first.rows} == {one.code for one in FOUR}


def test_a_count_agrees_with_the_pages(operator_database: Database, movements: list[tuple[str, int]]) -> None:
    """Counting and listing mean the same rows, with and without user and currency."""
    assert count(operator_database, ALICE) == len(movements) == 21
    assert count(operator_database, TransactionFilter()) == 25
    for currency in FOUR:
        of_alice = sum(code == currency.code for code, _amount in movements)
        wanted = TransactionFilter(user="alice", currency=currency.code)
        assert count(operator_database, wanted) == of_alice
        everyones = TransactionFilter(currency=currency.code)
        assert count(operator_database, everyones) == of_alice + 1
        assert len(page(operator_database, everyones).rows) == of_alice + 1


def test_a_currency_without_a_user_is_everybodys(
    operator_database: Database, movements: list[tuple[str, int]]
) -> None:
    """A list of one currency has all accounts' movements in it and nothing else."""
    found = page(operator_database, TransactionFilter(currency="BTC"), order=Order.OLDEST)
    assert {row.currency for row in found.rows} == {BTC}
    assert [row.to_username for row in found.rows[:2]] == ["alice", "bob"]
    assert [row.amount for row in found.rows] == [102, 1, 3, 7, 11, 15]
    assert page(operator_database, TransactionFilter(currency="EUR")).rows == ()


def test_amounts_come_through_exactly_each_with_its_own_decimals(
    operator_database: Database, ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    """No amount is rounded on its way, also above what a float holds, and none gets others' decimals."""
    add_currencies(ledger_url)
    for currency in FOUR:
        open_accounts(BIG, currency.code)
    rows = page(operator_database, TransactionFilter(), order=Order.OLDEST).rows
    assert [(row.currency, row.to_username, row.amount, row.to_balance_after) for row in rows] == [
        (currency, name, amount, amount) for currency in FOUR for name, amount in BIG.items()
    ]
    assert all(type(row.amount) is int for row in rows)


def test_amounts_are_compared_within_a_currency_only(
    operator_database: Database, movements: list[tuple[str, int]]
) -> None:
    """Limits of an amount mean nothing without a currency, and with one only its movements."""
    with pytest.raises(ValueError, match="amounts are of a currency"):
        TransactionFilter(amount_min=1)
    with pytest.raises(ValueError, match="amounts are of a currency"):
        TransactionFilter(user="alice", amount_max=1)
    wanted = TransactionFilter(user="alice", currency="JPY", amount_min=6, amount_max=14)
    found = page(operator_database, wanted, order=Order.OLDEST).rows
    assert [(row.currency, row.amount) for row in found] == [(JPY, 6), (JPY, 10), (JPY, 14)]
    assert count(operator_database, wanted) == 3


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("deep", [False, True])
def test_a_page_of_a_rare_currency_is_a_walk_along_its_index(
    operator_database: Database,
    ledger_url: str,
    open_accounts: Callable[..., None],
    *,
    descending: bool,
    deep: bool,
) -> None:
    """A currency that hardly anybody uses is found without reading the others' movements."""
    add_currencies(ledger_url)
    open_accounts({"alice": 0, "bob": 0})
    open_accounts({"alice": 0, "bob": 0}, "BTC")
    insert_movements(ledger_url, _mostly_credits(60_000, every=500))
    middle = page(operator_database, TransactionFilter(currency="BTC"), limit=60).rows[-1]
    cursor = Cursor.of(middle) if deep else None
    for currency, most_read in ((BTC, 51), (CR, 60)):
        statement, values = page_statement(
            TransactionFilter(currency=currency.code), descending=descending, cursor=cursor, limit=51
        )
        read = reads(ledger_url, statement, values)
        assert sum(rows_read(node) for node in read) <= most_read
        if currency is BTC:
            assert [node["Index Name"] for node in read] == ["transactions_currency_idx"]


def _mostly_credits(rows: int, every: int) -> str:
    """Select as many movements between alice and bob, one in so many in BTC, the others in CR."""
    return f"""
        SELECT timestamptz '2026-01-01 00:00+00' + n * interval '1 second', f.id, s.id, n,
            'r-' || n, money.code
        FROM generate_series(1, {rows}) n
        CROSS JOIN LATERAL (SELECT CASE WHEN n % {every} = 0 THEN 'BTC' ELSE 'CR' END AS code) money
        JOIN ledger.wallets f ON f.currency = money.code
        JOIN ledger.users a ON a.id = f.user_id AND a.username = 'alice'
        JOIN ledger.wallets s ON s.currency = money.code
        JOIN ledger.users b ON b.id = s.user_id AND b.username = 'bob'"""
