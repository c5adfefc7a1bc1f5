"""Which holds are listed, and what of them: one statement a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from console.ledger.holds.page import Cursor, HoldFilter, HoldRow, View, page
from console.postgres.page import Direction, Order, Page
from ui.kit.days import age
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone
from ui.screens.holds.words import end_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ORDERS: Final = {View.ENDED: Order.NEWEST}
"""The end of each view that comes first; of the others the oldest, which waits longest."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A hold as it stood in a minute: an age is of that minute, and of the next the row is another."""

    hold: HoldRow
    at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """What a PagedModel loads from, one a load: several threads read it at once.

    limit: the rows of a page.
    """

    database: Database
    limit: int
    wanted: HoldFilter

    @property
    def view(self) -> View:
        """Which view is listed."""
        return self.wanted.view or View.ACTIVE

    @property
    def order(self) -> Order:
        """Which end of it comes first."""
        return ORDERS.get(self.view, Order.OLDEST)

    def __call__(self, direction: Direction, row: Listed | None, cancellation: Cancellation) -> Page[Listed]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        cursor = None if row is None else Cursor.of(row.hold, self.view)
        found = page(
            self.database, self.wanted, order=self.order, direction=direction, cursor=cursor,
            limit=self.limit, cancel=cancellation,
        )  # fmt: skip
        at = datetime.now(UTC).replace(second=0, microsecond=0)
        return Page(tuple(Listed(one, at) for one in found.rows), found.more_before, found.more_after)


def end_tone(row: HoldRow) -> Tone | None:
    """Return the tone of a hold's end: what is overdue wants attention."""
    return Tone.WARNING if row.past_due else None if row.is_active else Tone.NEUTRAL


def _of_hold(name: str) -> Callable[[Listed], Any]:
    """Return what reads a fact of a row's hold; an empty text is none."""
    read = attrgetter(f"hold.{name}")

    def value(row: Listed) -> Any:
        found = read(row)
        return None if found == "" else found

    return value


def _tone(row: Listed) -> Tone | None:
    return end_tone(row.hold)


def _currency(row: Listed) -> Currency:
    return row.hold.currency


def _captured(row: Listed) -> int | None:
    return row.hold.captured_amount or None


def columns(*, several: bool) -> tuple[Column[Listed], ...]:
    """Return the columns; the currency stands beside the amount where the ledger has several."""
    of = _of_hold
    moment, until = Kind.TIMESTAMP, Kind.UNTIL
    return (
        Column("age", "Age", value=lambda row: age(row.hold.created_at, row.at), muted=True, width=70),
        Column("account", "Account", value=of("username"), width=110),
        Column("amount", "Amount", Kind.AMOUNT, value=of("amount"), currency=_currency),
        Column("currency", "Currency", value=of("currency.code"), muted=True, hidden=not several),
        Column(
            "captured", "Captured", Kind.AMOUNT, value=_captured, muted=True, currency=_currency, hidden=True
        ),
        Column("end", "Ends", value=lambda row: end_words(row.hold, row.at), width=110, tone=_tone),
        Column("reference", "Reference", value=of("reference"), muted=True, stretch=True, width=110),
        Column("by", "By", value=of("created_by"), muted=True, width=90, yields=1),
        Column("description", "For", value=of("description"), muted=True, width=110, yields=3),
        Column("ticket", "Ticket", value=of("ticket"), muted=True, hidden=True),
        Column("created_at", "Since", moment, value=of("created_at"), muted=True, hidden=True),
        Column("until", "Until", until, value=of("expires_at"), muted=True, hidden=True),
        Column("closed_at", "Ended", moment, value=of("closed_at"), muted=True, hidden=True),
        Column("reason", "Why", value=of("close_reason"), muted=True, width=110, hidden=True),
        Column("id", "Number", Kind.IDENTIFIER, value=of("id"), muted=True, hidden=True),
    )
