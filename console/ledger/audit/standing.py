"""How far transactions are under seal, and since when: what there is to say without a verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public result
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# Four probes: the ends of three indexes, and one event.
_STANDING: Final = text("""
    SELECT now() AS at, s.last_id AS sealed_to, e.at AS sealed_at, e.actor AS sealed_by,
        (SELECT max(t.id) FROM ledger.transactions t) AS newest
    FROM (SELECT) always
    LEFT JOIN LATERAL (
        SELECT s.last_id, s.event_id FROM ledger.seals s ORDER BY s.last_id DESC LIMIT 1) s ON true
    LEFT JOIN ledger.audit_events e ON e.id = s.event_id""")


@dataclass(frozen=True, slots=True)
class Standing:
    """The last transaction under seal, when and by whom it was sealed, and the newest transaction of all.

    All but at are None where there is none.
    """

    at: datetime
    sealed_to: int | None
    sealed_at: datetime | None
    sealed_by: str | None
    newest: int | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing waits to be sealed."""
        return (self.sealed_to or 0) >= (self.newest or 0)


def standing(database: Database, *, cancel: Cancellation | None = None) -> Standing:
    """Return how far the seals go, in one statement."""

    def ask(session: Session) -> Standing:
        return Standing(*session.execute(_STANDING).one())

    return database.read("audit.standing", ask, cancel=cancel)
