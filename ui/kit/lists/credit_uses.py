"""What one credit paid for, as a list beside another: its columns, and what it loads from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.files.text import party
from console.ledger.credits.uses import LotUse, uses
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Direction, Page


def _currency(use: LotUse) -> Currency:
    return use.currency


def _plain(_use: LotUse) -> Tone:
    return Tone.NEUTRAL


USE_COLUMNS: Final[tuple[Column[LotUse], ...]] = (
    Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True),
    Column("kind", "Movement", Kind.CHIP, value=lambda use: use.kind.value, tone=_plain, width=84),
    Column("counterparty", "With", words=party, width=80, yields=1),
    Column("amount", "Amount", Kind.MOVED, currency=_currency),
    Column("remaining_after", "Left after", Kind.AMOUNT, muted=True, currency=_currency),
    Column("reference", "Reference", muted=True, width=80, stretch=True, yields=2),
)


@dataclass(frozen=True, slots=True)
class UsesListing:
    """What one credit paid for."""

    database: Database
    lot: int
    limit: int

    def __call__(self, direction: Direction, row: LotUse | None, cancellation: Cancellation) -> Page[LotUse]:
        """Load the page beside a row, or the first or last page; on a pool thread."""
        return uses(
            self.database, self.lot, direction=direction, cursor=None if row is None else row.id,
            limit=self.limit, cancel=cancellation,
        ).page  # fmt: skip
