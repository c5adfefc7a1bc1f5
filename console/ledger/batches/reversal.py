"""Giving a whole batch back by a stated policy, with a check before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import text

from console.errors.refusals import accepted
from console.ledger.batches.commands import wallet_changes
from console.writes.operation import Operation, without_empty

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.ledger.batches.commands import WalletChange
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

_REST = text("""
    SELECT p.line, p.transaction_id, p.username, coalesce(p.code, ''), p.amount, p.short
    FROM ledger.reversal_rest(:batch) p WHERE p.code IS NOT NULL OR :all ORDER BY p.line""")


class ReversalPolicy(StrEnum):
    """What the reversal of a batch takes: every line in full or none, or from each account what is there."""

    ALL = "all"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class BatchReversal:
    """What is left of a posted batch, to be given back as one transaction."""

    batch: int
    policy: ReversalPolicy
    reason: str
    ticket: str = ""

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        arguments = {**asdict(self), "policy": self.policy.value}
        return Operation("batch.reverse", "reverse_batch", without_empty(arguments, "ticket"))


@dataclass(frozen=True, slots=True)
class ReversedBatch:
    """What was given back of a batch in minor units, how much is short, and how many lines were left out."""

    batch: int
    lines: int
    total: int
    short: int
    left: int
    first_id: int
    last_id: int
    posted_at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class ReversalRehearsal:
    """What reversing a batch did before it was rolled back."""

    reversed: ReversedBatch
    wallets: tuple[WalletChange, ...]


@dataclass(frozen=True, slots=True)
class ReversalProblem:
    """A line, how much of it is left to be given back, and how much of that is not there now; in minor units.

    code: why; empty when all that is left could be taken now.
    """

    line: int
    transaction: int
    username: str
    code: str
    amount: int
    short: int


def reversal_problems(
    database: Database, batch: int, *, cancel: Cancellation | None = None
) -> tuple[ReversalProblem, ...]:
    """Return the lines of a posted batch that could not be given back in full now, before anybody decides."""

    def ask(session: Session) -> tuple[ReversalProblem, ...]:
        return _rest(session, batch, whole=False)

    return database.read("batch.reversal-problems", ask, cancel=cancel)


def reversal_rest(
    database: Database, batch: int, *, cancel: Cancellation | None = None
) -> tuple[ReversalProblem, ...]:
    """Return the lines of a posted batch that are not given back in full."""
    return database.read(
        "batch.reversal-rest", lambda session: _rest(session, batch, whole=True), cancel=cancel
    )


def _rest(session: Session, batch: int, *, whole: bool) -> tuple[ReversalProblem, ...]:
    rows = session.execute(_REST, {"batch": batch, "all": whole})
    return tuple(ReversalProblem(*row) for row in rows)


def reverse_batch(
    ledger: Ledger, order: BatchReversal, *, key: UUID | None = None, cancel: Cancellation | None = None
) -> ReversedBatch:
    """Give back a whole batch as one transaction; the same key again answers with the first outcome."""
    done = ledger.perform(order.operation, key=key, cancel=cancel, timeout_s=ledger.batch_timeout_s)
    return _reversed(done, done["key"])


def reverse_batch_rehearsal(
    ledger: Ledger, order: BatchReversal, *, cancel: Cancellation | None = None
) -> ReversalRehearsal:
    """Reverse a batch for real, read each account's balance before and after, and roll all of it back."""

    def work(session: Session) -> ReversalRehearsal:
        key = uuid4()
        operation = order.operation
        values = {**operation.values, "key": key}
        outcome = accepted(session.execute(operation.statement, values).scalar_one())
        reversed_ = _reversed(outcome, key)
        return ReversalRehearsal(reversed_, wallet_changes(session, reversed_.posted_at))

    return ledger.rehearse("batch.reverse-dry-run", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)


def _reversed(outcome: dict[str, Any], key: UUID) -> ReversedBatch:
    return ReversedBatch(
        outcome["batch"], outcome["lines"], int(outcome["total"]), int(outcome["short"]), outcome["left"],
        outcome["first"], outcome["last"], datetime.fromisoformat(outcome["posted_at"]), key,
    )  # fmt: skip
