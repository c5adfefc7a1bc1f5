"""Who posts a batch at this moment, which nobody can see in its rows before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_POSTING = text("SELECT p.operator, p.since FROM ledger.batch_posting(:batch) p")


@dataclass(frozen=True, slots=True)
class PostingNow:
    """The operator whose transaction posts a batch, and since when, to the second."""

    operator: str
    since: datetime


def posting_now(
    database: Database, batch_id: int, *, cancel: Cancellation | None = None
) -> PostingNow | None:
    """Return who posts the batch now; None when nobody does. It decides nothing: the ledger does."""

    def ask(session: Session) -> PostingNow | None:
        found = session.execute(_POSTING, {"batch": batch_id}).one_or_none()
        return None if found is None else PostingNow(found.operator, found.since)

    return database.read("batches.posting", ask, cancel=cancel)
