"""What the tables of batches show: the list, the lines of one, its accounts, and its problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.batch import BatchStatus
from ui.kit.formats import sentence
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors.problem import Problem
    from console.ledger.batches.commands import WalletChange
    from console.ledger.batches.page import BatchLineRow, BatchRow
    from console.money import Currency

STATUS_TONES = {
    BatchStatus.DRAFT: Tone.WARNING,
    BatchStatus.SUBMITTED: Tone.ACCENT,
    BatchStatus.APPROVED: Tone.ACCENT,
    BatchStatus.POSTED: Tone.CREDIT,
    BatchStatus.REJECTED: Tone.ERROR,
    BatchStatus.REVERSED: Tone.NEUTRAL,
}


def batch_columns(currency_of: Callable[[BatchRow], Currency]) -> tuple[Column[BatchRow], ...]:
    """Return the columns of the list of batches; each batch has its own currency."""
    return (
        Column("id", "Id", Kind.IDENTIFIER, muted=True),
        Column("name", "Name", stretch=True),
        Column("status", "Status", Kind.CHIP, tone=lambda row: STATUS_TONES[row.status]),
        Column("file_name", "File", muted=True),
        Column("lines", "Lines", Kind.INTEGER),
        Column("total", "Total", Kind.AMOUNT, currency=currency_of),
        Column("currency", "Currency", muted=True),
        Column("created_by", "Created by", muted=True),
        Column("created_at", "Created", Kind.TIMESTAMP, muted=True),
        Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True),
    )


DRAFT_LINES: tuple[Column[BatchLineRow], ...] = (
    Column("line", "Line", Kind.INTEGER, muted=True),
    Column("from_name", "From"),
    Column("to_name", "To"),
    Column("amount", "Amount", Kind.AMOUNT),
    Column("reference", "Reference", muted=True),
    Column("description", "Description", muted=True, stretch=True),
    Column("effective_at", "Effective", Kind.TIMESTAMP, muted=True, hidden=True),
)

POSTED_LINES: tuple[Column[BatchLineRow], ...] = (
    *DRAFT_LINES[:4],
    Column("from_balance_after", "From after", Kind.AMOUNT, muted=True),
    Column("to_balance_after", "To after", Kind.AMOUNT, muted=True),
    Column("transaction", "Transaction", Kind.IDENTIFIER, muted=True),
    *DRAFT_LINES[4:],
)

_CREDIT: tuple[Column[BatchLineRow], ...] = (
    Column("lot_source", "Source", muted=True),
    Column("lot_expires_at", "Expires", Kind.TIMESTAMP),
)
DRAFT_GRANTS: tuple[Column[BatchLineRow], ...] = (*DRAFT_LINES[:4], *_CREDIT, *DRAFT_LINES[4:])
POSTED_GRANTS: tuple[Column[BatchLineRow], ...] = (*POSTED_LINES[:4], *_CREDIT, *POSTED_LINES[4:])

WALLETS: tuple[Column[WalletChange], ...] = (
    Column("username", "Account", sortable=True, stretch=True),
    Column("before", "Before", Kind.AMOUNT, muted=True, sortable=True),
    Column("change", "Change", Kind.SIGNED, value=lambda row: row.after - row.before, sortable=True),
    Column("after", "After", Kind.AMOUNT, sortable=True),
    Column("lines", "Lines", Kind.INTEGER, muted=True, sortable=True),
)

PROBLEMS: tuple[Column[Problem], ...] = (
    Column("line", "Line", Kind.INTEGER, muted=True, sortable=True),
    Column("column", "Column", sortable=True),
    Column("value", "Value", sortable=True, tone=lambda _row: Tone.ERROR),
    Column("message", "What to do", value=lambda row: sentence(row.message), stretch=True),
)
