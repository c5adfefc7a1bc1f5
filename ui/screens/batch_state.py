"""What is known of one batch: as the ledger has it, its check, its dry run, and its posting."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from console import batches
from console.queries import batches as questions
from models.batch import BatchStatus
from ui.screens.batch_stepper import Step, StepState

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from console.batches import BatchCheck, DryRun, PostedBatch
    from console.cancellation import Cancellation
    from console.database import Database
    from console.monitor.cost import ActionCost
    from console.problems import Problem
    from console.queries.batches import BatchRow
    from ui.numbers import Formats

T = TypeVar("T")

STEPS = ("Draft", "Checked", "Dry run", "Posted")
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

    row: BatchRow
    checked: Checked | None = None
    rehearsed: Rehearsed | None = None
    posted: PostedBatch | None = None
    posting_cost: ActionCost | None = None

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


def read_state(database: Database, batch_id: int, cancellation: Cancellation) -> BatchState:
    """Return a batch as it is now, an open one with its check; on a pool thread."""
    state = BatchState(questions.get(database, batch_id, cancel=cancellation))
    if not state.open:
        return state
    return BatchState(state.row, check_now(database, batch_id, cancellation))


def check_now(database: Database, batch_id: int, cancellation: Cancellation) -> Checked:
    """Check all lines against the ledger as it is now; on a pool thread."""
    check = batches.validate(database, batch_id, cancel=cancellation)
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


def steps_of(state: BatchState, formats: Formats, busy: str) -> tuple[Step, ...]:
    """Return the four steps as they stand."""
    row = state.row
    steps = [
        Step(STEPS[0], StepState.DONE, f"{row.created_by}, {short_moment(row.created_at, formats)}"),
        _checked_step(state, formats),
        _rehearsed_step(state, formats),
    ]
    if row.posted_at is not None:
        words = f"{row.posted_by}, {short_moment(row.posted_at, formats)}"
        steps.append(Step(STEPS[3], StepState.DONE, words))
    else:
        steps.append(Step(STEPS[3], StepState.LATER, "all lines or none"))
    if not state.open or busy:
        return tuple(steps)
    first = next((at for at, step in enumerate(steps) if step.state is StepState.LATER), None)
    if first is not None and not any(step.state is StepState.FAILED for step in steps):
        steps[first] = Step(steps[first].name, StepState.NEXT, steps[first].words)
    return tuple(steps)


def short_moment(moment: datetime, formats: Formats) -> str:
    """Return the time of a moment today, and the date too of any other."""
    text = formats.timestamp(moment)
    today = formats.timestamp(datetime.now(UTC))
    return text[11:] if text[:10] == today[:10] else text[:16]


def count_words(count: int, noun: str, formats: Formats) -> str:
    """Return `1 line`, `5,000 lines`."""
    return f"{formats.integer(count)} {noun}{'' if count == 1 else 's'}"


def _checked_step(state: BatchState, formats: Formats) -> Step:
    if state.checked is None and not state.open:
        done = state.row.posted_at is not None
        return Step(STEPS[1], StepState.DONE if done else StepState.LATER, "in the posting itself")
    if state.checked is None:
        return Step(STEPS[1], StepState.LATER, "against the ledger as it is")
    problems = len(state.checked.check.problems)
    words = f"{count_words(problems, 'problem', formats)}, {short_moment(state.checked.at, formats)}"
    return Step(STEPS[1], StepState.FAILED if problems else StepState.DONE, words)


def _rehearsed_step(state: BatchState, formats: Formats) -> Step:
    if state.rehearsed is None:
        return Step(STEPS[2], StepState.LATER, "posts, then rolls back" if state.open else "not run here")
    refused = len(state.rehearsed.problems)
    failed = state.rehearsed.run is None
    words = f"{formats.integer(refused)} refused, {short_moment(state.rehearsed.at, formats)}"
    return Step(STEPS[2], StepState.FAILED if failed else StepState.DONE, words)
