"""The audit chain as an auditor reads it: newest first, by keyset, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.ledger.audit.verify.head import HEAD, head_in
from console.postgres.page import PAGE_SIZE, Direction, Page

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.ledger.audit.verify.check import Head
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event; `code` says why it was refused, `detail` holds the request and its outcome."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    outcome: str
    code: str | None
    reason: str
    detail: dict[str, Any]
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events; an empty field lets all pass. subject is exact, such as `account:alice`."""

    subject: str = ""
    actor: str = ""
    action: str = ""
    outcome: str = ""


def page(
    database: Database,
    wanted: AuditFilter,
    *,
    before: int | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[AuditEvent]:
    """Return the newest events, or the newest before an event's number; one statement at any depth."""
    given = {name: getattr(wanted, name) for name in ("subject", "actor", "action", "outcome")}
    values = {name: value for name, value in given.items() if value}
    conditions = [f"e.{name} = :{name}" for name in values]
    if before is not None:
        conditions.append("e.id < :before")
    statement = text(f"""
        SELECT e.id, e.at, e.actor, e.action, e.subject, e.outcome,
            e.detail #>> '{{outcome,code}}' AS code, e.reason, e.detail, e.hash
        FROM ledger.audit_events e {"WHERE " + " AND ".join(conditions) if conditions else ""}
        ORDER BY e.id DESC LIMIT :limit""")  # noqa: S608 - names of four fields
    asked = {**values, "limit": limit + 1} | ({} if before is None else {"before": before})

    def ask(session: Session) -> Page[AuditEvent]:
        rows = [AuditEvent(*row) for row in session.execute(statement, asked)]
        return Page.cut(rows, limit, Direction.AFTER, beside=before is not None)

    return database.read("audit.page", ask, cancel=cancel)


def head(database: Database, *, cancel: Cancellation | None = None) -> Head:
    """Return how far the audit chain goes now, to be written down elsewhere."""
    statement = text(HEAD)
    return database.read(
        "audit.head", lambda session: head_in(session.execute(statement).one()), cancel=cancel
    )
