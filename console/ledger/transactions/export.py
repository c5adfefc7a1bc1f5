"""Transactions as columns and cells, and all that match a filter in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.files.exports import ExportResult, export_csv, named_columns
from console.ledger.transactions.page import Cursor, TransactionRow, page_statement
from console.postgres.page import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.ledger.transactions.page import TransactionFilter
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ROWS_A_PAGE = 5_000


COLUMNS: Final = named_columns(
    "id:integer, posted at:timestamp, kind, from:account, to:account, amount:amount:summed,"
    " currency:currency, from balance after:amount, to balance after:amount, reference, description,"
    " effective at:timestamp, batch:integer, operator, reverses:integer, part:integer, reversed by:integer,"
    " reversed:amount, left:amount, reason, ticket"
)
"""The columns in the order of `cells`."""


def cells(row: TransactionRow) -> tuple[Any, ...]:
    """Return one row's cells."""
    return (
        row.id, row.posted_at, row.kind, row.from_username, row.to_username, row.amount, row.currency,
        row.from_balance_after, row.to_balance_after, row.reference, row.description,
        row.effective_at, row.batch_id, row.operator, row.reverses, row.part, row.reversed_by,
        row.reversed or None, row.left if row.reversed else None, row.reason, row.ticket,
    )  # fmt: skip


def export_transactions(
    database: Database,
    path: Path,
    wanted: TransactionFilter,
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
        found = (cells(row) for row in _all(session, wanted, descending=order is Order.NEWEST))
        return export_csv(path, COLUMNS, found, zone=zone, cancel=cancel, progress=progress)

    return database.snapshot("transactions.export", work, cancel=cancel)


def _all(session: Session, wanted: TransactionFilter, *, descending: bool) -> Iterator[TransactionRow]:
    """Yield row after row by keyset pages: a server-side cursor would not do behind a pooler."""
    cursor: Cursor | None = None
    while True:
        statement, values = page_statement(wanted, descending=descending, cursor=cursor, limit=ROWS_A_PAGE)
        rows = [TransactionRow(*row) for row in session.execute(statement, values)]
        yield from rows
        if len(rows) < ROWS_A_PAGE:
            return
        cursor = Cursor.of(rows[-1])
