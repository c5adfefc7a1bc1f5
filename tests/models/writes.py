"""The ledger's writes as psql would call them, and what stands in the tables afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import uuid4

from psycopg import sql

from tests.cluster import CURRENCY

if TYPE_CHECKING:
    from uuid import UUID

    from tests.bookkeeping import Connection

REASON: Final = "for a test"
BIGGEST: Final = 2**63 - 1


def write(
    connection: Connection, function: LiteralString, *values: object, key: UUID | None = None
) -> dict[str, Any]:
    """Call one write of the ledger, under a key of its own unless one is given."""
    call = sql.SQL("SELECT ledger.{}({})").format(
        sql.Identifier(function), sql.SQL(", ").join([sql.Placeholder()] * (len(values) + 1))
    )
    row = connection.execute(call, [key or uuid4(), *values]).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def refused(found: dict[str, Any]) -> str:
    """Return the code of a refusal."""
    assert found["status"] == "refused", found
    return str(found["code"])


def done(found: dict[str, Any]) -> dict[str, Any]:
    """Return what was not refused."""
    assert found["status"] != "refused", found
    return found


def soon(hours: float = 1) -> datetime:
    """Return a moment so many hours from now."""
    return datetime.now(UTC) + timedelta(hours=hours)


def grant(
    connection: Connection,
    username: str,
    amount: int,
    hours: float | None = None,
    *,
    source: str = "promo",
    currency: str = CURRENCY,
    reference: str | None = None,
) -> dict[str, Any]:
    """Grant credit that expires in so many hours, or never."""
    expires = None if hours is None else soon(hours)
    return write(connection, "grant_credit", username, currency, amount, source, expires, reference)


def reserve(
    connection: Connection,
    username: str,
    amount: int,
    reference: str,
    hours: float | None = None,
    *,
    currency: str = CURRENCY,
) -> dict[str, Any]:
    """Reserve an amount for so many hours, or for ever."""
    expires = None if hours is None else soon(hours)
    return write(connection, "reserve", username, currency, amount, reference, expires)


def capture(
    connection: Connection, reference: str, amount: int | None = None, to: str = "@revenue"
) -> dict[str, Any]:
    """Capture a hold, all of it unless an amount is given."""
    return write(connection, "capture", reference, amount, to)


def release(connection: Connection, reference: str) -> dict[str, Any]:
    """Release a hold."""
    return write(connection, "release", reference, REASON)


def sweep(connection: Connection, limit: int = 1000) -> dict[str, Any]:
    """Sweep what has expired."""
    return write(connection, "sweep", limit)


def reverse(
    connection: Connection, transaction: int, amount: int | None = None, hours: float | None = None
) -> dict[str, Any]:
    """Reverse a transaction; `hours` states the expiry of a new lot for what has expired since."""
    expires = None if hours is None else soon(hours)
    return write(connection, "reverse_transaction", transaction, amount, REASON, expires)


def let_time_pass(admin: Connection, hours: float) -> None:
    """Make every lot and hold so much older, as if nobody had come by for so long."""
    past = timedelta(hours=hours)
    with admin.transaction():
        for table in ("credit_lots", "reservations"):
            admin.execute(
                sql.SQL(
                    "UPDATE ledger.{} SET created_at = created_at - %s, expires_at = expires_at - %s"
                ).format(sql.Identifier(table)),
                [past, past],
            )


def wallet(connection: Connection, username: str, currency: str = CURRENCY) -> tuple[int, int, int]:
    """Return a wallet's balance, granted and reserved."""
    row = connection.execute(
        "SELECT w.balance, w.granted, w.reserved FROM ledger.wallets w "
        "JOIN ledger.users u ON u.id = w.user_id WHERE u.username = %s AND w.currency = %s",
        [username, currency],
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def lots(connection: Connection, username: str, currency: str = CURRENCY) -> list[int]:
    """Return what remains in each open lot of an account, in burn order."""
    rows = connection.execute(
        "SELECT l.remaining FROM ledger.credit_lots l JOIN ledger.wallets w ON w.id = l.wallet_id "
        "JOIN ledger.users u ON u.id = w.user_id WHERE u.username = %s AND w.currency = %s "
        "AND l.closed_at IS NULL ORDER BY l.expires_at, l.created_at, l.id",
        [username, currency],
    )
    return [remaining for (remaining,) in rows]


def remaining(connection: Connection, lot: int) -> int:
    """Return what remains in one lot."""
    row = connection.execute("SELECT remaining FROM ledger.credit_lots WHERE id = %s", [lot]).fetchone()
    assert row is not None
    return int(row[0])


def hold(connection: Connection, reference: str) -> tuple[str, int, str | None, str | None]:
    """Return a reservation's status, what was captured of it, who ended it and why."""
    row = connection.execute(
        "SELECT status::text, captured_amount, closed_by, close_reason FROM ledger.reservations "
        "WHERE reference = %s",
        [reference],
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2], row[3]


def everything(connection: Connection) -> list[Any]:
    """Return what a refused write must leave as it was: all but its own outcome and audit event."""
    found: list[Any] = []
    for table in (
        "users", "wallets", "transactions", "credit_lots", "lot_movements", "reservations", "batches",
        "approval_requests", "approvals", "approval_rules", "limits", "limit_usage", "account_notes",
        "account_flags", "account_follows", "acts", "lot_events", "hold_events",
        "currencies", "calendar", "keeper_lease", "jobs", "daily_movements", "daily_balances", "daily_mark",
        "hint_sent",
    ):  # fmt: skip
        query = sql.SQL(
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM ledger.{} t"
        )
        row = connection.execute(query.format(sql.Identifier(table))).fetchone()
        assert row is not None
        found.append((table, row[0]))
    return found
