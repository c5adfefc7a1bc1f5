"""Which transactions are listed, from where, and in which order: one statement a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.files.days import end_of, start_of
from console.files.text import party
from console.ledger.transactions.page import Cursor, TransactionFilter, TransactionRow, page
from console.ledger.transactions.words import reversal_words
from console.postgres.page import Direction, Order, Page
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from datetime import date

    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.kit.formats import Formats


def _currency(row: TransactionRow) -> Currency:
    return row.currency


def given_back(row: TransactionRow, formats: Formats) -> str:
    """Say what a row reverses, or how much of it was given back."""
    return reversal_words(
        row.reverses, row.part, row.reversed, row.amount, lambda minor: formats.amount(minor, row.currency)
    )


def columns(formats: Formats, *, several: bool) -> tuple[Column[TransactionRow], ...]:
    """Return the columns; the currency stands beside the amount where the ledger has several."""
    return (
        Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True, sortable=True, yields=1),
        Column("id", "Id", Kind.IDENTIFIER, muted=True, yields=6),
        Column("kind", "Kind", Kind.CHIP, tone=lambda _row: Tone.NEUTRAL, width=104, yields=2),
        Column("from_username", "From", words=party),
        Column("to_username", "To", words=party),
        Column("amount", "Amount", Kind.AMOUNT, currency=_currency),
        Column("currency", "Currency", value=lambda row: row.currency.code, muted=True, hidden=not several),
        Column("from_balance_after", "From after", Kind.AMOUNT, muted=True, currency=_currency, yields=4),
        Column("to_balance_after", "To after", Kind.AMOUNT, muted=True, currency=_currency, yields=4),
        Column(
            "reversal", "Reversal", value=lambda row: given_back(row, formats) or None, muted=True, width=120,
            tone=lambda row: Tone.WARNING if row.reversed else None, yields=7,
        ),
        Column("reference", "Reference", muted=True, width=110, yields=3),
        Column("description", "Description", muted=True, width=120, stretch=True, yields=5),
        Column("ticket", "Ticket", value=lambda row: row.ticket or None, muted=True, hidden=True),
        Column("reason", "Reason", value=lambda row: row.reason or None, muted=True, hidden=True),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """What a PagedModel loads from, one a load: several threads read it at once.

    start: where a jump goes instead of the list's first row. limit: the rows of a page.
    """

    database: Database
    limit: int
    wanted: TransactionFilter = field(default_factory=TransactionFilter)
    order: Order = Order.NEWEST
    start: Cursor | None = None

    def __call__(
        self, direction: Direction, row: TransactionRow | None, cancellation: Cancellation
    ) -> Page[TransactionRow]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        cursor = None if row is None else Cursor.of(row)
        if row is None and direction is Direction.AFTER:
            cursor = self.start
        return page(
            self.database, self.wanted, order=self.order, direction=direction, cursor=cursor,
            limit=self.limit, cancel=cancellation,
        )  # fmt: skip


def cursor_at(day: date, order: Order, formats: Formats) -> Cursor | None:
    """Return the place before a day's first row in an order; None is the list's own beginning."""
    if order is Order.OLDEST:
        return Cursor(start_of(day, formats.zone), 0)
    end = end_of(day, formats.zone)
    return None if end is None else Cursor(end, 0)


def cursor_before(row: TransactionRow, order: Order) -> Cursor:
    """Return the place right before a row: a list that begins there has it first."""
    return Cursor(row.posted_at, row.id + (1 if order is Order.NEWEST else -1))
