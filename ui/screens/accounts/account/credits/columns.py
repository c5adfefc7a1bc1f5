"""What the lists of credit show: the lots that are open and ended, and a movement's parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.ledger.accounts.statement import NO_EXPIRY
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from console.ledger.credits.breakdown import Lot
    from console.ledger.credits.ended import EndedLot
    from console.ledger.credits.parts import Part
    from console.money import Currency

_EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class LotRow:
    """Open credit and its place in the order of use, from 1."""

    place: int
    lot: Lot

    @property
    def state(self) -> str:
        """Whether any of it can still be spent."""
        return _EXPIRED if self.lot.dead else "open"

    @property
    def free(self) -> int:
        """What of it neither a hold covers nor time has ended, in minor units."""
        return self.lot.remaining - self.lot.covered - self.lot.dead


def _currency(row: EndedLot | Part) -> Currency:
    return row.currency


def _until(lot: Lot | EndedLot | Part) -> datetime | str:
    return lot.expires_at or NO_EXPIRY


def _part_until(part: Part) -> datetime | str | None:
    # Of money that no credit covers the source says it already.
    return None if part.lot is None else _until(part)


def _plain(_row: object) -> Tone:
    return Tone.NEUTRAL


def _lot_tone(row: LotRow) -> Tone:
    return Tone.WARNING if row.lot.dead else Tone.NEUTRAL


def _lot_state(part: Part) -> str | None:
    if part.lot is None:
        return None
    return "open" if part.closed_at is None else "ended"


def lot_columns(currency_of: Callable[[object], Currency]) -> tuple[Column[LotRow], ...]:
    """Return the columns of open credit."""
    return (
        Column("place", "Order", Kind.INTEGER, muted=True, sortable=True),
        Column(
            "source", "Source", value=lambda row: row.lot.source, sortable=True, stretch=True,
            width=120,
        ),
        Column("state", "State", Kind.CHIP, sortable=True, tone=_lot_tone, width=84, yields=2),
        # Not sortable: it is the order of use, and what never ends has no date to sort by.
        Column("expires_at", "Until", Kind.UNTIL, value=lambda row: _until(row.lot), width=150),
        Column(
            "amount", "Granted", Kind.AMOUNT, value=lambda row: row.lot.amount, muted=True, sortable=True,
            currency=currency_of, yields=3,
        ),
        Column(
            "remaining", "Left", Kind.AMOUNT, value=lambda row: row.lot.remaining, sortable=True,
            currency=currency_of,
        ),
        Column(
            "covered", "On hold", Kind.AMOUNT, value=lambda row: row.lot.covered, muted=True, sortable=True,
            currency=currency_of, yields=1,
        ),
        Column("free", "Free", Kind.AMOUNT, sortable=True, currency=currency_of),
        Column(
            "created_at", "Granted at", Kind.TIMESTAMP, value=lambda row: row.lot.created_at, muted=True,
            sortable=True, yields=4,
        ),
    )  # fmt: skip


ENDED_COLUMNS: Final[tuple[Column[EndedLot], ...]] = (
    Column("closed_at", "Ended", Kind.TIMESTAMP, muted=True),
    Column("ending", "How", Kind.CHIP, tone=_plain, width=96),
    Column("source", "Source", stretch=True, width=120),
    Column("amount", "Granted", Kind.AMOUNT, currency=_currency),
    Column("expires_at", "Until", Kind.UNTIL, value=_until, muted=True, width=150, yields=1),
    Column("created_at", "Granted at", Kind.TIMESTAMP, muted=True, yields=2),
)

PART_COLUMNS: Final[tuple[Column[Part], ...]] = (
    Column("source", "Source", value=lambda part: part.source or NO_EXPIRY, stretch=True, width=120),
    Column("amount", "Amount", Kind.MOVED, currency=_currency),
    Column("remaining_after", "Left after", Kind.AMOUNT, muted=True, currency=_currency, yields=2),
    Column("expires_at", "Until", Kind.UNTIL, value=_part_until, muted=True, yields=1),
    Column("state", "Now", Kind.CHIP, value=_lot_state, tone=_plain, yields=3),
)
