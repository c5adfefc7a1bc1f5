"""What the tables of an account's page show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from console.files.text import party, shown
from console.ledger.transactions.words import reversal_words
from models.credit import ReservationStatus
from ui.acts.act import Held
from ui.acts.holds import OVERDUE
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone, tone_of
from ui.kit.widgets.inputs import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from console.ledger.accounts.detail import EndedHold
    from console.ledger.accounts.notes import Note
    from console.ledger.accounts.statement import StatementRow
    from console.ledger.accounts.timeline.page import TimelineRow
    from console.ledger.credits.breakdown import Hold
    from console.money import Currency
    from ui.kit.formats import Formats

_PAST_DUE = "past due"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold, open or ended; who and when are those that ended it, of an open one those that began it."""

    reference: str
    state: str
    amount: int
    captured: int | None
    description: str
    created_at: datetime
    until: datetime | None
    ended_at: datetime | None
    by: str | None
    reason: str | None

    @classmethod
    def of_open(cls, hold: Hold) -> HoldRow:
        """Return the row of an open hold."""
        state = _PAST_DUE if hold.past_due else ReservationStatus.RESERVED.value
        return cls(
            hold.reference, state, hold.amount, None, hold.description, hold.created_at, hold.expires_at,
            None, hold.created_by, None,
        )  # fmt: skip

    @classmethod
    def of_ended(cls, hold: EndedHold) -> HoldRow:
        """Return the row of an ended hold."""
        return cls(
            hold.reference, hold.status.value, hold.amount, hold.captured_amount, hold.description,
            hold.created_at, None, hold.closed_at, hold.closed_by, hold.close_reason,
        )  # fmt: skip


def held_of(row: HoldRow, username: str, currency: Currency) -> Held:
    """Return a hold of an account as acts are done on it."""
    active = row.ended_at is None
    ended = OVERDUE if row.state == _PAST_DUE else "" if active else f"it is {row.state} already"
    return Held(row.reference, username, row.amount, currency, row.by or "" if active else "", ended)


def _currency(row: StatementRow) -> Currency:
    return row.currency


def _hold_tone(row: HoldRow) -> Tone:
    return Tone.ERROR if row.state == _PAST_DUE else tone_of(row.state)


def _happened_tone(row: TimelineRow) -> Tone:
    return Tone.ERROR if row.code else Tone.NEUTRAL


def statement_columns(formats: Formats) -> tuple[Column[StatementRow], ...]:
    """Return the columns of an account's movements; money that went out keeps the text's own colour."""

    def reversal(row: StatementRow) -> str | None:
        write = partial(formats.amount, currency=row.currency)
        return reversal_words(row.reverses, None, row.reversed, abs(row.amount), write) or None

    def twin(row: StatementRow) -> str | None:
        return None if row.twin_of is None else f"twin of {formats.timestamp(row.twin_of)[11:19]}"

    return (
        Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True, sortable=True),
        Column("id", "Id", Kind.IDENTIFIER, muted=True, hidden=True),
        Column(
            "kind", "Movement", Kind.CHIP, value=lambda row: row.kind.value, tone=lambda _row: Tone.NEUTRAL,
            width=96,
        ),
        Column("counterparty", "With", words=party, width=120),
        Column("twin_of", "Twin", Kind.CHIP, value=twin, tone=lambda _row: Tone.WARNING, width=124, yields=7),
        Column("amount", "Amount", Kind.MOVED, currency=_currency, width=96),
        Column("before", "Before", Kind.AMOUNT, muted=True, currency=_currency, yields=5),
        Column("after", "After", Kind.AMOUNT, currency=_currency, yields=2),
        Column(
            "paid_with", "Paid with", value=lambda row: ", ".join(row.paid_with) or None, muted=True,
            width=110, yields=3,
        ),
        Column(
            "reversal", "Reversal", value=reversal, muted=True, width=110, yields=8,
            tone=lambda row: Tone.WARNING if row.reversed else None,
        ),
        Column("reference", "Reference", muted=True, width=110, yields=4),
        Column("description", "For", muted=True, width=110, stretch=True, yields=6),
    )  # fmt: skip


def hold_columns(currency_of: Callable[[object], Currency]) -> tuple[Column[HoldRow], ...]:
    """Return the columns of holds, open and ended."""
    return (
        Column("created_at", "Since", Kind.TIMESTAMP, muted=True, sortable=True),
        Column("state", "State", Kind.CHIP, sortable=True, tone=_hold_tone, width=88),
        Column("reference", "Reference", sortable=True, width=130),
        Column("amount", "Amount", Kind.AMOUNT, sortable=True, currency=currency_of),
        Column(
            "captured", "Captured", Kind.AMOUNT, muted=True, sortable=True, currency=currency_of, yields=2
        ),
        Column("until", "Until", Kind.UNTIL, sortable=True, yields=1),
        Column("ended_at", "Ended", Kind.TIMESTAMP, muted=True, sortable=True, yields=3),
        Column("by", "By", muted=True, sortable=True, yields=5),
        Column("reason", "Why", muted=True, width=110, yields=6),
        Column("description", "For", muted=True, width=110, stretch=True, yields=4),
    )


def timeline_columns(sentence: Callable[[TimelineRow], str]) -> tuple[Column[TimelineRow], ...]:
    """Return the columns of all that happened to an account, which `sentence` tells."""
    return (
        Column("moment", "When", Kind.TIMESTAMP, muted=True),
        Column("kind", "Kind", Kind.CHIP, value=lambda row: row.kind.value, tone=_happened_tone, width=96),
        Column("sentence", "What happened", value=sentence, stretch=True, width=200, tip=sentence),
        # It yields to who it was: the sentence says the amount too.
        Column("moved", "Amount", Kind.MOVED, currency=lambda row: row.currency or WHOLE, yields=1),
        Column("who", "By", muted=True, width=90),
        Column("reference", "Reference", muted=True, words=shown, width=110, yields=2),
    )


def _flag(row: Note) -> str | None:
    """Return whom an open flag waits for, or that it is done; a plain note has no flag."""
    if not row.flagged:
        return None
    return (f"for {row.assignee}" if row.assignee else "flagged") if row.waits else "done"


def note_text(row: Note) -> str:
    """Return what a note says, or why it says nothing any more."""
    return row.text or "erased with the person"


def _note_tone(row: Note) -> Tone:
    return Tone.WARNING if row.waits else Tone.NEUTRAL


NOTE_COLUMNS: tuple[Column[Note], ...] = (
    Column("id", "Number", Kind.IDENTIFIER, muted=True, hidden=True),
    Column("created_at", "Written", Kind.TIMESTAMP, muted=True, sortable=True, yields=2),
    Column("operator", "By", muted=True, sortable=True, width=110, yields=3),
    Column("flag", "Flag", Kind.CHIP, value=_flag, tone=_note_tone, sortable=True, width=110),
    Column(
        "text", "Note", value=note_text, stretch=True, width=200,
        tip=lambda row: row.text,
    ),
    Column("done_by", "Done by", muted=True, sortable=True, width=110, yields=4),
    Column("done_at", "Done", Kind.TIMESTAMP, muted=True, sortable=True, yields=5),
)  # fmt: skip
