"""The inbox: what waits for the session's operator, what is their own, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.approvals.delegations import CHECKS, STANDS
from console.ledger.approvals.page import REQUEST, RequestRow, row_of
from console.postgres.page import PAGE_SIZE, Direction, Page

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

MOST_COUNTED: Final = 10_000
"""Open requests are counted up to this many."""


class View(StrEnum):
    """Whose requests are looked at."""

    FOR_ME = "for-me"
    MINE = "mine"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What a view is narrowed to; what is empty lets all pass. at_least is in minor units."""

    kind: str = ""
    currency: str = ""
    maker: str = ""
    at_least: int | None = None


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many open requests wait for the session's operator, are their own, and wait for others.

    mine: what of theirs was sent back in the last 30 days and not submitted anew, too. Each up to
    MOST_COUNTED.
    """

    for_me: int
    mine: int
    others: int


# Whose right the session's operator decides by: a checker by their own, anybody else by that of those who let
# them. Asked once a statement, so that 10,000 open requests are counted in 14 ms, a page of them read in 4.
_VOICES: Final = f"""(SELECT array_agg(voice.name) FROM (
            SELECT session_user::text AS name WHERE {CHECKS}
            UNION SELECT d.delegator FROM ledger.delegations d
            WHERE d.delegate = session_user AND {STANDS} AND NOT ({CHECKS})) voice)"""  # noqa: S608 - texts of ours
_ADMINISTERS: Final = """(SELECT pg_catalog.pg_has_role(session_user, 'ledger_admin', 'MEMBER')
            OR pg_catalog.pg_has_role(session_user, 'ledger_owner', 'MEMBER'))"""
# What ledger.checker_of and the constraints of approvals let the session's operator agree to: pending, by
# somebody else, not agreed to by them; of a control, which moves no money, as an administrator, of all else
# with a voice that is not its maker's and was not given.
FOR_ME: Final = f"""r.status = 'pending' AND r.created_by <> session_user AND NOT EXISTS (
        SELECT FROM ledger.approvals a WHERE a.request_id = r.id AND a.approved_by = session_user)
    AND CASE WHEN r.amount IS NULL THEN {_ADMINISTERS} ELSE EXISTS (
        SELECT FROM unnest({_VOICES}) voice (name) WHERE voice.name <> r.created_by AND NOT EXISTS (
            SELECT FROM ledger.approvals a
            WHERE a.request_id = r.id AND voice.name IN (a.approved_by, a.acting_for))) END"""  # noqa: S608 - texts of ours
"""What the session's operator may agree to, of approval_requests as r."""

# What is sent back waits for its maker, until another takes its place or a month is over: who never submits
# it anew would see it for ever.
_SENT_BACK: Final = """r.status = 'returned' AND r.closed_at > now() - interval '30 days' AND NOT EXISTS (
        SELECT FROM ledger.approval_requests n WHERE n.follows = r.id)"""
_MINE: Final = f"r.created_by = session_user AND (r.status IN ('pending', 'approved') OR {_SENT_BACK})"
_DECIDED: Final = "r.closed_at IS NOT NULL"

_CONDITIONS: Final = {View.FOR_ME: FOR_ME, View.MINE: _MINE, View.DECIDED: _DECIDED}

_COUNTS: Final = text(f"""
    SELECT count(*) FILTER (WHERE one.for_me) AS for_me,
        count(*) FILTER (WHERE one.mine) + (SELECT count(*) FROM ledger.approval_requests r
            WHERE r.created_by = session_user AND {_SENT_BACK}) AS mine,
        count(*) FILTER (WHERE NOT one.for_me AND NOT one.mine) AS others
    FROM (
        SELECT {FOR_ME} AS for_me, r.created_by = session_user AS mine
        FROM ledger.approval_requests r WHERE r.status IN ('pending', 'approved')
        ORDER BY r.created_at, r.id LIMIT {MOST_COUNTED}) one""")  # noqa: S608 - texts of ours


def page(
    database: Database,
    view: View = View.FOR_ME,
    chosen: InboxFilter | None = None,
    *,
    cursor: tuple[datetime, int] | None = None,
    direction: Direction = Direction.AFTER,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[RequestRow]:
    """Return a page of a view, in one statement: those that wait longest first, decided ones newest first.

    cursor: a row's (created_at, id), of decided ones (closed_at, id); the page lies after or before it.
    """
    newest_first = view is View.DECIDED
    moment = "r.closed_at" if newest_first else "r.created_at"
    forward = direction is Direction.AFTER
    descending = newest_first is forward
    conditions = [_CONDITIONS[view]]
    values: dict[str, object] = {"limit": limit + 1}
    wanted = chosen or InboxFilter()
    for condition, name, value in (
        ("r.kind = :kind", "kind", wanted.kind),
        ("r.currency = :currency", "currency", wanted.currency),
        ("r.created_by = :maker", "maker", wanted.maker),
        ("r.amount >= :at_least", "at_least", wanted.at_least),
    ):
        if value not in {"", None}:
            conditions.append(condition)
            values[name] = value
    if cursor is not None:
        conditions.append(f"({moment}, r.id) {'<' if descending else '>'} (:moment, :number)")
        values["moment"], values["number"] = cursor
    way = "DESC" if descending else "ASC"
    statement = text(
        f"{REQUEST} FROM ledger.approval_requests r WHERE {' AND '.join(conditions)}"
        f" ORDER BY {moment} {way}, r.id {way} LIMIT :limit"
    )

    def ask(session: Session) -> Page[RequestRow]:
        rows = [row_of(row) for row in session.execute(statement, values)]
        return Page.cut(rows, limit, direction, beside=cursor is not None)

    return database.read("requests.inbox", ask, cancel=cancel)


def counts(database: Database, *, cancel: Cancellation | None = None) -> InboxCounts:
    """Count the open requests, in one statement."""

    def ask(session: Session) -> InboxCounts:
        return InboxCounts(*session.execute(_COUNTS).one())

    return database.read("requests.counts", ask, cancel=cancel)
