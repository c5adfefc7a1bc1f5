"""How the end of a hold was moved: each act on it, the newest first, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

MOST: Final = 50
"""Changes of one hold that are told, the newest."""

# By the primary key of the events: those of one hold are few, and their acts are read one by one.
_HISTORY: Final = text("""
    SELECT a.id, a.acted_at, a.operator, e.expires_before, a.expires_at, a.reason, coalesce(a.ticket, ''),
        a.items
    FROM ledger.hold_events e JOIN ledger.acts a ON a.id = e.act_id
    WHERE e.reservation_id = :hold AND a.kind IN ('extend_reservation', 'extend_holds')
    ORDER BY e.act_id DESC LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class EndMoved:
    """One change of a hold's end: by whom, when, from when to when (None is no end), and why.

    reason: empty of what was done before reasons were kept with it. holds: how many the act was on.
    """

    act: int
    at: datetime
    operator: str
    before: datetime | None
    after: datetime | None
    reason: str
    ticket: str
    holds: int


def ends_moved(
    database: Database, hold: int, *, limit: int = MOST, cancel: Cancellation | None = None
) -> tuple[EndMoved, ...]:
    """Return how the end of a hold was moved, by its number, newest first; empty where it never was."""

    def ask(session: Session) -> tuple[EndMoved, ...]:
        rows = session.execute(_HISTORY, {"hold": hold, "limit": limit})
        return tuple(EndMoved(*row) for row in rows)

    return database.read("reservation.history", ask, cancel=cancel)
