"""Reservations, newest first: keyset pages in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, DateTime, bindparam, text

from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page, asked_name
from models.credit import ReservationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# The rows are taken before any join, so the index walks and stops at the limit.
_PAGE = """
    SELECT found.id, found.reference, u.username, found.currency, c.exponent, found.amount,
        found.captured_amount, found.status::text, found.description, found.created_at, found.created_by,
        found.expires_at, found.closed_at, found.closed_by, found.close_reason,
        found.status = 'reserved' AND coalesce(found.expires_at <= now(), false)
    FROM (
        SELECT r.* FROM ledger.reservations r
        WHERE {conditions}
        ORDER BY r.created_at {direction}, r.id {direction} LIMIT :limit
    ) found
    JOIN ledger.wallets w ON w.id = found.wallet_id
    JOIN ledger.users u ON u.id = w.user_id
    JOIN ledger.currencies c ON c.code = found.currency
    ORDER BY found.created_at {direction}, found.id {direction}"""

_CONDITIONS = {
    "reference": "r.reference = :reference",
    "user": """r.wallet_id = ANY (ARRAY(
        SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
        WHERE u.username = :user))""",
    "currency": "r.currency = :currency",
}


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One hold, open or ended, in minor units; past due means that the next sweep ends it."""

    id: int
    reference: str
    username: str
    currency: Currency
    amount: int
    captured_amount: int
    status: ReservationStatus
    description: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None
    past_due: bool


@dataclass(frozen=True, slots=True)
class HoldFilter:
    """Which reservations; each None, empty or false field lets all pass. User and reference are exact.

    currency: a code.
    """

    status: ReservationStatus | None = None
    past_due: bool = False
    user: str = ""
    reference: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of the list, by the row it lies beside."""

    created_at: datetime
    id: int

    @classmethod
    def of(cls, row: HoldRow) -> Cursor:
        """Return the place of a row."""
        return cls(row.created_at, row.id)


def page(
    database: Database,
    wanted: HoldFilter,
    *,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[HoldRow]:
    """Return the page after or before a cursor; without one, the first or (BEFORE) the last page."""
    forward = direction is Direction.AFTER
    values: dict[str, Any] = {"limit": limit + 1}
    if wanted.user:
        values["user"] = asked_name(wanted.user)
    if wanted.reference:
        values["reference"] = wanted.reference
    if wanted.currency:
        values["currency"] = wanted.currency
    if cursor is not None:
        values |= {"cursor_at": cursor.created_at, "cursor_id": cursor.id}
    statement = _page_shape(frozenset(values), wanted.status, past_due=wanted.past_due, forward=forward)

    def ask(session: Session) -> list[HoldRow]:
        return [_row(row) for row in session.execute(statement, values).all()]

    rows = database.read("reservations.page", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


@lru_cache(maxsize=64)
def _page_shape(
    given: frozenset[str], status: ReservationStatus | None, *, past_due: bool, forward: bool
) -> TextClause:
    """Build the statement once for each set of conditions; a status is written out, for partial indexes."""
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    if past_due:
        conditions.append("r.status = 'reserved' AND r.expires_at <= now()")
    if status is not None:
        conditions.append(f"r.status = '{status.value}'")
    if "cursor_at" in given:
        conditions.append(f"(r.created_at, r.id) {'<' if forward else '>'} (:cursor_at, :cursor_id)")
    statement = text(
        _PAGE.format(conditions=" AND ".join(conditions) or "true", direction="DESC" if forward else "ASC")
    )
    if "cursor_at" not in given:
        return statement
    return statement.bindparams(
        bindparam("cursor_at", type_=DateTime(timezone=True)), bindparam("cursor_id", type_=BigInteger())
    )


def _row(row: Sequence[Any]) -> HoldRow:
    number, reference, username, code, exponent, amount, captured, status, *rest = row
    money = currency_of(code, exponent)
    return HoldRow(number, reference, username, money, amount, captured, ReservationStatus(status), *rest)
