"""Commands about who may sign in; an administrator's."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.cli.writing import administered
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from console.writes.ledger import Ledger

app = typer.Typer(help="Operators: who may sign in, and do what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The operator's role in the server.")]
Reason = Annotated[str, typer.Option(help="Kept in the audit chain, for whoever asks later.")]
FromInput = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input instead of the terminal."),
]

_OPERATORS = named_columns(
    "operator, name, roles, status, locked until:timestamp, signed in:timestamp, made by, made at:timestamp"
)


@app.command("list")
def list_operators(context: typer.Context) -> None:
    """List the operators that the ledger looks after."""
    from console.ledger.operators.commands import operators

    with _administration(context) as ledger:
        rows = [
            (
                one.name,
                one.display_name,
                " ".join(one.roles),
                "locked" if one.locked_until is not None and one.status == "active" else one.status,
                one.locked_until,
                one.signed_in_at,
                one.created_by,
                one.created_at,
            )
            for one in operators(ledger.database)
        ]
    invocation_of(context).output.rows(_OPERATORS, rows)


@app.command()
def add(
    context: typer.Context,
    name: Name,
    reason: Reason,
    role: Annotated[
        list[str],
        typer.Option(help="viewer, support, operator, approver, auditor or admin; may be given again."),
    ],
    *,
    display_name: Annotated[str, typer.Option(help="As people write it.")] = "",
    password_stdin: FromInput = False,
) -> None:
    """Make an operator, with a password that is asked for twice."""
    from console.ledger.operators.commands import ROLES, add_operator

    for one in role:
        if one not in ROLES:
            raise UsageError(f"--role: {one!r} is none of {', '.join(ROLES)}.")
    chosen = _password(from_input=password_stdin)
    with _administration(context) as ledger:
        add_operator(ledger, name, chosen, role, reason=reason, display_name=display_name)
    say(f"{name} may sign in as {', '.join(sorted(set(role)))}.")


@app.command()
def password(
    context: typer.Context, name: Name, reason: Reason, *, password_stdin: FromInput = False
) -> None:
    """Give an operator another password."""
    from console.ledger.operators.commands import set_password

    chosen = _password(from_input=password_stdin)
    with _administration(context) as ledger:
        set_password(ledger, name, chosen, reason=reason)
    say(f"{name} has a new password.")


@app.command()
def disable(context: typer.Context, name: Name, reason: Reason) -> None:
    """Take an operator's rights now, in open sessions too, and the way in."""
    from console.ledger.operators.commands import disable_operator

    with _administration(context) as ledger:
        done = disable_operator(ledger, name, reason=reason)
    say(f"{name} is disabled. Sessions ended: {done.ended:,}.")
    if done.kept:
        say(
            f"{name} still has {', '.join(done.kept)}, granted by hand; who granted that must revoke it: "
            f"REVOKE ledger_{done.kept[0]} FROM {name}"
        )
    if done.left is None:
        say(f"Open sessions of {name} can write nothing, but are not ended. {done.why}")
    elif done.left:
        say(f"{done.left:,} sessions have not ended yet; run this again, or see: ledgerctl session list")


@app.command()
def enable(context: typer.Context, name: Name, reason: Reason) -> None:
    """Give a disabled operator back what was taken."""
    from console.ledger.operators.commands import enable_operator

    with _administration(context) as ledger:
        enable_operator(ledger, name, reason=reason)
    say(f"{name} may sign in again.")


@app.command()
def unlock(context: typer.Context, name: Name, reason: Reason) -> None:
    """End the lock of too many wrong passwords before its 15 minutes have passed."""
    from console.ledger.operators.commands import unlock_operator

    with _administration(context) as ledger:
        unlock_operator(ledger, name, reason=reason)
    say(f"{name} may try again.")


@app.command()
def gate(context: typer.Context) -> None:
    """Make a new password for the gate that counts sign-ins, and print the setting for every computer."""
    from console.ledger.operators.commands import open_gate

    invocation = invocation_of(context)
    if invocation.configured()[0].database_url is None:
        raise UsageError("The embedded ledger keeps its gate's password itself; there is nothing to set.")
    with invocation.workspace() as workspace:
        drawn = open_gate(workspace.ledger)
    sys.stdout.write(f'gate_password = "{drawn}"\n')
    say(
        "Put this line into settings.toml on each operator's computer (or set LEDGER_GATE_PASSWORD). "
        "The password before it no longer works."
    )


@contextmanager
def _administration(context: typer.Context) -> Iterator[Ledger]:
    with invocation_of(context).workspace() as workspace, administered(workspace) as ledger:
        yield ledger


def _password(*, from_input: bool) -> SecretStr:
    """Ask for a password; never on the command line, which others on this machine can read."""
    from pydantic import SecretStr

    if from_input:
        return SecretStr(sys.stdin.readline().rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password; use --password-stdin.")
    from getpass import getpass

    first = getpass("Password: ")
    if getpass("The same again: ") != first:
        raise UsageError("The two passwords differ; nothing was changed.")
    return SecretStr(first)
