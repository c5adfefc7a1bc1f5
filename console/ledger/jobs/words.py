"""What a job is called and what came of its runs, in a person's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.ledger.jobs.states import Job
from console.money import PLAIN, format_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from console.ledger.books.currencies import Books
    from console.ledger.jobs.states import JobRun, JobState

TITLES: Final[Mapping[Job, str]] = {
    Job.SWEEP: "End what is past its time",
    Job.SEAL: "Seal transactions",
    Job.CHECKPOINT: "Checkpoint system accounts",
    Job.FIGURES: "Count daily figures",
    Job.VERIFY: "Verify the ledger",
}


def counted(number: int, noun: str) -> str:
    """Return such as `1 hold` or `1,203 holds`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def state_word(state: JobState) -> str:
    """Return how a job stands: running, late, failing, due or waiting for its time."""
    if state.is_running:
        return "running"
    if state.failures:
        return "failing"
    if state.is_late:
        return "late"
    if state.overdue_s is not None:
        return "due"
    return "idle" if state.due_at is None else "planned"


def due_words(state: JobState, written: Callable[[datetime], str]) -> str:
    """Say when a job is due: at a moment, as it is `written`, since one, or not at all."""
    if state.due_at is None:
        return "nothing to do"
    moment = written(state.due_at)
    return moment if state.overdue_s is None else f"since {moment}"


def contradictions(outcome: Mapping[str, Any]) -> Mapping[str, int]:
    """Return what verify found wrong, by its code how often; whoever reports a run may say it otherwise."""
    wrong = outcome.get("wrong")
    counts = wrong.items() if isinstance(wrong, dict) else ()
    return {code: times for code, times in counts if isinstance(times, int)}


def outcome_words(job: Job, run: JobRun, books: Books) -> str:
    """Say what came of a run, such as `3 holds and 1 credit ended, 15.00 EUR expired`."""
    outcome = run.outcome
    if run.status == "failed":
        return str(outcome.get("message") or outcome.get("code") or "failed")
    if run.status == "waiting":
        pids = outcome.get("pids") or []
        return f"waits for open transactions of {counted(len(pids), 'session')}: " + ", ".join(map(str, pids))
    return _WORDS[job](outcome, books)


def _swept(outcome: Mapping[str, Any], books: Books) -> str:
    exponents = {one.code: one.exponent for one in books.currencies}
    # A currency that was added since the books were read: its decimals are not known here.
    amounts = ", ".join(
        f"{format_amount(int(amount), exponents[code], PLAIN)} {code}"
        if code in exponents
        else f"{int(amount):,} minor units of {code}"
        for code, amount in outcome["amounts"].items()
    )
    ended = f"{counted(outcome['reservations'], 'hold')} and {counted(outcome['lots'], 'credit')} ended"
    if outcome.get("requests"):
        ended += f", {counted(outcome['requests'], 'request')} that nobody decided on"
    return f"{ended}, {amounts} expired" if amounts else ended


def _sealed(outcome: Mapping[str, Any], _books: Books) -> str:
    if outcome.get("transaction") is not None:
        found = f"found is {outcome['found']}; {outcome['expected']}"
        return f"stopped before transaction {outcome['transaction']:,}: {found}"
    return f"{counted(outcome['rows'], 'transaction')} sealed, up to {outcome['sealed_to']:,}"


def _checkpointed(outcome: Mapping[str, Any], _books: Books) -> str:
    return f"sums known up to transaction {outcome['through']:,}"


def _counted_days(outcome: Mapping[str, Any], _books: Books) -> str:
    if outcome["more"]:
        return f"{outcome['through']:,} of {outcome['newest']:,} transactions counted"
    words = f"{counted(outcome['rows'], 'transaction')} counted"
    closed = outcome.get("closed_through")
    return words if closed is None else f"{words}, days closed to {closed}"


def _verified(outcome: Mapping[str, Any], _books: Books) -> str:
    wrong = contradictions(outcome)
    if wrong:
        said = ", ".join(f"{code} ({times:,})" for code, times in wrong.items())
        return f"NOT all of it adds up: {said}"
    if outcome["status"] == "found":
        return "NOT all of it adds up"
    checked = outcome.get("transactions")
    of_all = f"{counted(checked, 'transaction')}: " if isinstance(checked, int) else ""
    return f"{of_all}all of it adds up"


_WORDS: Final = {
    Job.SWEEP: _swept,
    Job.SEAL: _sealed,
    Job.CHECKPOINT: _checkpointed,
    Job.FIGURES: _counted_days,
    Job.VERIFY: _verified,
}
