"""Balances of any number of accounts, looked up by name in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.names import asked_name
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

NAME_LIMIT = 100_000

_LOOKUP = text("""
    SELECT asked.position, asked.name, u.username IS NOT NULL AND w.id IS NOT NULL AS found,
        coalesce(u.display_name, ''), w.status::text,
        CASE WHEN w.kind = 'system' THEN ledger.system_balance(w.id) ELSE w.balance END,
        w.granted, w.reserved,
        CASE WHEN w.kind = 'customer' THEN w.balance - w.reserved END,
        CASE WHEN w.kind = 'customer' THEN w.overdraft_limit END
    FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS asked (name, position)
    LEFT JOIN ledger.users u ON u.username = asked.name
    LEFT JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = :currency
    ORDER BY asked.position""")


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One asked name: its place in the list (from 1) and its money in minor units, None when unknown.

    available is balance - reserved; a system account has none, since it is never short.
    """

    position: int
    name: str
    found: bool
    display_name: str
    status: AccountStatus | None
    balance: int | None
    granted: int | None
    reserved: int | None
    available: int | None
    overdraft_limit: int | None


@dataclass(frozen=True, slots=True)
class BalanceTotals:
    """Sums over the names found, each account once however often it was asked for."""

    found: int
    unknown: int
    balance: int
    granted: int
    reserved: int
    available: int


def lookup(
    database: Database, names: Sequence[str], currency: str, *, cancel: Cancellation | None = None
) -> tuple[BalanceRow, ...]:
    """Return one row a name, in the order asked; names are compared in lower case, without outer spaces."""
    asked = [asked_name(name) for name in names]

    def ask(session: Session) -> tuple[BalanceRow, ...]:
        rows = session.execute(_LOOKUP, {"names": asked, "currency": currency}).all()
        return tuple(
            BalanceRow(
                position, name, found, display_name, AccountStatus(status) if status else None,
                None if balance is None else int(balance), granted, reserved, available, overdraft_limit,
            )
            for position, name, found, display_name, status, balance, granted, reserved, available,
            overdraft_limit in rows
        )  # fmt: skip

    return database.read("balances.lookup", ask, cancel=cancel)


def totals(rows: Sequence[BalanceRow]) -> BalanceTotals:
    """Add up a whole lookup; integers of any size, so nothing overflows."""
    once = {row.name: row for row in rows if row.found}.values()
    return BalanceTotals(
        found=len(once),
        unknown=sum(not row.found for row in rows),
        balance=sum(row.balance or 0 for row in once),
        granted=sum(row.granted or 0 for row in once),
        reserved=sum(row.reserved or 0 for row in once),
        available=sum(row.available or 0 for row in once),
    )
