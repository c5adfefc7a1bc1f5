"""What is known of one batch: as the ledger has it, its check, its dry run, and its posting."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from console.ledger.batches import commands as batches
from console.ledger.batches.detail import detail
from models.batch import BatchStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from console.errors.problem import Problem
    from console.ledger.batches.commands import BatchCheck, DryRun, PostedBatch
    from console.ledger.batches.detail import BatchDetail, BatchRequest
    from console.ledger.batches.page import BatchRow
    from console.monitor.recording.cost import ActionCost
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from ui.kit.formats import Formats

T = TypeVar("T")

_OPEN = frozenset({BatchStatus.DRAFT, BatchStatus.SUBMITTED, BatchStatus.APPROVED})


@dataclass(frozen=True, slots=True)
class Checked:
    """A check and when it was made."""

    check: BatchCheck
    at: datetime


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A dry run and what it cost; refused ones have problems in place of a result."""

    run: DryRun | None
    problems: tuple[Problem, ...]
    cost: ActionCost | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One confirmed posting: the same key and content again give the first outcome."""

    key: UUID
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class BatchState:
    """All that the page shows of a batch."""

    detail: BatchDetail
    checked: Checked | None = None
    rehearsed: Rehearsed | None = None
    posted: PostedBatch | None = None
    posting_cost: ActionCost | None = None

    @property
    def row(self) -> BatchRow:
        """The batch as the list has it."""
        return self.detail.row

    @property
    def request(self) -> BatchRequest | None:
        """The request for its approval; a draft whose request was closed has none."""
        asked = self.detail.posting
        return None if asked is None or self.row.status is BatchStatus.DRAFT else asked

    @property
    def deciding(self) -> BatchRequest | None:
        """The request that waits for checkers now: for the posting, or for the reversal."""
        if self.row.status is BatchStatus.SUBMITTED:
            return self.detail.posting
        back = self.detail.reversing
        waits = self.row.status is BatchStatus.POSTED and back is not None and back.status == "pending"
        return back if waits else None

    @property
    def by_approval(self) -> bool:
        """Whether it goes the way of submission and approval."""
        return self.request is not None or self.detail.to_post > 0

    @property
    def open(self) -> bool:
        """Whether it may still be posted."""
        return self.row.status in _OPEN

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps it from posting, by the newest check or dry run."""
        if not self.open:
            return ()
        if self.rehearsed is not None and (self.checked is None or self.rehearsed.at > self.checked.at):
            return self.rehearsed.problems
        return () if self.checked is None else self.checked.check.problems


def read_state(
    database: Database, batch_id: int, cancellation: Cancellation, *, writes: bool = True
) -> BatchState:
    """Return a batch as it is now, an open one with its check; on a pool thread."""
    state = BatchState(detail(database, batch_id, cancel=cancellation))
    if not state.open:
        return state
    return BatchState(state.detail, check_now(database, batch_id, cancellation, writes=writes))


def check_now(
    database: Database, batch_id: int, cancellation: Cancellation, *, writes: bool = True
) -> Checked:
    """Check all lines against the ledger as it is now; on a pool thread.

    `writes`: an operator's check keeps the wallets that it finds for the posting, others may only look.
    """
    check = (batches.validate if writes else batches.review)(database, batch_id, cancel=cancellation)
    return Checked(check, datetime.now(UTC))


def measured(database: Database, action: str, work: Callable[[], T]) -> tuple[T, ActionCost | None]:
    """Return what the work gives and what its action cost; on a pool thread."""
    here = threading.get_ident()
    costs: list[ActionCost] = []

    def note(cost: ActionCost) -> None:
        if threading.get_ident() == here and cost.action == action:
            costs.append(cost)

    forget = database.recorder.on_action(note)
    try:
        result = work()
    finally:
        forget()
    return result, costs[-1] if costs else None


def short_moment(moment: datetime, formats: Formats) -> str:
    """Return the time of a moment today, and the date too of any other."""
    text = formats.timestamp(moment)
    today = formats.timestamp(datetime.now(UTC))
    return text[11:] if text[:10] == today[:10] else text[:16]


def count_words(count: int, noun: str, formats: Formats) -> str:
    """Return `1 line`, `5,000 lines`."""
    return f"{formats.integer(count)} {noun}{'' if count == 1 else 's'}"


def plan_words(state: BatchState, formats: Formats) -> str:
    """Say what posting would do, and what the newest check found."""
    row = state.row
    lines = count_words(row.lines, "line", formats)
    words = f"{lines}, {formats.amount(row.total)} {row.currency}: all post or none. "
    if state.checked is None:
        return words
    summary = state.checked.check.summary
    if summary.missing and row.create_missing:
        opened = count_words(summary.missing, "account", formats)
        prefix = f" named {row.account_prefix}…" if row.account_prefix else ""
        words += f"{opened}{prefix} will be opened first. "
    found = len(state.problems)
    return f"{words}Checked {short_moment(state.checked.at, formats)}: " + (
        f"{count_words(found, 'problem', formats)} to mend." if found else "no line would be refused."
    )
