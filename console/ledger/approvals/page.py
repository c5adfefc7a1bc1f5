"""Requests for approval: keyset pages, one with its approvals, and what would come of it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.errors.refusals import OperationRefusedError
from console.ledger.approvals.rules.controls import CONTROLS
from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

REQUEST: Final = """
    SELECT r.id, r.kind, r.request, r.content, coalesce(r.currency, r.request ->> 'currency', ''),
        coalesce(r.amount, 0), r.approvals_required, r.approvals_given,
        r.status::text, r.reason, r.created_by, r.created_at, r.closed_by, r.closed_at, r.close_reason,
        r.ticket, r.expires_at, r.follows,
        (SELECT t.typed_from FROM ledger.approval_terms t WHERE t.currency = r.currency),
        (SELECT c.exponent FROM ledger.currencies c
            WHERE c.code = coalesce(r.currency, r.request ->> 'currency'))"""
"""The columns of a request, of approval_requests as r, for `row_of`."""

_AND_ITS_APPROVALS = """, r.outcome, (
        SELECT json_agg(json_build_array(a.approved_by, a.approved_at, a.note, a.typed, a.acting_for)
            ORDER BY a.approved_at)
        FROM ledger.approvals a WHERE a.request_id = r.id)
    FROM ledger.approval_requests r WHERE r.id = :request"""

_GET = text(REQUEST + _AND_ITS_APPROVALS)

_REHEARSE = text("SELECT ledger.rehearse_request(:request)")


class RequestStatus(StrEnum):
    """How far a request has come."""

    PENDING = "pending"
    APPROVED = "approved"
    EXECUTED = "executed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    EXPIRED = "expired"


OPEN: Final = frozenset({RequestStatus.PENDING, RequestStatus.APPROVED})
"""Those that something can still come of."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request; `request` holds the operation's arguments by name, amounts in minor units.

    content: the SHA-256 of kind and arguments, which is what its checkers agree to. expires_at: when it ends
    by itself; None for those of before there was such a time. follows: the request that was sent back and
    whose place it takes. typed_from: amounts from this on are typed by their checkers, in minor units.
    amount: 0 of what changes a control, which moves nothing; its currency is that of its words, if any.
    """

    id: int
    kind: str
    request: Mapping[str, Any]
    content: bytes
    currency: Currency
    amount: int
    approvals_required: int
    approvals_given: int
    status: RequestStatus
    reason: str
    created_by: str
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None
    ticket: str | None
    expires_at: datetime | None
    follows: int | None
    typed_from: int | None

    @property
    def typed(self) -> bool:
        """Whether a checker types its amount."""
        return self.typed_from is not None and self.amount >= self.typed_from

    @property
    def is_control(self) -> bool:
        """Whether it changes who may do what, on which another admin decides."""
        return self.kind in CONTROLS


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """Who agreed, and when; `typed` is the amount as they typed it, in minor units.

    acting_for: the checker whose right it was, when it was delegated.
    """

    approved_by: str
    approved_at: datetime
    note: str
    typed: int | None = None
    acting_for: str | None = None

    @property
    def voices(self) -> tuple[str, ...]:
        """Who agreed, and by whose right: neither of them agrees again."""
        return (self.approved_by,) if self.acting_for is None else (self.approved_by, self.acting_for)

    @property
    def by(self) -> str:
        """Who agreed, and by whose right if it was another's: `mara for karl`."""
        return " for ".join(self.voices)


@dataclass(frozen=True, slots=True)
class Request:
    """One request with its approvals in their order; `outcome` is what came of it once executed."""

    row: RequestRow
    approvals: tuple[ApprovalRow, ...]
    outcome: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One account's balance before and after, in minor units."""

    username: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a request now: its outcome or its refusal, and whose balances would change.

    accounts: how many; of those, the first hundred by name are in `movements`.
    """

    outcome: Mapping[str, Any] | None
    refusal: OperationRefusedError | None
    accounts: int
    movements: tuple[Movement, ...]


def page(
    database: Database,
    *,
    only_open: bool = True,
    currency: str = "",
    cursor: int | None = None,
    direction: Direction = Direction.AFTER,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[RequestRow]:
    """Return requests, newest first, beside the request id `cursor`; without one, the first or last page.

    currency: a code; empty lets all pass.
    """
    forward = direction is Direction.AFTER
    values: dict[str, object] = {"limit": limit + 1}
    conditions = ["r.status IN ('pending', 'approved')"] if only_open else []
    if currency:
        conditions.append("r.currency = :currency")
        values["currency"] = currency
    if cursor is not None:
        conditions.append(f"r.id {'<' if forward else '>'} :cursor")
        values["cursor"] = cursor
    statement = text(
        f"{REQUEST} FROM ledger.approval_requests r WHERE {' AND '.join(conditions) or 'true'}"
        f" ORDER BY r.id {'DESC' if forward else 'ASC'} LIMIT :limit"
    )

    def ask(session: Session) -> Page[RequestRow]:
        rows = [row_of(row) for row in session.execute(statement, values)]
        return Page.cut(rows, limit, direction, beside=cursor is not None)

    return database.read("requests.page", ask, cancel=cancel)


def get(database: Database, request: int, *, cancel: Cancellation | None = None) -> Request:
    """Return one request; raises UsageError when there is none of this number."""

    def ask(session: Session) -> Request:
        row = session.execute(_GET, {"request": request}).one_or_none()
        if row is None:
            raise UsageError(f"There is no request {request}.")
        *_, outcome, agreed = row
        approvals = tuple(
            ApprovalRow(by, datetime.fromisoformat(at), *more) for by, at, *more in agreed or ()
        )
        return Request(row_of(row), approvals, outcome)

    return database.read("requests.get", ask, cancel=cancel)


def rehearse(ledger: Ledger, request: int, *, cancel: Cancellation | None = None) -> Rehearsal:
    """Do what an open request asks for and undo it: what its checkers would see happen now."""

    def work(session: Session) -> Rehearsal:
        return rehearsal_of(session.execute(_REHEARSE, {"request": request}).scalar_one())

    return ledger.rehearse("requests.rehearse", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)


def rehearsal_of(found: Mapping[str, Any]) -> Rehearsal:
    """Read what ledger.rehearse_request answered."""
    outcome = found["outcome"]
    if outcome["status"] == "refused":
        return Rehearsal(None, OperationRefusedError(outcome["code"], outcome["detail"]), 0, ())
    movements = tuple(Movement(*account) for account in found["accounts"])
    return Rehearsal(outcome, None, found["count"], movements)


def row_of(row: Sequence[Any]) -> RequestRow:
    """Read a row of REQUEST's columns."""
    *values, exponent = row[:20]
    values[3] = bytes(values[3])
    values[4] = currency_of(values[4], exponent or 0)
    values[5] = int(values[5])
    values[8] = RequestStatus(values[8])
    return RequestRow(*values)
