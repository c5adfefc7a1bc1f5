"""The currencies of the ledger, and the zone of its business day: read at once when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency

if TYPE_CHECKING:
    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_BOOKS = text("""
    SELECT k.zone, c.code, c.exponent, c.closed_at
    FROM ledger.calendar k LEFT JOIN ledger.currencies c ON true ORDER BY c.code""")


@dataclass(frozen=True, slots=True)
class Books:
    """What the ledger goes by: its currencies by code, which of them are closed and since when, its zone."""

    currencies: tuple[Currency, ...]
    closed: dict[str, datetime]
    zone: ZoneInfo

    @property
    def open_currencies(self) -> tuple[Currency, ...]:
        """Those in which something may be posted."""
        return tuple(one for one in self.currencies if one.code not in self.closed)

    def currency(self, code: str) -> Currency:
        """Return the currency of a code; raises UsageError when the ledger has none of this code."""
        for one in self.currencies:
            if one.code == code:
                return one
        known = ", ".join(one.code for one in self.currencies)
        raise UsageError(f"There is no currency {code!r} in this ledger; it has {known or 'none yet'}.")


def books(database: Database, *, cancel: Cancellation | None = None) -> Books:
    """Return currencies and zone by one statement; a ledger that was just migrated has no currency."""

    def ask(session: Session) -> Books:
        rows = session.execute(_BOOKS).all()
        if not rows:
            raise UsageError("This ledger has lost its calendar; verify it: ledgerctl verify")
        known = [row for row in rows if row.code is not None]
        return Books(
            tuple(Currency(row.code, row.exponent) for row in known),
            {row.code: row.closed_at for row in known if row.closed_at is not None},
            zone_of(rows[0].zone),
        )

    return database.read("books.load", ask, cancel=cancel)


def of_transaction(database: Database, transaction: int, *, cancel: Cancellation | None = None) -> Currency:
    """Return the currency of a transaction; raises UsageError when there is none of this number."""
    statement = text("""
        SELECT c.code, c.exponent FROM ledger.transactions t
        JOIN ledger.currencies c ON c.code = t.currency WHERE t.id = :transaction""")
    values = {"transaction": transaction}
    return _one(database, statement, values, f"There is no transaction {transaction}.", cancel)


def of_hold(database: Database, reference: str, *, cancel: Cancellation | None = None) -> Currency:
    """Return the currency of a hold; raises UsageError when there is none of this reference."""
    statement = text("""
        SELECT c.code, c.exponent FROM ledger.reservations r
        JOIN ledger.currencies c ON c.code = r.currency WHERE r.reference = :reference""")
    values = {"reference": reference}
    return _one(database, statement, values, f"There is no hold of reference {reference!r}.", cancel)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone that the ledger's calendar names; raises UsageError where this computer knows none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"The ledger counts its days in {name}, which this computer does not know; update the console."
        ) from error


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
