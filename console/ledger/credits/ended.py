"""The credits of an account that are no longer there: used up, expired or taken back; newest ended first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page, asked_name
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


class Ending(StrEnum):
    """What took the last of a credit."""

    USED_UP = "used up"
    EXPIRED = "expired"
    TAKEN_BACK = "taken back"


# Only these take from a lot: see ledger.capture, ledger.expire_lots and ledger.reversal_takes.
_ENDINGS: Final[Mapping[TransactionKind, Ending]] = {
    TransactionKind.CAPTURE: Ending.USED_UP,
    TransactionKind.EXPIRY: Ending.EXPIRED,
    TransactionKind.REVERSAL: Ending.TAKEN_BACK,
}

# The lots are taken before any join, so the index walks and stops at the limit.
_ENDED: Final = """
    WITH account AS (
        SELECT w.id, w.currency, c.exponent
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        JOIN ledger.currencies c ON c.code = w.currency
        WHERE u.username = :username AND w.currency = :currency
    )
    SELECT account.currency, account.exponent, lot.id, lot.source, lot.amount, lot.created_at, lot.expires_at,
        lot.closed_at, (
            SELECT t.kind::text
            FROM ledger.lot_movements m JOIN ledger.transactions t ON t.id = m.transaction_id
            WHERE m.lot_id = lot.id ORDER BY m.transaction_id DESC LIMIT 1) AS kind
    FROM account LEFT JOIN LATERAL (
        SELECT l.* FROM ledger.credit_lots l
        WHERE l.wallet_id = account.id AND l.closed_at IS NOT NULL{beside}
        ORDER BY l.closed_at {way}, l.id {way} LIMIT :limit) lot ON true
    ORDER BY lot.closed_at {way}, lot.id {way}"""


@dataclass(frozen=True, slots=True)
class EndedCursor:
    """A place between two rows of the list, by the credit that it lies beside."""

    closed_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class EndedLot:
    """Granted credit of which nothing is left; amount: what was granted, in minor units of its currency.

    ending: None where its movements do not tell, which is a fault that verifying finds.
    """

    id: int
    source: str
    ending: Ending | None
    amount: int
    created_at: datetime
    expires_at: datetime | None
    closed_at: datetime
    currency: Currency

    @property
    def place(self) -> EndedCursor:
        """Where the list goes on beside this row."""
        return EndedCursor(self.closed_at, self.id)


def ended(
    database: Database,
    username: str,
    currency: str,
    *,
    direction: Direction = Direction.AFTER,
    cursor: EndedCursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[EndedLot]:
    """Return the page after or before a cursor, by one statement; without one, the first or the last page.

    A reversal that brings credit back opens it again: then it is not among these. Raises UsageError when
    there is no such account.
    """
    asked = _shape(beside=cursor is not None, descending=direction is Direction.AFTER)
    values: dict[str, Any] = {"username": asked_name(username), "currency": currency, "limit": limit + 1}
    if cursor is not None:
        values |= {"cursor_at": cursor.closed_at, "cursor_id": cursor.id}

    def ask(session: Session) -> list[EndedLot]:
        rows = session.execute(asked, values).all()
        if not rows:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        return [_row(row) for row in rows if row.id is not None]

    rows = database.read("credits.ended", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


@lru_cache(maxsize=4)
def _shape(*, beside: bool, descending: bool) -> TextClause:
    mark = "<" if descending else ">"
    condition = (
        f" AND (l.closed_at, l.id) {mark} (CAST(:cursor_at AS timestamptz), CAST(:cursor_id AS bigint))"
    )
    return text(_ENDED.format(beside=condition if beside else "", way="DESC" if descending else "ASC"))


def _row(row: Row[Any]) -> EndedLot:
    return EndedLot(
        row.id, row.source, _ENDINGS.get(row.kind), row.amount, row.created_at, row.expires_at, row.closed_at,
        currency_of(row.currency, row.exponent),
    )  # fmt: skip
