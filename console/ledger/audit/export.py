"""Audit events as a file that proves itself: each row with its hashes, and the chain's head beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.files.exports import ExportResult, export_csv, named_columns
from console.ledger.audit.page import AuditEvent, rows_of
from console.ledger.audit.verify.head import HEAD, head_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.ledger.audit.filter import AuditFilter
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ROWS_A_PAGE: Final = 5_000

COLUMNS: Final = named_columns(
    "event:integer, at:timestamp, operator, kind, subject, outcome, code, reason, ticket, detail,"
    " format:integer, digest, previous hash, hash"
)


def export_events(
    database: Database,
    path: Path,
    wanted: AuditFilter,
    *,
    zone: tzinfo,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportResult:
    """Write all that match, the newest first, as they were at one moment; memory holds one page.

    Beside the totals stands the chain's head of that moment, with the first and last number in the file:
    whoever has the head from elsewhere knows that the file is of that chain.
    """

    def work(session: Session) -> ExportResult:
        now = session.execute(text(f"SELECT head.*, now() AS at FROM ({HEAD}) head")).one()  # noqa: S608 - a constant
        head = head_in(now)
        seen = _Seen()

        def proof() -> dict[str, Any]:
            return {
                "audit_chain": {
                    "ledger": str(head.ledger),
                    "events": seen.count,
                    "first_event": seen.first,
                    "last_event": seen.last,
                    "head_event": head.id,
                    "head_hash": head.hash.hex(),
                    "at": now.at.isoformat(),
                    "whole": wanted.is_everything and seen.count == head.id,
                }
            }

        found = (cells(event) for event in seen.watched(_all(session, wanted)))
        return export_csv(
            path, COLUMNS, found, zone=zone, cancel=cancel, progress=progress, beside=proof
        )  # fmt: skip

    return database.snapshot("audit.export", work, cancel=cancel)


def cells(event: AuditEvent) -> tuple[Any, ...]:
    """Return an event's cells, in the order of COLUMNS."""
    return (
        event.id, event.at, event.actor, event.action, event.subject, event.outcome, event.code or "",
        event.reason, event.ticket or "", event.written, event.format,
        "" if event.digest is None else event.digest.hex(), event.previous.hex(), event.hash.hex(),
    )  # fmt: skip


class _Seen:
    """How many events passed, and the least and greatest of their numbers."""

    def __init__(self) -> None:
        self.count = 0
        self.first: int | None = None
        self.last: int | None = None

    def watched(self, events: Iterator[AuditEvent]) -> Iterator[AuditEvent]:
        """Yield the same events, the newest first."""
        for event in events:
            self.count += 1
            self.first = event.id
            self.last = event.id if self.last is None else self.last
            yield event


def _all(session: Session, wanted: AuditFilter) -> Iterator[AuditEvent]:
    """Yield event after event by keyset pages: a server-side cursor would not do behind a pooler."""
    cursor: int | None = None
    while True:
        rows = rows_of(session, wanted, cursor, ROWS_A_PAGE)
        yield from rows
        if len(rows) < ROWS_A_PAGE:
            return
        cursor = rows[-1].id
