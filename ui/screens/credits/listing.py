"""Which credits are listed: the columns, and one statement a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.ledger.accounts.statement import NO_EXPIRY
from console.ledger.credits.listing import MOST_USES, CreditRow, page
from ui.kit.table.columns import Column, Kind

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from console.ledger.credits.filter import CreditFilter
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Direction, Page


def _currency(row: CreditRow) -> Currency:
    return row.currency


def _until(row: CreditRow) -> datetime | str:
    return row.expires_at or NO_EXPIRY


def left_of(row: CreditRow) -> int:
    """Return what of a credit is there to act on, in minor units: what is left, or what expired."""
    return row.remaining if row.closed_at is None else row.expired


def _on_hold(row: CreditRow) -> int | None:
    return row.held or None


def _paid_for(row: CreditRow) -> str:
    """Say how often it was used; its grant is none of that."""
    if not row.uses:
        return "untouched"
    most = "at least " if row.uses >= MOST_USES else ""
    return f"{most}{row.uses:,} movement{'' if row.uses == 1 else 's'}"


COLUMNS: Final[tuple[Column[CreditRow], ...]] = (
    Column("id", "Credit", Kind.IDENTIFIER, muted=True, yields=3),
    Column("username", "Account", width=120),
    Column("source", "Source", width=120, stretch=True),
    Column("amount", "Granted", Kind.AMOUNT, muted=True, currency=_currency, yields=4),
    Column("left", "Left", Kind.AMOUNT, value=left_of, currency=_currency),
    Column("held", "On hold", Kind.AMOUNT, value=_on_hold, muted=True, currency=_currency, yields=2),
    Column("expires_at", "Until", Kind.UNTIL, value=_until, width=150),
    Column("paid_for", "Paid for", value=_paid_for, muted=True, width=100, yields=5),
    Column("created_at", "Granted at", Kind.TIMESTAMP, muted=True, yields=1),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What the model loads from, one a load: several threads read it at once; limit: the rows of a page."""

    database: Database
    limit: int
    wanted: CreditFilter
    zone: tzinfo

    def __call__(
        self, direction: Direction, row: CreditRow | None, cancellation: Cancellation
    ) -> Page[CreditRow]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        return page(
            self.database, self.wanted, self.zone, direction=direction,
            cursor=None if row is None else row.place, limit=self.limit,
            cancel=cancellation,
        )  # fmt: skip
