"""Commands about sessions: who is at work, who waits for whom, and an administrator's end of it."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.options import Key  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.cli.writing import writing
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.server.sessions import Activity, SessionRow

app = typer.Typer(
    help="Sessions: who is at work in the database, and who waits for whom.", no_args_is_help=True
)

Pid = Annotated[int, typer.Argument(metavar="PID", help="As `session list` shows it.")]
Reason = Annotated[str, typer.Option(help="Kept in the audit chain, for whoever asks later.")]
Started = Annotated[
    str | None,
    typer.Option(
        metavar="MOMENT",
        help="When the session began, as `session list --format json` shows it: another session of the same "
        "number is left alone, and nothing is asked.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask once more.")]

# Seconds are text, to the tenth: CSV and JSON have no kind for what is measured.
_SESSIONS = named_columns(
    "pid:integer, operator, application, client, state, waits for, transaction s, statement s,"
    " blocked by, statement, started:timestamp"
)
_BLOCKING = named_columns("session, operator, state, waiting s, lock, table, waiters:integer, statement")


@app.command("list")
def list_sessions(context: typer.Context) -> None:
    """List the sessions of this database, the oldest transaction first; statements without their values."""
    activity = _activity(context)
    rows = [
        (
            row.pid,
            row.operator or row.kind,
            row.application,
            row.client,
            row.state,
            _waits(row),
            _seconds(row.transaction_s),
            _seconds(row.statement_s),
            " ".join(map(str, row.blocked_by)),
            row.statement,
            row.started_at,
        )
        for row in activity.sessions
    ]
    invocation_of(context).output.rows(_SESSIONS, rows)
    _say_limits(activity)


@app.command()
def blocking(context: typer.Context) -> None:
    """Show who waits for whom: each session below the one that it waits for."""
    from console.server.blocking import blocking as tree_of

    activity = _activity(context)
    tree = tree_of(activity)
    rows = []
    for one in tree:
        row = one.session
        wait = None if row is None else row.waits_for
        rows.append((
            "  " * one.depth + str(one.pid),
            None if row is None else row.operator or row.kind,
            "deadlock" if one.deadlock else None if row is None else row.state,
            None if wait is None else _seconds(wait.seconds),
            None if wait is None else wait.mode,
            None if wait is None else wait.relation or wait.kind,
            one.waiters,
            None if row is None else row.statement,
        ))  # fmt: skip
    invocation_of(context).output.rows(_BLOCKING, rows)
    if not tree:
        say("Nobody waits for a lock.")
    _say_limits(activity)


@app.command()
def cancel(
    context: typer.Context,
    pid: Pid,
    reason: Reason,
    *,
    started: Started = None,
    yes: Yes = False,
    key: Key = None,
) -> None:
    """End the statement that a session runs; the session stays. An administrator's."""
    _end(context, "cancel", pid, reason, started, key, yes=yes)


@app.command()
def terminate(
    context: typer.Context,
    pid: Pid,
    reason: Reason,
    *,
    started: Started = None,
    yes: Yes = False,
    key: Key = None,
) -> None:
    """End a session; what it had not committed is rolled back. An administrator's."""
    _end(context, "terminate", pid, reason, started, key, yes=yes)


def _activity(context: typer.Context) -> Activity:
    from console.cli.interruption import interruptible
    from console.server.sessions import sessions

    with invocation_of(context).workspace() as workspace, interruptible() as cancelling:
        return sessions(workspace.database, cancel=cancelling)


def _end(  # noqa: PLR0917 - what both commands were asked
    context: typer.Context,
    verb: str,
    pid: int,
    reason: str,
    started: str | None,
    key: str | None,
    *,
    yes: bool,
) -> None:
    from console.server.commands import cancel_session, terminate_session
    from console.server.sessions import sessions

    moment = None if started is None else _moment(started)
    if moment is None and not yes and not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal to ask once more; give the session's --started, or --yes for whatever is "
            "there now."
        )
    end = cancel_session if verb == "cancel" else terminate_session
    with writing(context, key) as work:
        if moment is None:
            moment = _asked(sessions(work.database, cancel=work.cancel), verb, pid, yes=yes)
        done = end(work.ledger, pid, moment, reason=reason, key=work.key, cancel=work.cancel)
    what = "The statement" if verb == "cancel" else "The session"
    say(f"{what} of {done.operator} (pid {done.pid}) was told to end.")


def _asked(activity: Activity, verb: str, pid: int, *, yes: bool) -> datetime:
    """Say what would be ended, ask once more, and return since when it is there."""
    row = next((one for one in activity.sessions if one.pid == pid), None)
    if row is None:
        raise UsageError(f"There is no session {pid} in this database.")
    if row.started_at is None:
        raise UsageError(
            f"Since when session {pid} is there is told to members of pg_monitor only; without it another "
            "session of the same number could be hit. Give its --started."
        )
    if not yes:
        doing = row.statement or "nothing"
        say(
            f"{row.operator}, pid {pid}, {row.state or 'in an unknown state'}, "
            f"for {_seconds(row.transaction_s) or '0.0'} s: {doing}"
        )
        deed = "Cancel this statement" if verb == "cancel" else "Terminate this session"
        typer.confirm(f"{deed}?", abort=True, err=True)
    return row.started_at


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"--started: {written!r} is no moment such as 2026-11-21T14:32:04.123456+00:00.")
    return moment


def _waits(row: SessionRow) -> str | None:
    if row.waits_for is not None:
        return f"{row.waits_for.mode} on {row.waits_for.relation or row.waits_for.kind}"
    return None if row.wait_type is None or row.state != "active" else f"{row.wait_type} {row.wait_event}"


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _say_limits(activity: Activity) -> None:
    if activity.limits:
        say(f"Shown are {activity.limits}")
