"""Reservations, all of them or those of one view: keyset pages in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, DateTime, bindparam, text

from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Order, Page, asked_name
from models.credit import ReservationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

OLD_HOURS: Final = 24
"""A hold older than this wants somebody to look at it."""


class View(StrEnum):
    """Which holds the desk lists: the active ones, those of them that want attention, the ended ones."""

    ACTIVE = "active"
    OVERDUE = "overdue"
    OLDER = "older"
    MINE = "mine"
    ENDED = "ended"


# The rows are taken before any join, so the index walks and stops at the limit.
_PAGE = """
    SELECT found.id, found.reference, u.username, found.currency, c.exponent, found.amount,
        found.captured_amount, found.status::text, found.description, found.created_at, found.created_by,
        found.expires_at, found.closed_at, found.closed_by, found.close_reason,
        found.status = 'reserved' AND coalesce(found.expires_at <= now(), false), coalesce(found.ticket, ''),
        coalesce(found.close_ticket, ''), CASE WHEN found.status = 'captured' THEN (
            SELECT min(t.id) FROM ledger.transactions t
            WHERE t.reservation_id = found.id AND t.kind = 'capture') END
    FROM (
        SELECT r.* FROM ledger.reservations r
        WHERE {conditions}
        ORDER BY r.{moment} {direction}, r.id {direction} LIMIT :limit
    ) found
    JOIN ledger.wallets w ON w.id = found.wallet_id
    JOIN ledger.users u ON u.id = w.user_id
    JOIN ledger.currencies c ON c.code = found.currency
    ORDER BY found.{moment} {direction}, found.id {direction}"""

_CONDITIONS = {
    "reference": "r.reference = :reference",
    "user": """r.wallet_id = ANY (ARRAY(
        SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
        WHERE u.username = :user))""",
    "currency": "r.currency = :currency",
}

_OVERDUE: Final = "r.status = 'reserved' AND r.expires_at <= now()"
_VIEWS: Final = {
    View.ACTIVE: "r.status = 'reserved'",
    View.OVERDUE: _OVERDUE,
    View.OLDER: f"r.status = 'reserved' AND r.created_at <= now() - interval '{OLD_HOURS} hours'",
    # IN, so that the statement's label says by what it chooses: of two names compared it says nothing.
    View.MINE: "r.status = 'reserved' AND r.created_by IN (session_user)",
    View.ENDED: "r.closed_at IS NOT NULL",
}
# What the list goes by: of overdue ones how long they are, of ended ones when they ended. Both have an index.
_MOMENTS: Final = {View.OVERDUE: "expires_at", View.ENDED: "closed_at"}


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One hold, open or ended, in minor units; past due means that the next sweep ends it.

    ticket: of its beginning, close_ticket of its end; empty where there is none.
    transaction: of a captured one, what the capture posted.
    """

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
    ticket: str
    close_ticket: str
    transaction: int | None

    @property
    def is_active(self) -> bool:
        """Whether its money is still set aside."""
        return self.status is ReservationStatus.RESERVED


@dataclass(frozen=True, slots=True)
class HoldFilter:
    """Which reservations; each None, empty or false field lets all pass. User and reference are exact.

    currency: a code. view: also says what the list goes by: when a hold began, unless it is of overdue ones,
    which go by their end, or of ended ones, which go by the moment they ended.
    """

    status: ReservationStatus | None = None
    past_due: bool = False
    user: str = ""
    reference: str = ""
    currency: str = ""
    view: View | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of the list, by the row it lies beside; moment: what its view goes by."""

    moment: datetime
    id: int

    @classmethod
    def of(cls, row: HoldRow, view: View | None = None) -> Cursor:
        """Return the place of a row in a view."""
        return cls(getattr(row, _moment(view)), row.id)


def page(
    database: Database,
    wanted: HoldFilter,
    *,
    order: Order = Order.NEWEST,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[HoldRow]:
    """Return the page after or before a cursor; without one, the first or (BEFORE) the last page."""

    def ask(session: Session) -> list[HoldRow]:
        return rows_of(session, wanted, cursor, limit + 1, order=order, direction=direction)

    rows = database.read("reservations.page", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


def rows_of(
    session: Session,
    wanted: HoldFilter,
    cursor: Cursor | None,
    limit: int,
    *,
    order: Order = Order.NEWEST,
    direction: Direction = Direction.AFTER,
) -> list[HoldRow]:
    """Return so many rows from a cursor on, away from it."""
    values: dict[str, Any] = {"limit": limit}
    if wanted.user:
        values["user"] = asked_name(wanted.user)
    if wanted.reference:
        values["reference"] = wanted.reference
    if wanted.currency:
        values["currency"] = wanted.currency
    if cursor is not None:
        values |= {"cursor_at": cursor.moment, "cursor_id": cursor.id}
    falling = (order is Order.NEWEST) is (direction is Direction.AFTER)
    statement = page_shape(
        frozenset(values), wanted.view, wanted.status, past_due=wanted.past_due, falling=falling
    )
    return [_row(row) for row in session.execute(statement, values).all()]


def _moment(view: View | None) -> str:
    return "created_at" if view is None else _MOMENTS.get(view, "created_at")


@lru_cache(maxsize=256)
def page_shape(
    given: frozenset[str],
    view: View | None,
    status: ReservationStatus | None,
    *,
    past_due: bool,
    falling: bool,
) -> TextClause:
    """Build the statement once for each set of conditions; a status is written out, for partial indexes."""
    moment = _moment(view)
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    if view is not None:
        conditions.append(_VIEWS[view])
    if past_due:
        conditions.append(_OVERDUE)
    if status is not None:
        conditions.append(f"r.status = '{status.value}'")
    if "cursor_at" in given:
        conditions.append(f"(r.{moment}, r.id) {'<' if falling else '>'} (:cursor_at, :cursor_id)")
    statement = text(
        _PAGE.format(
            conditions=" AND ".join(conditions) or "true",
            moment=moment,
            direction="DESC" if falling else "ASC",
        )
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
