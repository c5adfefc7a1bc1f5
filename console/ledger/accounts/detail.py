"""One account from every side: who it is, its credit, a page of its history, notes and holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.credits.breakdown import CREDITS, Credits, credits_in, with_moments
from console.ledger.page import asked_name
from console.ledger.transactions import page as transactions
from models.credit import ReservationStatus

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.ledger.page import Page
    from console.ledger.transactions.page import TransactionRow
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

HISTORY_SIZE = 50
NOTES = 50
HOLDS = 50

_HEAD = text(CREDITS)

# Two lists of one shape, so that both come at once.
_BESIDE = text("""
    WITH note AS (
        SELECT n.id, coalesce(n.note, '') AS note, n.operator, n.created_at FROM ledger.account_notes n
        WHERE n.user_id = :user ORDER BY n.id DESC LIMIT :notes
    ), hold AS (
        SELECT r.* FROM ledger.reservations r
        WHERE r.status <> 'reserved' AND r.wallet_id = (
            SELECT w.id FROM ledger.wallets w WHERE w.user_id = :user AND w.currency = :currency)
        ORDER BY r.created_at DESC, r.id DESC LIMIT :holds
    )
    SELECT
        (SELECT json_agg(json_build_array(note.id, note.note, note.operator, note.created_at)
            ORDER BY note.id DESC) FROM note) AS notes,
        (SELECT json_agg(json_build_array(
            hold.id, hold.reference, hold.amount, hold.captured_amount, hold.status, hold.description,
            hold.created_at, hold.closed_at, hold.closed_by, hold.close_reason)
            ORDER BY hold.created_at DESC, hold.id DESC) FROM hold) AS holds""")


@dataclass(frozen=True, slots=True)
class Note:
    """What an operator wrote about an account; nothing is left of it when its person was erased."""

    id: int
    text: str
    operator: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EndedHold:
    """A reservation that was captured, released or expired, and who ended it when and why."""

    id: int
    reference: str
    amount: int
    captured_amount: int
    status: ReservationStatus
    description: str
    created_at: datetime
    closed_at: datetime
    closed_by: str | None
    close_reason: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account's page; open holds stand in `credits`, notes and ended holds come newest first."""

    user_id: int
    email: str | None
    trust_level: int
    opened_at: datetime
    metadata: dict[str, Any]
    credits: Credits
    history: Page[TransactionRow]
    notes: tuple[Note, ...]
    ended_holds: tuple[EndedHold, ...]


def account(
    database: Database,
    username: str,
    currency: str,
    *,
    history: int = HISTORY_SIZE,
    cancel: Cancellation | None = None,
) -> Account:
    """Return the account's page in three statements; raises UsageError when there is no such account."""
    values = {"username": asked_name(username), "currency": currency}
    with database.recorder.action("account.page"):
        head = database.read(
            "account.head", lambda session: session.execute(_HEAD, values).one_or_none(), cancel=cancel
        )
        if head is None:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        wanted = transactions.TransactionFilter(user=head.username, currency=currency)
        page = transactions.page(database, wanted, limit=history, cancel=cancel)
        notes, holds = database.read(
            "account.beside",
            lambda session: _beside(session, head.user_id, currency),
            cancel=cancel,
        )
    return Account(
        head.user_id, head.email, head.trust_level, head.created_at, head.metadata, credits_in(head),
        page, notes, holds,
    )  # fmt: skip


def _beside(session: Session, user: int, currency: str) -> tuple[tuple[Note, ...], tuple[EndedHold, ...]]:
    values = {"user": user, "currency": currency, "notes": NOTES, "holds": HOLDS}
    notes, holds = session.execute(_BESIDE, values).one()
    return (
        tuple(Note(*with_moments(note, 3)) for note in notes or ()),
        tuple(_ended(with_moments(hold, 6, 7)) for hold in holds or ()),
    )


def _ended(values: list[Any]) -> EndedHold:
    values[4] = ReservationStatus(values[4])
    return EndedHold(*values)
