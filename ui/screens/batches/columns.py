"""What the tables of batches show: the list, the lines of one, its accounts, and its problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.files.text import party
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


def _of(row: BatchRow) -> Currency:
    return row.currency


BATCHES: tuple[Column[BatchRow], ...] = (
    Column("id", "Id", Kind.IDENTIFIER, muted=True),
    Column("name", "Name", stretch=True),
    Column("status", "Status", Kind.CHIP, tone=lambda row: STATUS_TONES[row.status]),
    Column("file_name", "File", muted=True, yields=4),
    Column("lines", "Lines", Kind.INTEGER),
    Column("total", "Total", Kind.AMOUNT, currency=_of),
    Column("currency", "Currency", value=lambda row: row.currency.code, muted=True),
    Column("created_by", "Created by", muted=True, yields=2),
    Column("created_at", "Created", Kind.TIMESTAMP, muted=True, yields=3),
    Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True, yields=1),
)


def line_columns(
    currency: Callable[[object], Currency], *, posted: bool, grants: bool
) -> tuple[Column[BatchLineRow], ...]:
    """Return the columns of a batch's lines; `currency` is the batch's, known once it was read."""
    line: tuple[Column[BatchLineRow], ...] = (
        Column("line", "Line", Kind.INTEGER, muted=True),
        Column("from_name", "From", words=party),
        Column("to_name", "To", words=party),
        Column("amount", "Amount", Kind.AMOUNT, currency=currency),
    )
    after: tuple[Column[BatchLineRow], ...] = (
        Column("from_balance_after", "From after", Kind.AMOUNT, muted=True, currency=currency, yields=2),
        Column("to_balance_after", "To after", Kind.AMOUNT, muted=True, currency=currency, yields=2),
        Column("transaction", "Transaction", Kind.IDENTIFIER, muted=True, yields=1),
    )
    credit: tuple[Column[BatchLineRow], ...] = (
        Column("lot_source", "Source", muted=True, yields=1),
        Column("lot_expires_at", "Expires", Kind.UNTIL),
    )
    words: tuple[Column[BatchLineRow], ...] = (
        Column("reference", "Reference", muted=True),
        Column("description", "Description", muted=True, stretch=True, width=120, yields=3),
        Column("effective_at", "Effective", Kind.TIMESTAMP, muted=True, hidden=True),
    )
    return (*line, *(after if posted else ()), *(credit if grants else ()), *words)


def wallet_columns(currency: Callable[[object], Currency]) -> tuple[Column[WalletChange], ...]:
    """Return the columns of the accounts that a batch moves; `currency` is the batch's."""
    return (
        Column("username", "Account", sortable=True, stretch=True, words=party),
        Column("before", "Before", Kind.AMOUNT, muted=True, sortable=True, currency=currency),
        Column(
            "change", "Change", Kind.SIGNED, value=lambda row: row.after - row.before, sortable=True,
            currency=currency,
        ),
        Column("after", "After", Kind.AMOUNT, sortable=True, currency=currency),
        Column("lines", "Lines", Kind.INTEGER, muted=True, sortable=True),
    )  # fmt: skip


PROBLEMS: tuple[Column[Problem], ...] = (
    Column("line", "Line", Kind.INTEGER, muted=True, sortable=True),
    Column("column", "Column", sortable=True),
    Column("value", "Value", sortable=True, tone=lambda _row: Tone.ERROR),
    Column("message", "What to do", value=lambda row: sentence(row.message), stretch=True),
)
