"""How far a batch has come, as the four steps of its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.batch import BatchStatus
from ui.kit.days import short_moment
from ui.kit.widgets.stepper import Step, StepState
from ui.screens.batches.rights import approvals_words

if TYPE_CHECKING:
    from ui.kit.formats import Formats
    from ui.screens.batches.state import BatchState

STEPS = ("Draft", "Checked", "Dry run", "Posted")


def steps_of(state: BatchState, formats: Formats, busy: str) -> tuple[Step, ...]:
    """Return the four steps as they stand: by check and dry run, or by submission and approval."""
    steps = [_draft_step(state, formats)]
    if state.by_approval:
        steps += [_submitted_step(state, formats), _approved_step(state, formats)]
    else:
        steps += [_checked_step(state, formats), _rehearsed_step(state, formats)]
    steps.append(_posted_step(state, formats))
    if state.row.status is BatchStatus.REVERSED:
        # There are four places, and that it was taken back matters more.
        del steps[1 if state.by_approval else 2]
        steps.append(_reversed_step(state, formats))
    if not state.open or busy:
        return tuple(steps)
    first = next((at for at, step in enumerate(steps) if step.state is StepState.LATER), None)
    if first is not None and not any(step.state is StepState.FAILED for step in steps):
        steps[first] = Step(steps[first].name, StepState.NEXT, steps[first].words)
    return tuple(steps)


def _draft_step(state: BatchState, formats: Formats) -> Step:
    row = state.row
    return Step("Draft", StepState.DONE, f"{row.created_by}, {short_moment(row.created_at, formats)}")


def _checked_step(state: BatchState, formats: Formats) -> Step:
    if state.checked is None and not state.open:
        done = state.row.posted_at is not None
        return Step("Checked", StepState.DONE if done else StepState.LATER, "in the posting itself")
    if state.checked is None:
        return Step("Checked", StepState.LATER, "against the ledger as it is")
    problems = len(state.checked.check.problems)
    words = f"{formats.count(problems, 'problem')}, {short_moment(state.checked.at, formats)}"
    return Step("Checked", StepState.FAILED if problems else StepState.DONE, words)


def _rehearsed_step(state: BatchState, formats: Formats) -> Step:
    if state.rehearsed is None:
        return Step("Dry run", StepState.LATER, "posts, then rolls back" if state.open else "not run here")
    refused = len(state.rehearsed.problems)
    failed = state.rehearsed.run is None
    words = f"{formats.integer(refused)} refused, {short_moment(state.rehearsed.at, formats)}"
    return Step("Dry run", StepState.FAILED if failed else StepState.DONE, words)


def _submitted_step(state: BatchState, formats: Formats) -> Step:
    asked = state.request
    if asked is None:
        return Step("Submitted", StepState.LATER, "with a reason")
    return Step("Submitted", StepState.DONE, f"{asked.created_by}, {short_moment(asked.created_at, formats)}")


def _approved_step(state: BatchState, formats: Formats) -> Step:
    asked = state.request
    if asked is None:
        return Step("Approved", StepState.LATER, f"needs {approvals_words(state.detail.to_post)}")
    if asked.status == "rejected" and asked.closed_at is not None:
        when = short_moment(asked.closed_at, formats)
        return Step("Rejected", StepState.FAILED, f"{asked.closed_by}, {when}")
    given = len(asked.approvals)
    if given < asked.required:
        words = f"needs {approvals_words(asked.required)}"
        return Step("Approved", StepState.LATER, f"{given} of {asked.required} given" if given else words)
    last = asked.approvals[-1]
    more = f" and {given - 1} more" if given > 1 else ""
    return Step("Approved", StepState.DONE, f"{last.by}{more}, {short_moment(last.at, formats)}")


def _posted_step(state: BatchState, formats: Formats) -> Step:
    row = state.row
    if row.posted_at is None:
        return Step("Posted", StepState.LATER, "all lines or none")
    return Step("Posted", StepState.DONE, f"{row.posted_by}, {short_moment(row.posted_at, formats)}")


def _reversed_step(state: BatchState, formats: Formats) -> Step:
    found = state.detail
    when = "" if found.reversed_at is None else f", {short_moment(found.reversed_at, formats)}"
    return Step("Reversed", StepState.DONE, f"{found.reversed_by}{when}")
