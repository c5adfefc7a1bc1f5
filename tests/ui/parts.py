"""Rows and columns that are plainly made up, for the tests of the widgets and for the gallery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.files.lines.terms import Terms
from console.money import Currency
from ui.kit.formats import Formats
from ui.kit.table.columns import Column, Kind

START = datetime(2026, 11, 21, 14, 32, 4, tzinfo=UTC)
_KINDS = ("transfer", "transfer", "capture", "capture", "payout", "grant", "transfer", "expiry", "reversal")
_PEOPLE = ("test.anna", "test.bob", "test.chen", "test.dora", "test.emre", "test.fay", "test.giulia")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One row of a ledger that is not."""

    id: int
    posted_at: datetime
    kind: str
    sender: str
    receiver: str
    amount: int
    sender_after: int | None
    receiver_after: int | None
    reference: str


CR = Currency("CR", 2)
CREDITS = Terms(CR)
"""What the amounts of a file mean in the tests' own ledger."""


def in_credits(_row: object) -> Currency:
    """Return the one currency of what is made up."""
    return CR


COLUMNS: tuple[Column[MadeUp], ...] = (
    Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True, sortable=True),
    Column("id", "Id", Kind.IDENTIFIER, muted=True),
    Column("kind", "Kind", Kind.CHIP),
    Column("sender", "From"),
    Column("receiver", "To"),
    Column("amount", "Amount", Kind.AMOUNT, sortable=True, currency=in_credits),
    Column("sender_after", "From after", Kind.AMOUNT, muted=True, currency=in_credits),
    Column("receiver_after", "To after", Kind.AMOUNT, muted=True, currency=in_credits),
    Column("reference", "Reference", muted=True, stretch=True),
)


def make_formats() -> Formats:
    """Return formats that are the same on every machine."""
    return Formats(UTC, ".", ",")


def make_row(number: int) -> MadeUp:
    """Return the row of a number; the same number gives the same row."""
    kind = _KINDS[number * 7 % len(_KINDS)]
    return MadeUp(
        id=84_213_377 - number,
        posted_at=START - timedelta(seconds=19 * number),
        kind=kind,
        sender=_PEOPLE[number * 3 % len(_PEOPLE)] if kind != "grant" else "@issuance",
        receiver="@revenue" if kind == "capture" else _PEOPLE[number * 5 % len(_PEOPLE) - 1],
        amount=(number * 7919 * 104_729 % 982_451) * (1 if number % 3 else 37) % 999_999 + 25,
        sender_after=(number * 15_485_863) % 9_999_999,
        receiver_after=None if number % 11 == 5 else (number * 32_452_843) % 9_999_999,
        reference=f"test order {number * 7919 % 999_983:06d}",
    )


def make_rows(count: int, start: int = 0) -> tuple[MadeUp, ...]:
    """Return rows in order."""
    return tuple(make_row(number) for number in range(start, start + count))
