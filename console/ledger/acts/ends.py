"""How an end was moved by hand: each act on a hold or a credit, the newest first, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

MOST: Final = 50
"""Changes of one end that are told, the newest."""

# By the primary key of the events: those of one are few, and their acts are read one by one.
_OF_HOLD: Final = text("""
    SELECT a.id, a.kind, a.acted_at, a.operator, e.expires_before, a.expires_at, a.reason,
        coalesce(a.ticket, ''), a.items
    FROM ledger.hold_events e JOIN ledger.acts a ON a.id = e.act_id
    WHERE e.reservation_id = :number AND a.kind IN ('extend_reservation', 'extend_holds')
    ORDER BY e.act_id DESC LIMIT :limit""")
_OF_CREDIT: Final = text("""
    SELECT a.id, a.kind, a.acted_at, a.operator, e.expires_before, a.expires_at, a.reason,
        coalesce(a.ticket, ''), a.items
    FROM ledger.lot_events e JOIN ledger.acts a ON a.id = e.act_id
    WHERE e.lot_id = :number ORDER BY e.act_id DESC LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class EndMoved:
    """One change of an end: by whom, when, from when to when (None is no end), and why.

    kind: what the act is called in the ledger. A revival leaves the credit as it is: `after` is the end of
    the new one. reason: empty of what was done before reasons were kept with it. items: how many holds or
    credits the act was on.
    """

    act: int
    kind: str
    at: datetime
    operator: str
    before: datetime | None
    after: datetime | None
    reason: str
    ticket: str
    items: int


def of_hold(
    database: Database, number: int, *, limit: int = MOST, cancel: Cancellation | None = None
) -> tuple[EndMoved, ...]:
    """Return how the end of a hold was moved, by its number, newest first; empty where it never was."""
    return database.read("reservation.history", _asking(_OF_HOLD, number, limit), cancel=cancel)


def of_credit(
    database: Database, number: int, *, limit: int = MOST, cancel: Cancellation | None = None
) -> tuple[EndMoved, ...]:
    """Return the acts on a credit, by its number, newest first: extended, ended, and revived."""
    return database.read("credit.history", _asking(_OF_CREDIT, number, limit), cancel=cancel)


def _asking(statement: TextClause, number: int, limit: int) -> Callable[[Session], tuple[EndMoved, ...]]:
    def ask(session: Session) -> tuple[EndMoved, ...]:
        return tuple(EndMoved(*row) for row in session.execute(statement, {"number": number, "limit": limit}))

    return ask
