"""The overview's figures as somebody would count them who has time: from the tables, all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from tests.bookkeeping import Connection

_OWED: Final = """
    SELECT w.currency, sum(w.balance) FROM ledger.wallets w WHERE w.kind = 'customer' GROUP BY w.currency"""
_CHANGES: Final = """
    SELECT t.currency, t.kind::text,
        sum(CASE s.kind WHEN 'customer' THEN t.amount ELSE 0 END
            - CASE f.kind WHEN 'customer' THEN t.amount ELSE 0 END)
    FROM ledger.transactions t
    JOIN ledger.wallets f ON f.id = t.from_wallet JOIN ledger.wallets s ON s.id = t.to_wallet
    WHERE (t.posted_at AT TIME ZONE ledger.business_zone())::date > %s GROUP BY 1, 2"""
_MOVED: Final = """
    SELECT t.currency, (t.posted_at AT TIME ZONE ledger.business_zone())::date, t.kind::text, count(*),
        sum(t.amount)::bigint
    FROM ledger.transactions t GROUP BY 1, 2, 3"""
_ON_HOLD: Final = """
    SELECT r.currency, count(*), sum(r.amount)::bigint, count(*) FILTER (WHERE r.expires_at <= now()),
        coalesce(sum(r.amount) FILTER (WHERE r.expires_at <= now()), 0)::bigint
    FROM ledger.reservations r WHERE r.status = 'reserved' GROUP BY 1"""
_EXPIRING: Final = """
    SELECT w.currency, days.n, count(*), sum(l.remaining)::bigint
    FROM (VALUES (7), (30), (90)) days (n)
    JOIN ledger.credit_lots l ON l.expires_at > now() AND l.expires_at <= now() + days.n * interval '24 hours'
    JOIN ledger.wallets w ON w.id = l.wallet_id WHERE l.closed_at IS NULL GROUP BY 1, 2"""
_ACCOUNTS: Final = """
    SELECT u.status::text, u.trust_level, count(*)
    FROM ledger.users u WHERE u.kind = 'customer' GROUP BY 1, 2"""


def owed(admin: Connection) -> dict[str, int]:
    """Return the sum of all customers' balances, by currency."""
    return {code: int(amount) for code, amount in admin.execute(_OWED)}


def changes(admin: Connection, day: date) -> dict[tuple[str, str], int]:
    """Return by how much more is owed since a day ended, by currency and kind, without zeros."""
    rows = admin.execute(_CHANGES, [day])
    return {(code, kind): int(amount) for code, kind, amount in rows if amount}


def moved(admin: Connection) -> set[tuple[str, date, str, int, int]]:
    """Return currency, day, kind, count and sum of all that was ever posted."""
    return set(admin.execute(_MOVED))


def on_hold(admin: Connection) -> set[tuple[str, int, int, int, int]]:
    """Return currency, count and sum of the open holds, and of those past their time."""
    return set(admin.execute(_ON_HOLD))


def expiring(admin: Connection) -> set[tuple[str, int, int, int]]:
    """Return currency, days, count and sum of the credit that expires within them."""
    return set(admin.execute(_EXPIRING))


def accounts(admin: Connection) -> set[tuple[str, int, int]]:
    """Return status, trust level and count of the customers' accounts."""
    return set(admin.execute(_ACCOUNTS))
