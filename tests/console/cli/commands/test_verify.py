"""A ledger that adds up passes, and each way of not adding up is found and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.audit.verify.questions import CHECKS, verify
from console.workspace.demo import make_demo, plan
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.console.cli.conftest import Run

# What only a superuser with the guards off can do to a ledger, and the checks that must find it.
HARM = {
    "UPDATE ledger.wallets SET balance = balance + 7 WHERE id = (SELECT max(id) FROM ledger.wallets)": {
        "currency.zero", "wallet.movements", "wallet.last",
    },
    "UPDATE ledger.transactions SET amount = amount + 1 WHERE id = 100": {
        "movement.balance", "wallet.movements",
    },
    "UPDATE ledger.transactions SET to_balance_after = 1, from_balance_after = 1"
    " WHERE id = (SELECT max(id) FROM ledger.transactions)": {
        "movement.balance", "wallet.last",
    },
    "UPDATE ledger.wallets SET granted = granted + 1 WHERE id ="
    " (SELECT min(id) FROM ledger.wallets WHERE kind = 'customer' AND granted = 0 AND balance > 0)": {
        "wallet.granted"
    },
    "UPDATE ledger.reservations SET status = 'released', closed_at = now() WHERE id ="
    " (SELECT min(id) FROM ledger.reservations)": {"hold.ended", "wallet.reserved"},
    "UPDATE ledger.users SET status = 'frozen' WHERE id = (SELECT max(id) FROM ledger.users)": {
        "account.count", "wallet.status",
    },
    "UPDATE ledger.checkpoints SET balance = balance + 1 WHERE wallet_id ="
    " (SELECT min(wallet_id) FROM ledger.checkpoints)": {"currency.zero", "wallet.movements"},
}  # fmt: skip


@pytest.fixture
def demo(ledger_url: str) -> str:
    make_demo(ledger_url, plan(200, 3_000))
    return ledger_url


def test_a_demo_adds_up(demo: str, operator_database: Database, ledgerctl: Run) -> None:
    report = verify(operator_database)
    assert report.passed
    assert [check.code for check in report.checks] == list(CHECKS)
    assert (report.transactions, report.wallets) == (3_000, 205)
    done = ledgerctl("verify", role="t_viewer")
    assert done.code == 0
    assert "3,000 transactions and 205 wallets" in done.err


def test_an_empty_ledger_adds_up(ledger_url: str, operator_database: Database) -> None:
    report = verify(operator_database)
    assert (report.passed, report.transactions, report.wallets) == (True, 0, 5)


def test_each_harm_is_found_and_its_first_place_named(
    demo: str, operator_database: Database, ledgerctl: Run
) -> None:
    for harm, expected in HARM.items():
        undo = _undo(demo)
        with connected(demo) as connection:
            connection.execute("SET session_replication_role = replica")
            done = connection.execute(harm.encode())
            assert done.rowcount == 1, harm
        broken = {check.code: check for check in verify(operator_database).checks if not check.passed}
        assert set(broken) == expected, harm
        assert all(check.wrong and check.first and check.found != check.expected for check in broken.values())
        command = ledgerctl("verify")
        assert command.code == 1
        assert "NOT all of it adds up" in command.err
        undo()
    assert verify(operator_database).passed


def test_a_movement_without_a_wallet_is_found(demo: str, operator_database: Database) -> None:
    with connected(demo) as connection:
        connection.execute(
            "INSERT INTO ledger.transactions (posted_at, effective_at, from_wallet, to_wallet, amount, kind,"
            " currency) VALUES (now(), now(), 999999, 999998, 5, 'transfer', 'CR')"
        )
    broken = [check for check in verify(operator_database).checks if not check.passed]
    assert [(check.code, check.first) for check in broken] == [
        ("movement.wallet", "transaction 3001"),
        ("transaction.made", "transaction 3001"),
    ]


def _undo(url: str) -> Callable[[], None]:
    """Remember the tables that the harm touches, and return what puts them back."""
    tables = ("users", "wallets", "transactions", "reservations", "checkpoints")
    with connected(url) as connection:
        for table in tables:
            connection.execute(f"DROP TABLE IF EXISTS public.{table}".encode())
            connection.execute(f"CREATE TABLE public.{table} AS TABLE ledger.{table}".encode())

    def put_back() -> None:
        with connected(url, autocommit=False) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            for table in reversed(tables):
                connection.execute(f"DELETE FROM ledger.{table}".encode())
            for table in tables:
                connection.execute(f"INSERT INTO ledger.{table} TABLE public.{table}".encode())

    return put_back
