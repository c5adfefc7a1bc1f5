"""Commands about the automatic jobs: how they stand, their runs, and the service that runs them."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.arguments import one_of
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.errors import AccessDeniedError, OpenedReadOnlyError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from console.ledger.jobs.keeper import Keeper, Standing
    from console.ledger.jobs.states import Job, JobRun
    from console.workspace.workspace import Workspace

app = typer.Typer(
    help="What the ledger does by itself: expiry, seals, checkpoints, figures, verify.", no_args_is_help=True
)

_JOBS = named_columns(
    "job, title, state, due:timestamp, overdue s, failures:integer, last run:timestamp, status, outcome, by"
)
_NO_RUN = (None, None, None, None)
_RUNS = named_columns("ended:timestamp, seconds, by, status, outcome")


@app.command()
def status(context: typer.Context) -> None:
    """Say who runs the jobs, and how each stands; ends with 1 when one is late or failing."""
    from console.ledger.jobs.states import job_states
    from console.ledger.jobs.words import TITLES, outcome_words, state_word

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = job_states(workspace.database, cancel=cancel)
        books = workspace.books
    invocation.output.rows(
        _JOBS,
        [
            (
                one.job.value, TITLES[one.job], state_word(one), one.due_at,
                None if one.overdue_s is None else f"{one.overdue_s:.0f}", one.failures,
                *(
                    _NO_RUN if (last := one.last) is None
                    else (last.ended_at, last.status, outcome_words(one.job, last, books), last.operator)
                ),
            )
            for one in found.jobs
        ],
    )  # fmt: skip
    if found.lease is None:
        say("Nobody runs the jobs now. A console with an operator's rights does, or: ledgerctl keeper run")
    else:
        since = found.lease.claimed_at.astimezone(invocation.zone).isoformat(sep=" ", timespec="seconds")
        say(f"{found.lease.holder} runs the jobs at {found.lease.place}, since {since}.")
    if any(one.is_late or one.failures for one in found.jobs):
        raise typer.Exit(1)


@app.command()
def runs(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="sweep, seal, checkpoint, figures or verify.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 50,
) -> None:
    """List the last runs of a job: who ran it, and what came of it."""
    from console.ledger.jobs.states import Job, job_runs
    from console.ledger.jobs.words import outcome_words

    wanted = one_of(Job, job, "JOB")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = job_runs(workspace.database, wanted, limit=limit, cancel=cancel)
        books = workspace.books
    invocation.output.rows(
        _RUNS,
        [
            (run.ended_at, f"{run.seconds:.3f}", run.operator, run.status, outcome_words(wanted, run, books))
            for run in found
        ],
    )


@app.command()
def run(
    context: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Run what is due now and end, as a line of cron wants it.")
    ] = False,
) -> None:
    """Run the jobs as a service, until it is ended; of several keepers one works and the others wait."""
    from console.ledger.operators.rights import Rights

    invocation = invocation_of(context)
    with invocation.workspace(is_served=not once) as workspace:
        if workspace.identity.read_only:
            raise OpenedReadOnlyError
        if not Rights.of(workspace.facts).keeps:
            raise AccessDeniedError(
                f"{workspace.facts.operator} may not run the jobs: it takes the role keeper or operator."
            )
        said, keeper = _Saying(workspace), workspace.keeper
        keeper.told, keeper.ended = said.stands, said.ended
        with _until_ended(keeper):
            if once:
                keeper.run_due()
            else:
                keeper.run()


class _Saying:
    """Writes a line for what happens, and none while nothing does."""

    def __init__(self, workspace: Workspace) -> None:
        self._books = workspace.books
        self._before = ""

    def stands(self, standing: Standing) -> None:
        """Say who has the lease, when that changes, and what keeps the keeper from asking."""
        if standing.problem:
            words = f"The jobs wait: {standing.problem}"
        elif standing.is_held:
            words = "This keeper runs the jobs."
        else:
            words = f"{standing.holder} runs the jobs at {standing.place}; this keeper waits."
        if words != self._before:
            self._before = words
            say(words)

    def ended(self, job: Job, outcome: dict[str, Any]) -> None:
        """Say what came of a run."""
        from console.ledger.jobs.states import run_of
        from console.ledger.jobs.words import outcome_words

        run: JobRun = run_of(outcome)
        say(f"{job}: {run.status}, {outcome_words(job, run, self._books)}")


@contextmanager
def _until_ended(keeper: Keeper) -> Iterator[None]:
    """Let SIGTERM, as systemd sends it, and Ctrl+C end the keeper; it gives the lease back."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=keeper.stop, name="stop", daemon=True).start()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
