"""What has happened since one last looked, of what operators look at: the audit chain says, never a hint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public result
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


class Topic(StrEnum):
    """What something that happened is about, for whoever shows it."""

    ACCOUNTS = "accounts"
    APPROVALS = "approvals"
    AUDIT = "audit"
    """Whatever the chain has got: every event is of it, also those that are no news elsewhere."""
    BATCHES = "batches"
    BOOKS = "books"
    HOLDS = "holds"
    JOBS = "jobs"
    OPERATORS = "operators"
    POSTED = "posted"
    RULES = "rules"


_EVERYTHING: Final = frozenset(Topic)
_DECIDED: Final = frozenset({Topic.APPROVALS, Topic.BATCHES})
_MANY_POSTED: Final = frozenset({Topic.BATCHES, Topic.POSTED})
_ACCOUNT: Final = frozenset({Topic.ACCOUNTS})
_OPERATOR: Final = frozenset({Topic.OPERATORS})
_BOOKS: Final = frozenset({Topic.BOOKS})
_HOLDS: Final = frozenset({Topic.HOLDS})
_RULES: Final = frozenset({Topic.RULES})

# What is posted one by one is no news: lists of it are never finished.
_TOPICS: Final[Mapping[str, frozenset[Topic]]] = {
    "create_batch": frozenset({Topic.BATCHES}),
    "discard_batch": frozenset({Topic.BATCHES}),
    "offset_batch": frozenset({Topic.BATCHES}),
    "set_aside": frozenset({Topic.BATCHES}),
    "submit_batch": _DECIDED,
    "submit_request": frozenset({Topic.APPROVALS}),
    "approve_request": _DECIDED,
    "reject_request": _DECIDED,
    "send_back_request": _DECIDED,
    "expire_request": _DECIDED,
    "withdraw_request": _DECIDED,
    # Whatever it was: of money, or of who may do what.
    "execute_request": _DECIDED | _MANY_POSTED | _RULES | _OPERATOR,
    # Who may decide has changed, and so what waits for whom.
    "delegate": _DECIDED,
    "end_delegation": _DECIDED,
    "post_batch": _MANY_POSTED,
    "reverse_batch": _MANY_POSTED,
    "set_account_status": _ACCOUNT,
    "set_overdraft_limit": _ACCOUNT,
    "set_account_metadata": _ACCOUNT,
    "erase_account": _ACCOUNT,
    "add_note": _ACCOUNT,
    "flag_account": _ACCOUNT,
    "assign_flag": _ACCOUNT,
    "close_flag": _ACCOUNT,
    "follow_account": _ACCOUNT,
    # Those that ended are seen by their moment; of ends that were moved nothing else tells.
    "extend_holds": _HOLDS,
    "create_operator": _OPERATOR,
    "disable_operator": _OPERATOR,
    "enable_operator": _OPERATOR,
    "unlock_operator": _OPERATOR,
    "set_operator_groups": _OPERATOR,
    "lock_operator": _OPERATOR,
    "release_operator": _OPERATOR,
    "correct_currency": _BOOKS,
    "close_currency": _BOOKS,
    "reopen_currency": _BOOKS,
    "add_currency": _BOOKS,
    "set_business_zone": _BOOKS,
    "set_approval_rule": _RULES,
    "set_approval_terms": _RULES,
    "set_limit": _RULES,
    "set_allowance": _RULES,
    # It comes with the request that it was, and what waits for whom is another.
    "set_dual_control": _RULES | _DECIDED,
    "end_dual_control": _RULES | _DECIDED,
    "job": frozenset({Topic.JOBS}),
}

# Events since, at most: of more than that all is taken for changed.
_MOST: Final = 500

_LOOK: Final = text(f"""
    SELECT h.id AS head, (SELECT max(r.closed_at) FROM ledger.reservations r) AS hold_ended_at,
        h.id - CAST(:head AS bigint) > {_MOST} AS is_much,
        CASE WHEN h.id - CAST(:head AS bigint) <= {_MOST} THEN (
            SELECT array_agg(DISTINCT e.action) FROM ledger.audit_events e
            WHERE e.id > CAST(:head AS bigint) AND e.outcome = 'done') END AS actions,
        (SELECT array_agg(j.name ORDER BY j.name) FROM ledger.jobs j WHERE j.failures > 0) AS failing,
        coalesce((SELECT c.dual_control FROM ledger.controls c), false) AS dual_control
    FROM ledger.audit_head h""")  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class News:
    """How far the audit chain goes, when the last hold ended, which jobs fail, and what is new.

    topics: what happened since the look before, empty at the first. dual_control: whether it is on.
    """

    head: int
    hold_ended_at: datetime | None
    failing: tuple[str, ...] = ()
    topics: frozenset[Topic] = frozenset()
    dual_control: bool = False


def look(database: Database, before: News | None, *, cancel: Cancellation | None = None) -> News:
    """Return what has happened since `before`, in one statement of a few probes: 0.2 ms."""

    def ask(session: Session) -> News:
        row = session.execute(_LOOK, {"head": None if before is None else before.head}).one()
        topics: frozenset[Topic] = _EVERYTHING if row.is_much else frozenset()
        for action in row.actions or ():
            topics |= _TOPICS.get(action, frozenset())
        if before is not None:
            if row.head != before.head:
                topics |= {Topic.AUDIT}
            if row.hold_ended_at != before.hold_ended_at:
                topics |= {Topic.HOLDS}
            if tuple(row.failing or ()) != before.failing:
                topics |= {Topic.JOBS}
        return News(row.head, row.hold_ended_at, tuple(row.failing or ()), topics, row.dual_control)

    return database.read("hints.look", ask, cancel=cancel)
