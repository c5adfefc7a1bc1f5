"""What an operator would leave behind: what is begun and not done, and what was done in the last week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

NEWEST: Final = 5
"""How many of each are named; of all there is the count."""

DAYS: Final = 7
"""How far back acts are counted, in days of 24 hours."""

# The audit is in the order of time and has no gaps, so where the week begins is found by halving, with 20
# looks into a million events. Of an operator with all of them, 35,000 in the week, that made 43 ms of 290.
_LEFT = text(f"""
    WITH RECURSIVE halved (before, last) AS (
        SELECT 0::bigint, h.id FROM ledger.audit_head h
        UNION ALL
        SELECT CASE WHEN old.is_so THEN e.id ELSE b.before END,
            CASE WHEN old.is_so THEN b.last ELSE e.id - 1 END
        FROM halved b JOIN ledger.audit_events e ON e.id = (b.before + b.last + 1) >> 1
        CROSS JOIN LATERAL (
            SELECT e.at <= statement_timestamp() - interval '{DAYS} days' AS is_so) old
        WHERE b.before < b.last
    ), drafts AS (
        SELECT b.id, b.name AS words, b.created_at AS at FROM ledger.batches b
        WHERE b.status = 'draft' AND b.created_by = :operator
    ), requests AS (
        SELECT r.id, r.kind AS words, r.created_at AS at FROM ledger.approval_requests r
        WHERE r.created_by = :operator AND (r.status IN ('pending', 'approved') OR r.status = 'returned'
            AND NOT EXISTS (SELECT FROM ledger.approval_requests n WHERE n.follows = r.id))
    ), agreed AS (
        SELECT r.id, r.kind AS words, a.approved_at AS at
        FROM ledger.approval_requests r JOIN ledger.approvals a ON a.request_id = r.id
        WHERE r.status IN ('pending', 'approved') AND a.approved_by = :operator
    ), flags AS (
        SELECT f.note_id AS id, u.username AS words, f.flagged_at AS at
        FROM ledger.account_flags f JOIN ledger.users u ON u.id = f.user_id
        WHERE f.done_at IS NULL AND f.assignee = :operator
    ), lent AS (
        SELECT d.id, d.created_at AS at,
            CASE d.delegator WHEN :operator THEN 'to ' || d.delegate ELSE 'for ' || d.delegator END AS words
        FROM ledger.delegations d
        WHERE :operator IN (d.delegator, d.delegate) AND d.ended_at IS NULL
            AND d.ends_at > statement_timestamp()
    ), listed AS (
        SELECT 'drafts' AS part, d.* FROM drafts d UNION ALL SELECT 'requests', r.* FROM requests r
        UNION ALL SELECT 'agreed', a.* FROM agreed a UNION ALL SELECT 'flags', f.* FROM flags f
        UNION ALL SELECT 'lent', l.id, l.words, l.at FROM lent l
    ), counted AS (
        SELECT l.*, count(*) OVER (PARTITION BY l.part) AS many,
            row_number() OVER (PARTITION BY l.part ORDER BY l.at DESC, l.id DESC) AS place
        FROM listed l
    ), acts AS (
        SELECT e.action, count(*) AS many FROM ledger.audit_events e
        WHERE e.actor = :operator AND e.outcome = 'done'
            AND e.id > coalesce((SELECT b.before FROM halved b WHERE b.before = b.last), 0)
            AND e.at > statement_timestamp() - interval '{DAYS} days'
        GROUP BY e.action
    )
    SELECT (SELECT json_agg(json_build_array(c.part, c.many, c.id, c.words, c.at) ORDER BY c.part, c.place)
            FROM counted c WHERE c.place <= {NEWEST}) AS open,
        (SELECT json_agg(json_build_array(a.action, a.many) ORDER BY a.many DESC, a.action)
            FROM acts a) AS acts
    """)  # noqa: S608 - numbers of ours


@dataclass(frozen=True, slots=True)
class OpenThing:
    """One thing that is not done: its number, its name, kind or account, and since when."""

    number: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenThings:
    """How many there are, and the newest of them."""

    count: int = 0
    newest: tuple[OpenThing, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What one operator leaves open.

    drafts: of batches, by name. requests: their own by kind, pending, approved, or sent back and not asked
    for again. approved: requests of others that they agreed to and nobody has carried out. flags: accounts
    whose note waits for them. delegations: by which another decides for them ("to"), or they for another
    ("for"). acts: what they did in the last seven days, how often by its action, the most
    frequent first.
    """

    drafts: OpenThings
    requests: OpenThings
    approved: OpenThings
    flags: OpenThings
    delegations: OpenThings
    acts: tuple[tuple[str, int], ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing waits for them; what they did is done."""
        parts = (self.drafts, self.requests, self.approved, self.flags, self.delegations)
        return not any(one.count for one in parts)


def left_open(database: Database, operator: str, *, cancel: Cancellation | None = None) -> LeftOpen:
    """Return what an operator leaves open, in one statement; of a name that nobody has, nothing."""

    def ask(session: Session) -> LeftOpen:
        row = session.execute(_LEFT, {"operator": operator}).one()
        parts: dict[str, list[Sequence[Any]]] = {}
        for part, *rest in row.open or ():
            parts.setdefault(part, []).append(rest)
        return LeftOpen(
            _things(parts, "drafts"),
            _things(parts, "requests"),
            _things(parts, "agreed"),
            _things(parts, "flags"),
            _things(parts, "lent"),
            tuple((action, many) for action, many in row.acts or ()),
        )

    return database.read("operators.left-open", ask, cancel=cancel)


def _things(parts: Mapping[str, Sequence[Sequence[Any]]], part: str) -> OpenThings:
    found = parts.get(part)
    if not found:
        return OpenThings()
    newest = tuple(OpenThing(number, words, datetime.fromisoformat(at)) for _many, number, words, at in found)
    return OpenThings(found[0][0], newest)
