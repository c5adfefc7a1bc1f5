"""History is only added to: triggers refuse the owner and even a superuser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.bookkeeping import Line, create_batch, post_batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

CHANGES = (
    "UPDATE ledger.transactions SET amount = amount + 1",
    "UPDATE ledger.transactions SET description = 'x' WHERE id = (SELECT min(id) FROM ledger.transactions)",
    "DELETE FROM ledger.transactions",
    "TRUNCATE ledger.transactions",
    "UPDATE ledger.lot_movements SET amount = 1",
    "DELETE FROM ledger.lot_movements",
    "TRUNCATE ledger.lot_movements",
    "TRUNCATE ledger.credit_lots CASCADE",
    "DELETE FROM ledger.wallets",
    "TRUNCATE ledger.wallets CASCADE",
    "DELETE FROM ledger.users",
    "TRUNCATE ledger.users CASCADE",
    "DELETE FROM ledger.operations",
    "TRUNCATE ledger.operations",
    "UPDATE ledger.operations SET outcome = '{}'",
    "UPDATE ledger.operations SET outcome = NULL",
    "UPDATE ledger.operations SET operator = 'somebody else'",
    "UPDATE ledger.batch_lines SET amount = 1",
    "DELETE FROM ledger.batch_lines",
    "TRUNCATE ledger.batch_lines",
    "MERGE INTO ledger.transactions t USING ledger.users u ON true WHEN MATCHED THEN DELETE",
    "INSERT INTO ledger.operations TABLE ledger.operations ON CONFLICT (key) DO UPDATE SET outcome = '{}'",
)


@pytest.fixture
def past(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Make one of everything that may not change."""
    open_accounts({"alice": 100, "bob": 100})
    assert (
        post_batch(operator, create_batch(operator, [Line(1, "alice", "bob", 5, "r1")]))["status"] == "posted"
    )
    with admin.transaction():
        admin.execute(
            "WITH w AS (UPDATE ledger.wallets SET granted = 10 WHERE id = (SELECT max(id) FROM "
            "ledger.wallets) "
            "RETURNING id), lot AS (INSERT INTO ledger.credit_lots (wallet_id, source, amount, "
            "remaining, opened_by, currency) "
            "SELECT id, 'promo', 10, 10, 2, 'CR' FROM w RETURNING id) INSERT INTO ledger.lot_movements "
            "(lot_id, transaction_id, amount, remaining_after) SELECT id, 2, 10, 10 FROM lot"
        )


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("role", ["superuser", "ledger_owner"])
def test_nobody_changes_history(admin: Connection, role: str) -> None:
    for statement in CHANGES:
        admin.execute(b"RESET ROLE" if role == "superuser" else f"SET ROLE {role}".encode())
        with pytest.raises(psycopg.Error) as raised:
            admin.execute(statement.encode())
        assert raised.value.sqlstate == "23001", statement
    admin.execute("RESET ROLE")


def test_system_wallets_hold_nothing_themselves(admin: Connection) -> None:
    for column in ("balance", "granted", "reserved", "version"):
        with pytest.raises(psycopg.errors.CheckViolation):
            admin.execute(f"UPDATE ledger.wallets SET {column} = 1 WHERE kind = 'system'".encode())


@pytest.mark.usefixtures("past")
def test_the_floor_holds_for_any_writer(admin: Connection) -> None:
    for change in (
        "balance = 9",
        "granted = 1000",
        "reserved = 1000",
        "granted = -1",
        "reserved = -1",
        "overdraft_limit = -1",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            admin.execute(
                f"UPDATE ledger.wallets SET {change} WHERE kind = 'customer' AND granted = 10".encode()
            )
