"""The audit chain as an auditor reads it: newest first, by keyset, in one statement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.ledger.audit.filter import AuditFilter, statement_of
from console.ledger.audit.verify.head import HEAD, head_in
from console.postgres.page import PAGE_SIZE, Direction, Page

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.ledger.audit.verify.check import Head
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

__all__ = ["AuditEvent", "AuditFilter", "head", "page", "rows_of"]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event; `code` says why it was refused.

    written: the request and its outcome as the server writes them, which is what was hashed.
    previous: the hash of the event before. digest: of the content, None in format 1.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    outcome: str
    code: str | None
    reason: str
    ticket: str | None
    written: str
    previous: bytes
    hash: bytes
    format: int
    digest: bytes | None

    @property
    def detail(self) -> dict[str, Any]:
        """The request and its outcome."""
        found: dict[str, Any] = json.loads(self.written)
        return found

    @property
    def was_refused(self) -> bool:
        """Whether nothing came of it."""
        return self.outcome == "refused"


def page(
    database: Database,
    wanted: AuditFilter,
    *,
    before: int | None = None,
    direction: Direction = Direction.AFTER,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[AuditEvent]:
    """Return the newest events, or the newest before an event's number; one statement at any depth.

    direction: BEFORE are the next newer ones beside that number, or the oldest of all without it.
    """

    def ask(session: Session) -> Page[AuditEvent]:
        rows = rows_of(session, wanted, before, limit + 1, falling=direction is Direction.AFTER)
        return Page.cut(rows, limit, direction, beside=before is not None)

    return database.read("audit.page", ask, cancel=cancel)


def rows_of(
    session: Session, wanted: AuditFilter, cursor: int | None, limit: int, *, falling: bool = True
) -> list[AuditEvent]:
    """Return so many events from a number on, the newest first unless they are rising."""
    statement, values = statement_of(wanted, cursor, limit, falling=falling)
    return [event_of(row) for row in session.execute(statement, values)]


def event_of(row: Any) -> AuditEvent:
    """Return a row of the page's statement as an event."""
    digest = None if row.digest is None else bytes(row.digest)
    return AuditEvent(
        row.id, row.at, row.actor, row.action, row.subject, row.outcome, row.code, row.reason, row.ticket,
        row.written, bytes(row.previous), bytes(row.hash), row.format, digest,
    )  # fmt: skip


def head(database: Database, *, cancel: Cancellation | None = None) -> Head:
    """Return how far the audit chain goes now, to be written down elsewhere."""
    statement = text(HEAD)
    return database.read(
        "audit.head", lambda session: head_in(session.execute(statement).one()), cancel=cancel
    )
