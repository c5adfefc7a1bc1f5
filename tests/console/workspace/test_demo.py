"""Demos of odd sizes: they add up to the last unit, are the same each time, and touch no ledger in use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from console.errors import RefusedError, UsageError
from console.workspace.demo import make_demo, plan
from console.workspace.migrate import migrate
from tests.bookkeeping import assert_adds_up, count, transfer
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

UNTIL: Final = datetime(2026, 5, 31, tzinfo=UTC)
TABLES: Final = (
    "users",
    "wallets",
    "transactions",
    "credit_lots",
    "lot_movements",
    "reservations",
    "checkpoints",
)


def digest(connection: Connection) -> dict[str, str]:
    """Return each table's content as one hash, without the clocks of what the demo only finds."""
    found = {}
    for table in TABLES:
        row = connection.execute(
            f"SELECT md5(coalesce(string_agg(line, ';' ORDER BY line), '')) FROM (SELECT "
            f"(to_jsonb(t) - 'taken_at' "
            f"- CASE to_jsonb(t) ->> 'kind' WHEN 'system' THEN 'created_at' ELSE '' END)::text AS line "
            f"FROM ledger.{table} t) lines".encode()
        ).fetchone()
        assert row is not None
        found[table] = str(row[0])
    return found


@pytest.mark.parametrize(
    ("users", "transactions"),
    [
        (2, 0), (2, 1), (2, 2), (2, 3), (2, 9), (2, 20_003), (3, 10), (3, 11), (10, 9), (10, 10),
            (10, 11), (10, 26),
        (10, 1_000), (1_001, 0), (1_001, 1), (1_001, 1_000), (1_001, 20_003),
    ],
)  # fmt: skip
def test_every_size_adds_up(ledger_url: str, users: int, transactions: int) -> None:
    seen = []
    make_demo(
        ledger_url, plan(users, transactions, UNTIL), progress=lambda done, total: seen.append((done, total))
    )
    with connected(ledger_url) as connection:
        assert count(connection, "users") == users + users % 2 + 5
        assert count(connection, "transactions") == transactions
        assert_adds_up(connection)
        late = connection.execute(
            "SELECT count(*) FROM ledger.transactions WHERE posted_at > %s", [UNTIL]
        ).fetchone()
        assert late == (0,)
        # The ledger goes on from there: new ids follow, and the checkpoint stands.
        connection.execute(
            "SELECT ledger.open_account(gen_random_uuid(), 'visitor', 'CR', p_reason => 'a test')"
        )
        for source, target in (("@external", "visitor"), ("visitor", "@revenue")):
            assert transfer(connection, source, target, 1)["status"] == "posted"
        assert_adds_up(connection)
    assert seen == ([(transactions, transactions)] if transactions else [])


def test_the_same_arguments_give_the_same_ledger(ledger_url: str, database_url: str) -> None:
    migrate(database_url)
    for url in (ledger_url, database_url):
        make_demo(url, plan(50, 3_001, UNTIL))
    with connected(ledger_url) as one, connected(database_url) as other:
        assert digest(one) == digest(other)
        assert digest(one)["transactions"] != digest(one)["users"]


def test_no_ledger_in_use_is_touched(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100})
    with connected(ledger_url) as connection:
        before = digest(connection)
        with pytest.raises(RefusedError) as raised:
            make_demo(ledger_url, plan(10, 100, UNTIL))
        assert raised.value.code == "demo.not_empty"
        assert digest(connection) == before


def test_a_second_demo_is_refused(ledger_url: str) -> None:
    make_demo(ledger_url, plan(10, 100, UNTIL))
    with connected(ledger_url) as connection:
        before = digest(connection)
        with pytest.raises(RefusedError):
            make_demo(ledger_url, plan(10, 100, UNTIL))
        assert digest(connection) == before


def test_customers_without_transactions_are_in_use_too(
    ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"amelie.roth": 0})
    with pytest.raises(RefusedError):
        make_demo(ledger_url, plan(10, 100, UNTIL))
    with connected(ledger_url) as connection:
        assert count(connection, "users") == 6


def test_a_demo_cut_short_leaves_nothing(ledger_url: str) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with connected(ledger_url) as connection:
        before = digest(connection)
        with pytest.raises(KeyboardInterrupt):
            make_demo(ledger_url, plan(10, 100, UNTIL), progress=stop)
        assert digest(connection) == before
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'transactions'"
        ).fetchone()
        assert indexes is not None
        assert indexes[0] >= 8


def test_indexes_are_the_same_afterwards(ledger_url: str) -> None:
    question = (
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'ledger' UNION ALL "
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = "
        "'ledger.transactions'::regclass "
        "ORDER BY 1"
    )
    with connected(ledger_url) as connection:
        before = connection.execute(question).fetchall()
        make_demo(ledger_url, plan(10, 100, UNTIL))
        assert connection.execute(question).fetchall() == before


@pytest.mark.parametrize(
    ("users", "transactions"), [(1, 10), (0, 0), (-4, 10), (10, -1), (10, 10**12), (10**9, 1)]
)
def test_impossible_sizes_are_refused(users: int, transactions: int) -> None:
    with pytest.raises(UsageError):
        plan(users, transactions, UNTIL)
