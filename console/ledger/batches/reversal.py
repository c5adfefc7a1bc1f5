"""Giving a whole batch back by a stated policy, with a check before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import text

from console.errors.refusals import accepted
from console.ledger.batches.commands import wallet_changes
from console.writes.operation import Operation

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from console.ledger.batches.commands import WalletChange
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

_PROBLEMS = text("""
    SELECT p.line, p.transaction_id, p.username, p.code, p.amount, p.short
    FROM ledger.reversal_problems(:batch) p ORDER BY p.line""")

_REVERSE_BATCH = text("SELECT ledger.reverse_batch(:key, :batch, :policy, :reason)")


class ReversalPolicy(StrEnum):
    """What the reversal of a batch takes: every line in full or none, or from each account what is there."""

    ALL = "all"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class BatchReversal:
    """A posted batch to be given back as one transaction."""

    batch: int
    policy: ReversalPolicy
    reason: str

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        arguments = {"batch": self.batch, "policy": self.policy.value, "reason": self.reason}
        return Operation("batch.reverse", "reverse_batch", arguments)


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
    """A line that cannot be taken back in full now, and how much of it is missing, in minor units."""

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
        return tuple(ReversalProblem(*row) for row in session.execute(_PROBLEMS, {"batch": batch}))

    return database.read("batch.reversal-problems", ask, cancel=cancel)


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
        values = {**order.operation.values, "key": key}
        outcome = accepted(session.execute(_REVERSE_BATCH, values).scalar_one())
        reversed_ = _reversed(outcome, key)
        return ReversalRehearsal(reversed_, wallet_changes(session, reversed_.posted_at))

    return ledger.rehearse("batch.reverse-dry-run", work, cancel=cancel, timeout_s=ledger.batch_timeout_s)


def _reversed(outcome: dict[str, Any], key: UUID) -> ReversedBatch:
    return ReversedBatch(
        outcome["batch"], outcome["lines"], int(outcome["total"]), int(outcome["short"]), outcome["left"],
        outcome["first"], outcome["last"], datetime.fromisoformat(outcome["posted_at"]), key,
    )  # fmt: skip
