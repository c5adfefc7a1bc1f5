"""Accounts as a file: all that match a filter, a row for each of an account's currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.files.exports import ExportResult, export_csv, named_columns
from console.ledger.accounts.page import AccountRow, Cursor, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.ledger.accounts.page import AccountFilter
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ROWS_A_PAGE = 5_000

COLUMNS: Final = named_columns(
    "username:account, name, status, trust level:integer, currency:currency, balance:amount:summed,"
    " granted:amount:summed, reserved:amount:summed, expired:amount:summed, overdraft limit:amount:summed,"
    " available:amount:summed, transferable:amount, last activity:timestamp, opened at:timestamp, email,"
    " flags:integer, flag, assignee"
)


def export_accounts(
    database: Database,
    path: Path,
    wanted: AccountFilter,
    *,
    zone: tzinfo,
    cancel: Cancellation | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportResult:
    """Write all that match, as they were at one moment; memory holds one page however many there are.

    zone: that of the business day, named beside the totals.
    """

    def work(session: Session) -> ExportResult:
        found = (cells(row) for row in _all(session, wanted))
        return export_csv(path, COLUMNS, found, zone=zone, cancel=cancel, progress=progress)

    return database.snapshot("accounts.export", work, cancel=cancel)


def cells(row: AccountRow) -> tuple[Any, ...]:
    """Return a row's cells, in the order of COLUMNS."""
    return (
        row.username, row.display_name, row.status.value, row.trust_level, row.currency, row.balance,
        row.granted, row.reserved, row.dead, row.overdraft_limit, row.available, row.transferable,
        row.last_activity, row.opened_at, row.email or "",
        row.flags, row.asks or "", row.assignee or "",
    )  # fmt: skip


def _all(session: Session, wanted: AccountFilter) -> Iterator[AccountRow]:
    """Yield row after row by keyset pages: a server-side cursor would not do behind a pooler."""
    cursor: Cursor | None = None
    while True:
        rows = rows_of(session, wanted, cursor, ROWS_A_PAGE)
        yield from rows
        if len(rows) < ROWS_A_PAGE:
            return
        cursor = Cursor.of(rows[-1])
