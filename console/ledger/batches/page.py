"""Batches as an operator reads them: the list, one batch, and the pages of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page
from models.batch import BatchStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

BATCH_COLUMNS = """
    b.id, b.name, b.currency, b.status::text, b.file_name, b.created_by, b.created_at,
        b.posted_by, b.posted_at, coalesce(b.line_count, drafted.lines), coalesce(b.total, drafted.total),
        b.create_missing, b.account_prefix, b.content_hash, b.first_transaction, b.last_transaction,
        (SELECT c.exponent FROM ledger.currencies c WHERE c.code = b.currency)"""
"""What `batch_of` reads, in its order, from BATCH_SOURCES."""

BATCH_SOURCES = """
    FROM ledger.batches b
    LEFT JOIN LATERAL (
        SELECT count(*) AS lines, coalesce(sum(l.amount), 0) AS total
        FROM ledger.batch_lines l WHERE l.batch_id = b.id AND b.line_count IS NULL
    ) drafted ON b.line_count IS NULL"""

_BATCH = f"SELECT {BATCH_COLUMNS} {BATCH_SOURCES}"

# Before and after come from the posted rows, found by the batch's own range of ids.
_LINES = """
    SELECT l.line_no, l.from_name, l.to_name, l.amount, l.reference, l.description, l.effective_at,
        t.id, t.from_balance_after, t.to_balance_after, l.lot_source, l.lot_expires_at
    FROM (
        SELECT * FROM ledger.batch_lines l
        WHERE l.batch_id = :batch AND l.line_no {comparison} :cursor
        ORDER BY l.line_no {direction} LIMIT :limit
    ) l
    LEFT JOIN ledger.transactions t ON t.reference = l.reference AND t.batch_id = l.batch_id
    ORDER BY l.line_no {direction}"""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch; `total` in minor units of its currency."""

    id: int
    name: str
    currency: Currency
    status: BatchStatus
    file_name: str
    created_by: str
    created_at: datetime
    posted_by: str | None
    posted_at: datetime | None
    lines: int
    total: int
    create_missing: bool
    account_prefix: str
    content_hash: bytes | None
    first_transaction: int | None
    last_transaction: int | None


@dataclass(frozen=True, slots=True)
class BatchLineRow:
    """One line as the file gave it, and once posted its transaction and both balances after it.

    A line with a source opens a lot of credit, which expires at `lot_expires_at` if at all.
    """

    line: int
    from_name: str | None
    to_name: str | None
    amount: int | None
    reference: str | None
    description: str
    effective_at: datetime | None
    transaction: int | None
    from_balance_after: int | None
    to_balance_after: int | None
    lot_source: str | None = None
    lot_expires_at: datetime | None = None


def page(
    database: Database,
    *,
    currency: str = "",
    cursor: int | None = None,
    direction: Direction = Direction.AFTER,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[BatchRow]:
    """Return batches, newest first, beside the batch id `cursor`; without one, the first or last page.

    currency: a code; empty lets all pass.
    """
    forward = direction is Direction.AFTER
    values: dict[str, object] = {"limit": limit + 1}
    conditions = ["true"]
    if currency:
        conditions.append("b.currency = :currency")
        values["currency"] = currency
    if cursor is not None:
        conditions.append(f"b.id {'<' if forward else '>'} :cursor")
        values["cursor"] = cursor
    statement = text(
        f"{_BATCH} WHERE {' AND '.join(conditions)} ORDER BY b.id {'DESC' if forward else 'ASC'} LIMIT :limit"
    )

    def ask(session: Session) -> Page[BatchRow]:
        rows = [batch_of(row) for row in session.execute(statement, values)]
        return Page.cut(rows, limit, direction, beside=cursor is not None)

    return database.read("batches.page", ask, cancel=cancel)


def get(database: Database, batch_id: int, *, cancel: Cancellation | None = None) -> BatchRow:
    """Return one batch; raises UsageError when there is none of this number."""

    def ask(session: Session) -> BatchRow:
        row = session.execute(text(f"{_BATCH} WHERE b.id = :batch"), {"batch": batch_id}).one_or_none()
        if row is None:
            raise UsageError(f"There is no batch {batch_id}.")
        return batch_of(row)

    return database.read("batches.get", ask, cancel=cancel)


def lines(
    database: Database,
    batch_id: int,
    *,
    cursor: int | None = None,
    direction: Direction = Direction.AFTER,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[BatchLineRow]:
    """Return the lines after or before line `cursor`; without one, the first or (BEFORE) the last page."""
    forward = direction is Direction.AFTER
    statement = text(
        _LINES.format(comparison=">" if forward else "<", direction="ASC" if forward else "DESC")
    )
    start = cursor if cursor is not None else (0 if forward else 2**31 - 1)
    values = {"batch": batch_id, "cursor": start, "limit": limit + 1}

    def ask(session: Session) -> Page[BatchLineRow]:
        rows = [BatchLineRow(*row) for row in session.execute(statement, values)]
        return Page.cut(rows, limit, direction, beside=cursor is not None)

    return database.read("batches.lines", ask, cancel=cancel)


def batch_of(row: Row[Any] | Sequence[Any]) -> BatchRow:
    """Read the values of BATCH_COLUMNS."""
    *values, exponent = row
    values[2] = currency_of(values[2], exponent)
    values[3] = BatchStatus(values[3])
    values[10] = int(values[10])
    return BatchRow(*values)
