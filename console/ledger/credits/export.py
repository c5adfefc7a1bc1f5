"""Credits as columns and cells, and all that match a filter in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.files.exports import ExportResult, export_csv, named_columns
from console.ledger.credits.listing import CreditCursor, CreditRow, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.ledger.credits.filter import CreditFilter
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ROWS_A_PAGE: Final = 5_000

COLUMNS: Final = named_columns(
    "credit:integer, username:account, source, currency:currency, granted:amount, left:amount:summed,"
    " on hold:amount, expired:amount:summed, until:until, granted at:timestamp, ended at:timestamp,"
    " movements:integer, transaction:integer"
)
"""The columns in the order of `cells`."""


def cells(row: CreditRow) -> tuple[Any, ...]:
    """Return one row's cells."""
    return (
        row.id, row.username, row.source, row.currency, row.amount, row.remaining, row.held, row.expired,
        row.expires_at, row.created_at, row.closed_at, row.uses, row.opened_by,
    )  # fmt: skip


def export_credits(
    database: Database,
    path: Path,
    wanted: CreditFilter,
    *,
    zone: tzinfo,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportResult:
    """Write all that match, as they were at one moment; memory holds one page however many there are."""

    def work(session: Session) -> ExportResult:
        found = (cells(row) for row in _all(session, wanted, zone))
        return export_csv(path, COLUMNS, found, zone=zone, cancel=cancel, progress=progress)

    return database.snapshot("credits.export", work, cancel=cancel)


def _all(session: Session, wanted: CreditFilter, zone: tzinfo) -> Iterator[CreditRow]:
    cursor: CreditCursor | None = None
    while True:
        rows = beside(session, wanted, zone, cursor=cursor, limit=ROWS_A_PAGE)
        yield from rows
        if len(rows) < ROWS_A_PAGE:
            return
        cursor = rows[-1].place
