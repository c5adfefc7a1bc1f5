"""How many batches wait for somebody, asked when an operator signs in and whenever the list is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_WAITING = text("""
    SELECT (SELECT count(*) FROM ledger.batches b WHERE b.status IN ('draft', 'submitted', 'approved'))
        + (SELECT count(*) FROM ledger.approval_requests q
            WHERE q.kind = 'reverse_batch' AND q.status IN ('pending', 'approved'))""")


def waiting(database: Database, *, cancel: Cancellation | None = None) -> int:
    """Return how many batches are not posted yet, and how many reversals are not carried out."""

    def ask(session: Session) -> int:
        return int(session.execute(_WAITING).scalar_one())

    return database.read("session.waiting", ask, cancel=cancel)
