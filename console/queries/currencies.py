"""The currencies of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from console.money import Currency

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.cancellation import Cancellation
    from console.database import Database


def currencies(database: Database, *, cancel: Cancellation | None = None) -> tuple[Currency, ...]:
    """Return the ledger's currencies by code; a ledger that was just migrated has none."""

    def ask(session: Session) -> tuple[Currency, ...]:
        rows = session.execute(text("SELECT code, exponent FROM ledger.currencies ORDER BY code")).all()
        return tuple(Currency(code, exponent) for code, exponent in rows)

    return database.read("currencies.list", ask, cancel=cancel)
