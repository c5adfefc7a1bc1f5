"""One batch with all that decides over it: its rules, its requests, who agreed, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.batches.flow import FLOW_SUMS, Flow
from console.ledger.batches.page import BATCH_COLUMNS, BATCH_SOURCES, BatchRow, batch_of
from models.batch import BatchStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# A reversal's reason stands in each of its movements.
_DETAIL = text(f"""
    SELECT {BATCH_COLUMNS},
        moved.grants, moved.leaves, moved.gained,
        CASE WHEN b.status = 'draft' THEN
            ledger.checkers_for('post_batch', b.currency, coalesce(b.total, drafted.total)) ELSE 0 END,
        CASE WHEN b.status = 'posted' OR b.reversed_total < b.total THEN
            ledger.checkers_for('reverse_batch', b.currency,
                b.total - coalesce(b.reversed_total, 0)) ELSE 0 END,
        asked.requests, offsets.list, b.reversed_by, b.reversed_at, b.reversed_total,
        CASE WHEN b.status = 'reversed' THEN (
            SELECT t.metadata ->> 'reason' FROM ledger.reversals r
            JOIN ledger.transactions t ON t.id = r.transaction_id
            WHERE r.reverses BETWEEN b.first_transaction AND b.last_transaction
                AND t.metadata @> jsonb_build_object('batch', b.id)
            ORDER BY t.id DESC LIMIT 1) END
    {BATCH_SOURCES}
    CROSS JOIN LATERAL (
        SELECT {FLOW_SUMS},
            coalesce(bool_or(num_nonnulls(l.lot_source, l.lot_expires_at) > 0), false) AS grants
        FROM ledger.batch_lines l WHERE l.batch_id = b.id
    ) moved
    CROSS JOIN LATERAL (
        -- A draft may take what others have left; a posted one says which it did.
        SELECT coalesce(jsonb_agg(jsonb_build_array(o.id, o.name, o.total - o.reversed_total, o.taken)
            ORDER BY o.id), '[]') AS list
        FROM (
            SELECT e.id, e.name, e.total, e.reversed_total, chosen.batch_id IS NOT NULL AS taken
            FROM ledger.batches e
            LEFT JOIN ledger.batch_offsets chosen ON chosen.batch_id = b.id AND chosen.reversed_batch = e.id
            WHERE chosen.batch_id IS NOT NULL OR (b.status = 'draft' AND e.status = 'reversed'
                AND e.reversed_total < e.total AND e.currency = b.currency)
            ORDER BY chosen.batch_id IS NULL, e.id DESC LIMIT :offsets
        ) o
    ) offsets
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(one.kind, one.request), '{{}}') AS requests
        FROM (
            SELECT DISTINCT ON (q.kind) q.kind, jsonb_build_object(
                'id', q.id, 'status', q.status, 'content', encode(q.content, 'hex'),
                'required', q.approvals_required, 'reason', q.reason, 'created_by', q.created_by,
                'created_at', q.created_at, 'closed_by', q.closed_by, 'closed_at', q.closed_at,
                'close_reason', q.close_reason, 'policy', q.request ->> 'policy',
                'approvals', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'by', a.approved_by, 'at', a.approved_at, 'note', a.note, 'for', a.acting_for)
                    ORDER BY a.approved_at), '[]')
                    FROM ledger.approvals a WHERE a.request_id = q.id)) AS request
            FROM ledger.approval_requests q
            WHERE q.request ->> 'batch' = b.id::text AND q.kind IN ('post_batch', 'reverse_batch')
            ORDER BY q.kind, q.id DESC
        ) one
    ) asked
    WHERE b.id = :batch""")  # noqa: S608 - only this package's own constants are put in


OFFSETS: Final = 10
"""How many batches that have something left a draft is offered, the newest."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A batch that was not given back in full; how much is left, in minor units, and whether it is taken."""

    batch: int
    name: str
    left: int
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Approval:
    """One checker's word; acting_for: the checker whose right it was, when it was delegated."""

    checker: str
    at: datetime
    note: str
    acting_for: str | None = None

    @property
    def voices(self) -> tuple[str, ...]:
        """Who agreed, and by whose right: neither of them agrees again."""
        return (self.checker,) if self.acting_for is None else (self.checker, self.acting_for)

    @property
    def by(self) -> str:
        """Who agreed, and by whose right if it was another's: `mara for karl`."""
        return " for ".join(self.voices)


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """The newest request about a batch; `content` is what its checkers approve, `policy` a reversal's."""

    id: int
    status: str
    content: bytes
    required: int
    reason: str
    created_by: str
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None
    policy: str | None
    approvals: tuple[Approval, ...]

    @property
    def open(self) -> bool:
        """Whether it waits for a checker, or to be carried out."""
        return self.status in {"pending", "approved"}


@dataclass(frozen=True, slots=True)
class BatchDetail:
    """A batch beyond its row.

    grants: whether some line opens a lot of credit. to_post, to_reverse: how many approvals the rules ask
    for now before a draft is posted, or what is left of a posted batch reversed. offsets: batches whose
    rest a draft may take out of what it pays, and those of which this one does.
    """

    row: BatchRow
    flow: Flow
    grants: bool = False
    to_post: int = 0
    to_reverse: int = 0
    posting: BatchRequest | None = None
    reversing: BatchRequest | None = None
    offsets: tuple[Offset, ...] = ()
    reversed_by: str | None = None
    reversed_at: datetime | None = None
    reversed_total: int | None = None
    reversed_reason: str | None = None

    @property
    def left(self) -> int:
        """What of a posted batch can still be given back, in minor units."""
        if self.row.status not in {BatchStatus.POSTED, BatchStatus.REVERSED}:
            return 0
        return self.row.total - (self.reversed_total or 0)


def detail(database: Database, batch_id: int, *, cancel: Cancellation | None = None) -> BatchDetail:
    """Return one batch with its requests; raises UsageError when there is none of this number."""

    def ask(session: Session) -> BatchDetail:
        found = session.execute(_DETAIL, {"batch": batch_id, "offsets": OFFSETS}).one_or_none()
        if found is None:
            raise UsageError(f"There is no batch {batch_id}.")
        # The currency has two columns.
        width = len(fields(BatchRow)) + 1
        grants, leaves, gained, to_post, to_reverse, requests, offsets, by, at, total, reason = found[width:]
        return BatchDetail(
            batch_of(found[:width]), Flow(int(leaves), int(gained)), grants, to_post, to_reverse,
            _request(requests.get("post_batch")), _request(requests.get("reverse_batch")),
            tuple(Offset(number, name, int(left), taken) for number, name, left, taken in offsets),
            by, at, None if total is None else int(total), reason,
        )  # fmt: skip

    return database.read("batches.get", ask, cancel=cancel)


def _request(written: Mapping[str, Any] | None) -> BatchRequest | None:
    if written is None:
        return None
    closed_at = written["closed_at"]
    approvals = tuple(
        Approval(one["by"], datetime.fromisoformat(one["at"]), one["note"], one["for"])
        for one in written["approvals"]
    )
    return BatchRequest(
        **{
            **written,
            "content": bytes.fromhex(written["content"]),
            "created_at": datetime.fromisoformat(written["created_at"]),
            "closed_at": None if closed_at is None else datetime.fromisoformat(closed_at),
            "approvals": approvals,
        }
    )
