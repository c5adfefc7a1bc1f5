"""What is known of one batch: as the ledger has it, its check, its dry run, and its posting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.ledger.batches import commands
from console.ledger.batches.detail import detail
from models.batch import BatchStatus
from ui.kit.days import short_moment

if TYPE_CHECKING:
    from console.errors.problem import Problem
    from console.ledger.batches.checks import BatchCheck
    from console.ledger.batches.commands import DryRun, PostedBatch
    from console.ledger.batches.detail import BatchDetail, BatchRequest
    from console.ledger.batches.page import BatchRow
    from console.monitor.recording.cost import ActionCost
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger
    from ui.kit.formats import Formats

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
    def content(self) -> bytes:
        """The hash of what was checked; before a check nothing that the ledger would post."""
        return b"" if self.checked is None else self.checked.check.summary.content_hash

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
        waits = self.detail.left > 0 and back is not None and back.status == "pending"
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


def read_state(ledger: Ledger, batch_id: int, cancellation: Cancellation, *, writes: bool) -> BatchState:
    """Return a batch as it is now, an open one with its check; on a pool thread."""
    state = BatchState(detail(ledger.database, batch_id, cancel=cancellation))
    if not state.open:
        return state
    return BatchState(state.detail, check_now(ledger, batch_id, cancellation, writes=writes))


def check_now(ledger: Ledger, batch_id: int, cancellation: Cancellation, *, writes: bool) -> Checked:
    """Check all lines against the ledger as it is now; on a pool thread.

    `writes`: an operator's check keeps the wallets that it finds for the posting, others may only look.
    """
    if writes:
        check = commands.validate(ledger, batch_id, cancel=cancellation)
    else:
        check = commands.review(ledger.database, batch_id, cancel=cancellation)
    return Checked(check, datetime.now(UTC))


def plan_words(state: BatchState, formats: Formats) -> str:
    """Say what posting would do, and what the newest check found."""
    row = state.row
    lines = formats.count(row.lines, "line")
    words = f"{lines}, {formats.money(row.total, row.currency)}: all post or none. "
    if state.checked is None:
        return words
    summary = state.checked.check.summary
    if summary.missing and row.create_missing:
        opened = formats.count(summary.missing, "account")
        prefix = f" named {row.account_prefix}…" if row.account_prefix else ""
        words += f"{opened}{prefix} will be opened first. "
    found = len(state.problems)
    return f"{words}Checked {short_moment(state.checked.at, formats)}: " + (
        f"{formats.count(found, 'problem')} to fix." if found else "no line would be refused."
    )
