"""One account from every side: who it is, its credit, why its balance is so, its statement, notes, holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of public rows
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.accounts.equation import EQUATION, equation_in, equation_values
from console.ledger.accounts.notes import NOTES, Note, notes_in, notes_of
from console.ledger.accounts.over_time import BALANCES, BalancePoint, moments
from console.ledger.accounts.periods import USUAL_DAYS, last_days
from console.ledger.accounts.statement import newest
from console.ledger.books.currencies import zone_of
from console.ledger.credits.breakdown import CREDITS, Credits, credits_in, with_moments
from console.postgres.page import asked_name
from models.credit import ReservationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.ledger.accounts.equation import Equation, Period
    from console.ledger.accounts.statement import StatementRow
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.postgres.page import Page

STATEMENT_SIZE: Final = 30
HOLDS: Final = 50

OPENING_MOVEMENTS: Final = 500
"""How many movements a page adds up where nobody has chosen a period; else MOST_MOVEMENTS."""

_HEAD = text(f"""
    SELECT head.*, now() AS asked_at, (SELECT k.zone FROM ledger.calendar k) AS zone, EXISTS (
        SELECT FROM ledger.account_follows f
        WHERE f.operator = session_user AND f.user_id = head.user_id AND f.following) AS followed
    FROM ({CREDITS}) head""")  # noqa: S608 - texts of ours

# The equation with what stands beside it, so that all of it comes at once.
_BESIDE = text(f"""
    SELECT equation.*, now() AS asked_at, ({BALANCES}) AS balances, (
        {notes_of(":user")}
    ) AS notes, (
        SELECT count(*) FROM ledger.account_flags f WHERE f.user_id = :user AND f.done_at IS NULL
    ) AS open_flags, (
        SELECT json_agg(json_build_array(
            hold.id, hold.reference, hold.amount, hold.captured_amount, hold.status, hold.description,
            hold.created_at, hold.closed_at, hold.closed_by, hold.close_reason)
            ORDER BY hold.created_at DESC, hold.id DESC)
        FROM (
            SELECT r.* FROM ledger.reservations r
            WHERE r.status <> 'reserved' AND r.wallet_id = (
                SELECT w.id FROM ledger.wallets w WHERE w.user_id = :user AND w.currency = :currency)
            ORDER BY r.created_at DESC, r.id DESC LIMIT :holds) hold
    ) AS holds
    FROM ({EQUATION}) equation""")  # noqa: S608 - texts of ours


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
    """An account's page; open holds stand in `credits`, ended ones come newest first.

    notes: those that wait, the oldest NOTES of them, then the newest NOTES others; each newest first.
    open_flags: how many wait in all. followed: by the operator who asks.

    equation: why the balance is what it is. over_time: the balance at the beginning of days of the
    period asked for and at its end, in order; empty for a system account, which stores none. zone: that of
    the business day. statement: the newest movements, of any period.
    """

    user_id: int
    email: str | None
    trust_level: int
    opened_at: datetime
    metadata: dict[str, Any]
    zone: ZoneInfo
    credits: Credits
    equation: Equation
    over_time: tuple[BalancePoint, ...]
    statement: Page[StatementRow]
    notes: tuple[Note, ...]
    open_flags: int
    ended_holds: tuple[EndedHold, ...]
    followed: bool


def account(
    database: Database,
    username: str,
    currency: str,
    *,
    period: Period | None = None,
    movements: int = OPENING_MOVEMENTS,
    limit: int = STATEMENT_SIZE,
    cancel: Cancellation | None = None,
) -> Account:
    """Return the account's page in three statements of one snapshot, explained over a period.

    period: the last USUAL_DAYS by default. movements: how many of it are added up at most, the newest.
    limit: how many rows of its statement. Raises UsageError when there is no such account.
    """
    values = {"username": asked_name(username), "currency": currency}

    def ask(session: Session) -> Account:
        head = session.execute(_HEAD, values).one_or_none()
        if head is None:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        zone = zone_of(head.zone)
        explained = period or last_days(USUAL_DAYS, zone)
        days = moments(explained, zone, opened_at=head.created_at, now=head.asked_at)
        beside = _beside(session, head, explained, days, movements)
        found = equation_in(beside, explained)
        return Account(
            head.user_id, head.email, head.trust_level, head.created_at, head.metadata, zone,
            credits_in(head), found, _over_time(beside, days, found),
            newest(session, head.username, head.currency, limit),
            notes_in(beside.notes),
            beside.open_flags,
            tuple(_ended(with_moments(hold, 6, 7)) for hold in beside.holds or ()),
            followed=head.followed,
        )  # fmt: skip

    return database.snapshot("account.page", ask, cancel=cancel)


def _beside(
    session: Session, head: Row[Any], period: Period, days: Sequence[datetime], movements: int
) -> Row[Any]:
    values = {
        **equation_values(head.username, head.currency, period), "most": movements,
        "user": head.user_id, "notes": NOTES, "holds": HOLDS, "moments": list(days),
    }  # fmt: skip
    return session.execute(_BESIDE, values).one()


def _over_time(beside: Row[Any], days: Sequence[datetime], explained: Equation) -> tuple[BalancePoint, ...]:
    if not beside.customer:
        return ()
    last = BalancePoint(explained.counted.until or beside.asked_at, explained.balance)
    return (*map(BalancePoint, days, beside.balances or ()), last)


def _ended(values: list[Any]) -> EndedHold:
    values[4] = ReservationStatus(values[4])
    return EndedHold(*values)
