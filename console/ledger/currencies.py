"""The currencies of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency

if TYPE_CHECKING:
    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


def currencies(database: Database, *, cancel: Cancellation | None = None) -> tuple[Currency, ...]:
    """Return the ledger's currencies by code; a ledger that was just migrated has none."""

    def ask(session: Session) -> tuple[Currency, ...]:
        rows = session.execute(text("SELECT code, exponent FROM ledger.currencies ORDER BY code")).all()
        return tuple(Currency(code, exponent) for code, exponent in rows)

    return database.read("currencies.list", ask, cancel=cancel)


def of_transaction(database: Database, transaction: int, *, cancel: Cancellation | None = None) -> Currency:
    """Return the currency of a transaction; raises UsageError when there is none of this number."""
    statement = text("""
        SELECT c.code, c.exponent FROM ledger.transactions t
        JOIN ledger.wallets w ON w.id = t.from_wallet JOIN ledger.currencies c ON c.code = w.currency
        WHERE t.id = :transaction""")
    values = {"transaction": transaction}
    return _one(database, statement, values, f"There is no transaction {transaction}.", cancel)


def of_hold(database: Database, reference: str, *, cancel: Cancellation | None = None) -> Currency:
    """Return the currency of a hold; raises UsageError when there is none of this reference."""
    statement = text("""
        SELECT c.code, c.exponent FROM ledger.reservations r
        JOIN ledger.wallets w ON w.id = r.wallet_id JOIN ledger.currencies c ON c.code = w.currency
        WHERE r.reference = :reference""")
    values = {"reference": reference}
    return _one(database, statement, values, f"There is no hold of reference {reference!r}.", cancel)


def _one(
    database: Database,
    statement: TextClause,
    values: dict[str, Any],
    unknown: str,
    cancel: Cancellation | None,
) -> Currency:
    def ask(session: Session) -> Currency:
        row = session.execute(statement, values).one_or_none()
        if row is None:
            raise UsageError(unknown)
        return Currency(row.code, row.exponent)

    return database.read("currencies.one", ask, cancel=cancel)
