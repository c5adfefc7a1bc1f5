"""Holds as a file: all that match a filter, in the order of their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.files.exports import ExportResult, export_csv, named_columns
from console.ledger.holds.page import Cursor, HoldRow, rows_of
from console.postgres.page import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.ledger.holds.page import HoldFilter
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ROWS_A_PAGE = 5_000

COLUMNS: Final = named_columns(
    "hold:integer, reference, account:account, status, amount:amount:summed, captured:amount:summed,"
    " currency:currency, description, created by, created at:timestamp, expires at:until, closed by,"
    " closed at:timestamp, reason, ticket, closing ticket, transaction:integer"
)


def export_holds(
    database: Database,
    path: Path,
    wanted: HoldFilter,
    *,
    zone: tzinfo,
    order: Order = Order.NEWEST,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportResult:
    """Write all that match, as they were at one moment; memory holds one page however many there are.

    zone: that of the business day, named beside the totals.
    """

    def work(session: Session) -> ExportResult:
        found = (cells(row) for row in _all(session, wanted, order))
        return export_csv(path, COLUMNS, found, zone=zone, cancel=cancel, progress=progress)

    return database.snapshot("reservations.export", work, cancel=cancel)


def cells(row: HoldRow) -> tuple[Any, ...]:
    """Return a row's cells, in the order of COLUMNS."""
    return (
        row.id, row.reference, row.username, "past due" if row.past_due else row.status.value, row.amount,
        row.captured_amount, row.currency, row.description, row.created_by, row.created_at, row.expires_at,
        row.closed_by or "", row.closed_at, row.close_reason or "", row.ticket,
        row.close_ticket, row.transaction,
    )  # fmt: skip


def _all(session: Session, wanted: HoldFilter, order: Order) -> Iterator[HoldRow]:
    """Yield row after row by keyset pages: a server-side cursor would not do behind a pooler."""
    cursor: Cursor | None = None
    while True:
        rows = rows_of(session, wanted, cursor, ROWS_A_PAGE, order=order)
        yield from rows
        if len(rows) < ROWS_A_PAGE:
            return
        cursor = Cursor.of(rows[-1], wanted.view)
