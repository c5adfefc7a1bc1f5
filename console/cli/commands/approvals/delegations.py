"""Commands for delegations: who decides in a checker's place, and until when; a checker's own."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import until as moment_of
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    Key,
    Reason,
)
from console.cli.output import say
from console.cli.writing import writing
from console.errors import UsageError
from console.files.exports import named_columns

app = typer.Typer(help="Delegations: who decides in a checker's place, and until when.", no_args_is_help=True)

_DELEGATIONS = named_columns(
    "delegation:integer, checker, who decides, until:until, open, reason, created at:timestamp, ended by,"
    " ended at:timestamp"
)
_DELEGATED = named_columns("delegation:integer, who decides, until:until, key")


@app.command("add")
def add(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="WHO", help="The operator who decides in your place.")],
    *,
    until: Annotated[
        str, typer.Option(metavar="MOMENT", help="Until then, or to the end of that date; 90 days at most.")
    ],
    reason: Reason,
    key: Key = None,
) -> None:
    """Let another operator decide in your place, as a checker; it is your voice that they give."""
    from console.ledger.approvals.delegations import delegate

    with writing(context, key) as write:
        ends_at = moment_of(until, "--until", write.zone)
        if ends_at is None:
            raise UsageError("--until: say a moment.")
        done = delegate(write.ledger, who, ends_at, reason=reason, key=write.key, cancel=write.cancel)
        write.output.record(_DELEGATED, (done.delegation, done.delegate, done.ends_at, str(done.key)))
    say(f"What you may decide {who} decides too. It ends with: ledgerctl delegation end {done.delegation}")


@app.command("list")
def list_delegations(
    context: typer.Context,
    *,
    ended: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
) -> None:
    """List who decides for whom, what ends next first."""
    from console.ledger.approvals.delegations import MOST_LISTED, page

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = page(workspace.database, only_open=not ended, cancel=cancel)
    invocation.output.rows(
        _DELEGATIONS,
        [
            (
                row.id, row.delegator, row.delegate, row.ends_at, "yes" if row.is_open else "no", row.reason,
                row.created_at, row.ended_by, row.ended_at,
            )
            for row in found
        ],
    )  # fmt: skip
    if len(found) == MOST_LISTED:
        say(f"These are the first {MOST_LISTED}.")


@app.command("end")
def end_one(
    context: typer.Context,
    delegation: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The delegation's number.")],
    *,
    reason: Reason,
    key: Key = None,
) -> None:
    """End one before its time: its checker, who decides in their place, or an administrator."""
    from console.ledger.approvals.delegations import end

    with writing(context, key) as write:
        end(write.ledger, delegation, reason=reason, key=write.key, cancel=write.cancel)
    say("It has ended: nobody decides by it any more.")
