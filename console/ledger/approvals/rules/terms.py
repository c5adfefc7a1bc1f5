"""Terms of approval: how long a request waits, and from which amount on its checkers type it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.approvals.rules.controls import Change, change
from console.money import Currency, currency_of
from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

# Where none are set: models/functions/approvals/new_request.sql.
_LIST = text("""
    SELECT c.code, c.exponent, t.typed_from, coalesce(t.days, 14) AS days, t.currency IS NOT NULL AS set
    FROM ledger.currencies c LEFT JOIN ledger.approval_terms t ON t.currency = c.code ORDER BY c.code""")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one currency; typed_from is in minor units, None when nothing is typed.

    days: how many a request waits; were_set: whether somebody has set them, or they are those of the start.
    """

    currency: Currency
    typed_from: int | None
    days: int
    were_set: bool


def set_terms(
    ledger: Ledger,
    currency: str,
    *,
    typed_from: int | None,
    days: int,
    reason: str,
    key: UUID | None = None,
    cancel: Cancellation | None = None,
) -> None:
    """Set the terms of a currency; requests that were submitted before keep the end that they have."""
    change(ledger, terms_set(currency, typed_from, days, reason=reason), key=key, cancel=cancel)


def terms_set(currency: str, typed_from: int | None, days: int, *, reason: str) -> Change:
    """Return the change that `set_terms` does."""
    arguments = {"currency": currency, "typed_from": typed_from, "days": days, "reason": reason}
    return Change(Operation("terms.set", "set_approval_terms", arguments))


def terms(database: Database, *, cancel: Cancellation | None = None) -> tuple[Terms, ...]:
    """Return the terms of every currency, by its code."""

    def ask(session: Session) -> tuple[Terms, ...]:
        return tuple(
            Terms(currency_of(row.code, row.exponent), row.typed_from, row.days, row.set)
            for row in session.execute(_LIST)
        )

    return database.read("terms.list", ask, cancel=cancel)
