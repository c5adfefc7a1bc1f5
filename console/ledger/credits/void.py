"""What of one credit can be taken back as if it had not been granted, and by reversing which transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency, currency_of
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_LOT: Final = text("""
    SELECT l.remaining, l.opened_by, t.kind::text AS kind, c.code, c.exponent
    FROM ledger.credit_lots l JOIN ledger.transactions t ON t.id = l.opened_by
    JOIN ledger.currencies c ON c.code = l.currency WHERE l.id = :lot""")


@dataclass(frozen=True, slots=True)
class Voidable:
    """The transaction that granted a credit, and what is left of that, in minor units of its currency."""

    granted_by: int
    left: int
    currency: Currency


def voidable(database: Database, lot: int, *, cancel: Cancellation | None = None) -> Voidable:
    """Return what of a credit can be taken back, by one statement; what was spent of it stays spent.

    Raises UsageError when there is no such credit, when nothing is left of it, and when it came back by a
    reversal, which is not reversed: that one can be ended.
    """

    def ask(session: Session) -> Voidable:
        row = session.execute(_LOT, {"lot": lot}).one_or_none()
        if row is None:
            raise UsageError(f"There is no credit {lot}.")
        if not row.remaining:
            raise UsageError(f"Nothing is left of credit {lot}: it was spent, has expired or was taken back.")
        if row.kind != TransactionKind.GRANT:
            raise UsageError(f"Credit {lot} came back by a reversal, which is not reversed; end it instead.")
        return Voidable(row.opened_by, row.remaining, currency_of(row.code, row.exponent))

    return database.read("credit.void", ask, cancel=cancel)
