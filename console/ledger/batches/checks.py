"""One statement over all lines of a batch: its control totals, where its money goes, and every problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from console.errors import UsageError
from console.errors.problem import Problem
from console.errors.refusals import sentence
from console.ledger.batches.before import BEFORE, LoadedBefore, before_of
from console.ledger.batches.flow import FLOW_SUMS, Flow

if TYPE_CHECKING:
    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

# Materialized: the sums are taken once a batch, however many rows its problems are.
_MOVED = f"""moved AS MATERIALIZED (
        SELECT l.batch_id, {FLOW_SUMS}
        FROM ledger.batch_lines l WHERE l.batch_id = ANY (:batches) GROUP BY l.batch_id
    )"""  # noqa: S608 - only this package's own constants are put in

# The totals stand in every row, the problems are none or many: one statement for both.
CHECK = text(f"""
    WITH {_MOVED}
    SELECT asked.batch, found.*, moved.leaves, moved.gained
    FROM unnest(CAST(:batches AS bigint[])) WITH ORDINALITY asked (batch, place)
    CROSS JOIN LATERAL ledger.check_batch(asked.batch) found
    LEFT JOIN moved ON moved.batch_id = asked.batch
    ORDER BY asked.place, found.line_no, found.field""")  # noqa: S608 - see above

# The same of drafts that were loaded a moment ago, beside each the batch that held the same before.
FRESH = text(f"""
    WITH {_MOVED}, checked AS MATERIALIZED (
        SELECT asked.batch, asked.place, found.*
        FROM unnest(CAST(:batches AS bigint[])) WITH ORDINALITY asked (batch, place)
        CROSS JOIN LATERAL ledger.check_batch(asked.batch) found
    ), before AS MATERIALIZED ({BEFORE})
    SELECT checked.*, moved.leaves, moved.gained, before.held
    FROM checked
    LEFT JOIN moved ON moved.batch_id = checked.batch
    LEFT JOIN before ON before.batch = checked.batch
    ORDER BY checked.place, checked.line_no, checked.field""")  # noqa: S608 - see above

# The same without finding wallets anew, which is a write: for those who may only look.
REVIEW = text(f"""
    WITH {_MOVED}
    SELECT b.id AS batch, s.*, p.*, moved.leaves, moved.gained
    FROM ledger.batches b
    CROSS JOIN LATERAL ledger.batch_summary(b.id) s
    LEFT JOIN LATERAL ledger.batch_problems(b.id) p ON true
    LEFT JOIN moved ON moved.batch_id = b.id
    WHERE b.id = ANY (:batches) ORDER BY b.id, p.line_no, p.field""")  # noqa: S608 - see above


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """Control totals in minor units; `missing` accounts would be opened or are a problem."""

    lines: int
    total: int
    paid_in: int
    paid_out: int
    accounts: int
    missing: int
    content_hash: bytes
    flow: Flow


@dataclass(frozen=True, slots=True)
class BatchCheck:
    """A draft's control totals and everything that keeps it from posting now.

    before: the batch that held the same, which is asked of a fresh draft only.
    """

    summary: BatchSummary
    problems: tuple[Problem, ...]
    before: LoadedBefore | None = None


def check_one(session: Session, batch_id: int, statement: TextClause = CHECK) -> BatchCheck:
    """Check one batch; raises UsageError when it is not there or has no lines."""
    (found,) = check(session, [batch_id], statement)
    return found


def check(session: Session, batch_ids: list[int], statement: TextClause = CHECK) -> list[BatchCheck]:
    """Check batches by one statement, in the order asked; raises UsageError for one that is not there."""
    of_each: dict[int, list[Row[Any]]] = {batch_id: [] for batch_id in batch_ids}
    for row in session.execute(statement, {"batches": batch_ids}):
        of_each[row.batch].append(row)
    return [_check_of(batch_id, rows) for batch_id, rows in of_each.items()]


def _check_of(batch_id: int, rows: list[Row[Any]]) -> BatchCheck:
    if not rows:
        raise UsageError(f"There is no batch {batch_id}.")
    head = next(iter(rows))
    if head.lines == 0:
        raise UsageError(f"Batch {batch_id} has no lines.")
    summary = BatchSummary(
        head.lines, int(head.total), int(head.paid_in), int(head.paid_out), head.accounts, head.missing,
        bytes(head.content_hash), Flow(int(head.leaves), int(head.gained)),
    )  # fmt: skip
    held = head._mapping.get("held")  # noqa: SLF001 - SQLAlchemy's public name for a row by its columns
    problems = tuple(_problem(row) for row in rows if row.code is not None)
    return BatchCheck(summary, problems, None if held is None else before_of(held))


def _problem(row: Row[Any]) -> Problem:
    return Problem(row.line_no, row.field, row.code, row.value, sentence(row.code, row.detail))
