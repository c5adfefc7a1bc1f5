"""What is done to currencies and the business day, and what stands of them afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from tests.bookkeeping import create_batch, transfer
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.bookkeeping import Connection


def add(connection: Connection, code: str | None, exponent: int | None) -> None:
    """Add a currency."""
    connection.execute("SELECT ledger.add_currency(%s, %s::smallint)", [code, exponent])


def exponent(connection: Connection, code: str) -> int:
    """Return how many decimals a currency has."""
    row = connection.execute("SELECT exponent FROM ledger.currencies WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def correct(connection: Connection, code: str, wanted: int | None, key: UUID | None = None) -> dict[str, Any]:
    """Give a currency other decimals."""
    return write(connection, "correct_currency", code, wanted, REASON, key=key)


def close(connection: Connection, code: str, key: UUID | None = None) -> dict[str, Any]:
    """Close a currency."""
    return write(connection, "close_currency", code, REASON, key=key)


def reopen(connection: Connection, code: str, key: UUID | None = None) -> dict[str, Any]:
    """Open a closed currency again."""
    return write(connection, "reopen_currency", code, REASON, key=key)


def is_closed(connection: Connection, code: str) -> bool:
    """Tell whether a currency is closed."""
    row = connection.execute(
        "SELECT closed_at IS NOT NULL FROM ledger.currencies WHERE code = %s", [code]
    ).fetchone()
    assert row is not None
    return bool(row[0])


def open_account(connection: Connection, name: str, code: str) -> dict[str, Any]:
    """Open an account, or a wallet in one more currency for one there is."""
    return write(connection, "open_account", name, code, "", None, REASON)


def set_status(connection: Connection, name: str, status: str) -> dict[str, Any]:
    """Freeze, unfreeze or close an account."""
    return write(connection, "set_account_status", name, status, REASON)


def statuses(connection: Connection, code: str) -> dict[str, str]:
    """Return the status of each customer's wallet in a currency."""
    rows = connection.execute(
        "SELECT u.username, w.status::text FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
        "WHERE w.kind = 'customer' AND w.currency = %s ORDER BY 1",
        [code],
    )
    return {name: status for name, status in rows}  # noqa: C416 - dict() loses the types


def set_zone(connection: Connection, zone: str | None, reason: str | None = REASON) -> dict[str, Any]:
    """Count the ledger's days in another zone."""
    return write(connection, "set_business_zone", zone, reason)


def zone(connection: Connection) -> str | None:
    """Return the zone in which the ledger's days are counted."""
    row = connection.execute("SELECT ledger.business_zone()").fetchone()
    assert row is not None
    found: str | None = row[0]
    return found


def request(connection: Connection, code: str) -> int:
    """Ask for the approval of a movement between two system accounts."""
    wanted = {"from": "@external", "to": "@suspense", "currency": code, "amount": 5}
    return int(done(write(connection, "submit_request", "transfer", Jsonb(wanted), REASON))["request"])


# What puts something into a currency, or says something in it.
USES: dict[str, Callable[[Connection, str], object]] = {
    "an account": lambda c, code: done(open_account(c, "first", code)),
    "a movement between system accounts": lambda c, code: done(
        transfer(c, "@external", "@suspense", 5, currency=code)
    ),
    "a batch": lambda c, code: create_batch(c, currency=code),
    "a request": request,
    "a rule": lambda c, code: done(write(c, "set_approval_rule", "transfer", code, 100, 1, REASON)),
    "a limit": lambda c, code: done(write(c, "set_limit", "ledger_operator", "*", code, 100, None, REASON)),
}


def events(connection: Connection, subject: str) -> list[tuple[Any, ...]]:
    """Return who did what about a subject, how it came out and why it was done."""
    return connection.execute(
        "SELECT actor, action, outcome, reason FROM ledger.audit_events WHERE subject = %s ORDER BY id",
        [subject],
    ).fetchall()
