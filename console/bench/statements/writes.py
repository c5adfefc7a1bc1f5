"""The ways in which such systems commonly write: read, decide in the client, update row by row, commit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.bench.driver import Driver

CURRENCY = "CR"

# Copies of the tables, without the ledger's functions and triggers; what is written there is committed.
_SCRATCH = """
    DROP SCHEMA IF EXISTS scratch CASCADE;
    CREATE SCHEMA scratch;
    CREATE TABLE scratch.users (LIKE ledger.users INCLUDING ALL);
    CREATE TABLE scratch.wallets (LIKE ledger.wallets INCLUDING ALL) WITH (fillfactor = 80);
    CREATE TABLE scratch.transactions (LIKE ledger.transactions INCLUDING ALL);
    CREATE TABLE scratch.credit_lots (LIKE ledger.credit_lots INCLUDING ALL);
    CREATE TABLE scratch.lot_movements (LIKE ledger.lot_movements INCLUDING ALL);
    CREATE TABLE scratch.reservations (LIKE ledger.reservations INCLUDING ALL);
    INSERT INTO scratch.users SELECT * FROM ledger.users;
    INSERT INTO scratch.wallets SELECT * FROM ledger.wallets;
    ANALYZE scratch.users, scratch.wallets"""

_NEW_TRANSACTION = """
    INSERT INTO scratch.transactions (posted_at, effective_at, kind, from_wallet, to_wallet, amount,
        from_balance_after, to_balance_after, reference, description, currency)
    VALUES (clock_timestamp(), clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, 'November', 'CR')
    RETURNING id"""

_COPY_LOTS = """
    INSERT INTO scratch.credit_lots
    SELECT l.* FROM ledger.credit_lots l JOIN ledger.reservations r ON r.wallet_id = l.wallet_id
    WHERE r.reference = %s AND l.closed_at IS NULL ON CONFLICT (id) DO NOTHING"""

_COPY_WALLET = """
    UPDATE scratch.wallets s SET balance = w.balance, granted = w.granted, reserved = w.reserved
    FROM ledger.wallets w JOIN ledger.reservations r ON r.wallet_id = w.id
    WHERE s.id = w.id AND r.reference = %s"""


def make_scratch(driver: Driver) -> None:
    """Copy the accounts and wallets."""
    driver.execute(_SCRATCH)
    driver.commit()


def drop_scratch(driver: Driver) -> None:
    """Throw the copies away."""
    driver.rollback()
    driver.execute("DROP SCHEMA IF EXISTS scratch CASCADE")
    driver.commit()


def copy_hold(driver: Driver, reference: str) -> None:
    """Copy a reservation with its wallet and open lots, for a capture."""
    driver.execute(
        "INSERT INTO scratch.reservations SELECT * FROM ledger.reservations WHERE reference = %s", [reference]
    )
    for statement in (_COPY_LOTS, _COPY_WALLET):
        driver.execute(statement, [reference])
    driver.commit()


def transfer(driver: Driver, payer: str, payee: str, amount: int) -> None:
    """Read both wallets, update the one, update the other, insert the movement."""
    rows = driver.execute(
        "SELECT u.username, w.id, w.balance FROM scratch.wallets w JOIN scratch.users u ON u.id = w.user_id"
        " WHERE u.username IN (%s, %s) AND w.currency = %s ORDER BY w.id FOR UPDATE OF w",
        [payer, payee, CURRENCY],
    ).fetchall()
    found = {name: (wallet, balance) for name, wallet, balance in rows}
    (source, had), (target, has) = found[payer], found[payee]
    if had < amount:
        raise ValueError(payer)
    driver.execute("UPDATE scratch.wallets SET balance = %s WHERE id = %s", [had - amount, source])
    driver.execute("UPDATE scratch.wallets SET balance = %s WHERE id = %s", [has + amount, target])
    driver.execute(
        _NEW_TRANSACTION,
        ["transfer", source, target, amount, had - amount, has + amount, f"naive-{uuid4()}"],
    )
    driver.commit()


def reserve(driver: Driver, name: str, amount: int) -> None:
    """Read the wallet, add up its holds, insert the new one, update the wallet."""
    row = driver.execute(
        "SELECT w.id, w.balance FROM scratch.wallets w JOIN scratch.users u ON u.id = w.user_id"
        " WHERE u.username = %s AND w.currency = %s FOR UPDATE OF w",
        [name, CURRENCY],
    ).fetchone()
    wallet, balance = row or (0, 0)
    held = driver.execute(
        "SELECT coalesce(sum(amount), 0) FROM scratch.reservations"
        " WHERE wallet_id = %s AND status = 'reserved'",
        [wallet],
    ).fetchone()
    if held is None or balance - held[0] < amount:
        raise ValueError(name)
    driver.execute(
        "INSERT INTO scratch.reservations (wallet_id, amount, reference, currency) VALUES (%s, %s, %s, 'CR')",
        [wallet, amount, f"naive-{uuid4()}"],
    )
    driver.execute("UPDATE scratch.wallets SET reserved = reserved + %s WHERE id = %s", [amount, wallet])
    driver.commit()


def capture(driver: Driver, reference: str, payee: int) -> None:
    """Walk over the lots: three statements each, and five around them."""
    hold = driver.execute(
        "SELECT r.id, r.wallet_id, r.amount, w.balance FROM scratch.reservations r JOIN scratch.wallets w"
        " ON w.id = r.wallet_id WHERE r.reference = %s AND r.status = 'reserved' FOR UPDATE",
        [reference],
    ).fetchone()
    if hold is None:
        raise LookupError(reference)
    reservation, wallet, amount, balance = hold
    lots = driver.execute(
        "SELECT id FROM scratch.credit_lots WHERE wallet_id = %s AND closed_at IS NULL"
        " ORDER BY expires_at NULLS LAST, created_at, id",
        [wallet],
    ).fetchall()
    posted = driver.execute(
        _NEW_TRANSACTION,
        ["capture", wallet, payee, amount, balance - amount, None, f"naive-{uuid4()}"],
    ).fetchone()
    left = burned = amount
    for (lot,) in lots:
        row = driver.execute(
            "SELECT remaining FROM scratch.credit_lots WHERE id = %s FOR UPDATE", [lot]
        ).fetchone()
        remaining = 0 if row is None else row[0]
        take = min(left, remaining)
        left -= take
        driver.execute(
            "UPDATE scratch.credit_lots SET remaining = remaining - %s,"
            " closed_at = CASE WHEN remaining = %s THEN clock_timestamp() END WHERE id = %s",
            [take, take, lot],
        )
        driver.execute(
            "INSERT INTO scratch.lot_movements (lot_id, transaction_id, amount, remaining_after)"
            " VALUES (%s, %s, %s, %s)",
            [lot, posted[0] if posted else 0, -take, remaining - take],
        )
        if left == 0:
            break
    burned -= left
    driver.execute(
        "UPDATE scratch.wallets SET balance = balance - %s, granted = granted - %s, reserved = reserved - %s"
        " WHERE id = %s",
        [amount, burned, amount, wallet],
    )
    driver.execute(
        "UPDATE scratch.reservations SET status = 'captured', captured_amount = amount,"
        " closed_at = clock_timestamp() WHERE id = %s",
        [reservation],
    )
    driver.commit()


def payout(driver: Driver, names: Sequence[str], issuance: int) -> None:
    """Pay each name by four statements, all in one transaction."""
    tag = uuid4().hex
    for number, name in enumerate(names):
        user = driver.execute("SELECT id FROM scratch.users WHERE username = %s", [name]).fetchone()
        wallet = driver.execute(
            "SELECT id, balance FROM scratch.wallets WHERE user_id = %s AND currency = %s FOR UPDATE",
            [user[0] if user else 0, CURRENCY],
        ).fetchone()
        if wallet is None:
            raise LookupError(name)
        driver.execute("UPDATE scratch.wallets SET balance = balance + 1 WHERE id = %s", [wallet[0]])
        driver.execute(
            _NEW_TRANSACTION,
            ["adjustment", issuance, wallet[0], 1, None, wallet[1] + 1, f"{tag}-{number}"],
        )
    driver.commit()
