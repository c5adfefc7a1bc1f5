"""Commands about who may sign in: an administrator's, and the one by which an operator sets a password."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.options import SubmitChange  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.cli.writing import administered, administering
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from console.ledger.operators.orders import CodeOrder
    from console.writes.ledger import Ledger

app = typer.Typer(help="Operators: who may sign in, and do what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The operator's role in the server.")]
Reason = Annotated[str, typer.Option(help="Kept in the audit chain, for whoever asks later.")]
FromInput = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input instead of the terminal."),
]
WithCode = Annotated[
    bool,
    typer.Option("--code", help="Print a code, by which they set a password that you do not know."),
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
    code: WithCode = False,
    submit: SubmitChange = False,
    password_stdin: FromInput = False,
) -> None:
    """Make an operator, with a password that is asked for twice, or with a code to set one."""
    from console.ledger.operators.codes import digest_of, new_code
    from console.ledger.operators.commands import add_operator
    from console.ledger.operators.orders import NewOperator

    _refuse_unknown(role, "--role")
    _refuse_both(code=code, password_stdin=password_stdin)
    if code or submit:
        drawn = new_code()
        order = NewOperator(name, display_name, tuple(role), digest_of(drawn), reason)
        _give_code(context, order, drawn, reason, submitted=submit)
        say(f"{name} may sign in as {', '.join(sorted(set(role)))} once the password is set by it.")
        return
    chosen = _password(from_input=password_stdin)
    with _administration(context) as ledger:
        add_operator(ledger, name, chosen, role, reason=reason, display_name=display_name)
    say(f"{name} may sign in as {', '.join(sorted(set(role)))}.")


@app.command()
def password(
    context: typer.Context,
    name: Name,
    reason: Reason,
    *,
    code: WithCode = False,
    submit: SubmitChange = False,
    password_stdin: FromInput = False,
) -> None:
    """Give an operator another password, or a code to set one; the password before ends at once."""
    from console.ledger.operators.codes import digest_of, new_code
    from console.ledger.operators.commands import set_password
    from console.ledger.operators.orders import NewCode

    _refuse_both(code=code, password_stdin=password_stdin)
    if code or submit:
        drawn = new_code()
        _give_code(context, NewCode(name, digest_of(drawn), reason), drawn, reason, submitted=submit)
        say(f"{name} has no password until it is set by it.")
        return
    chosen = _password(from_input=password_stdin)
    with _administration(context) as ledger:
        set_password(ledger, name, chosen, reason=reason)
    say(f"{name} has a new password.")


@app.command()
def set_roles(
    context: typer.Context,
    name: Name,
    roles: Annotated[list[str], typer.Argument(metavar="ROLE...", help="All that they have from now on.")],
    reason: Reason,
    *,
    submit: SubmitChange = False,
) -> None:
    """Give an operator just these roles, and take the others; open sessions have them at once."""
    from console.ledger.operators.orders import Roles, change_roles

    _refuse_unknown(roles, "ROLE")
    order = Roles(name, tuple(roles), reason)
    with administering(context, None) as write:
        if submit:
            write.submit(order, reason)
            return
        done = change_roles(write.ledger, order)
    say(f"{name} has {', '.join(done.now)}; before: {', '.join(done.before) or 'none'}.")
    if done.kept:
        say(_kept_words(name, done.kept))


@app.command()
def redeem(
    context: typer.Context,
    name: Name,
    *,
    from_input: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            help="Read the code and the new password, a line each, from standard input.",
        ),
    ] = False,
) -> None:
    """Set your own password by the code that an administrator gave you."""
    from console.ledger.operators.codes import is_code, normal_code
    from console.ledger.operators.credentials import refuse_short
    from console.workspace.workspace import redeem_code

    code = _secret("Code: ", from_input=from_input)
    if not is_code(code):
        raise UsageError("A code is 16 letters and digits, such as 7QK2-M4XR-9TBD-PW3H. Nothing was tried.")
    chosen = _password(from_input=from_input, prompt="New password: ")
    refuse_short(chosen)
    settings, paths = invocation_of(context).at_gate()
    redeem_code(settings, paths, name, normal_code(code), chosen)
    say(f"{name} has a new password, and may sign in with it. The code is used up.")


@app.command()
def disable(context: typer.Context, name: Name, reason: Reason) -> None:
    """Take an operator's rights now, in open sessions too, and the way in."""
    from console.ledger.operators.commands import disable_operator

    with _administration(context) as ledger:
        done = disable_operator(ledger, name, reason=reason)
    say(f"{name} is disabled. Sessions ended: {done.ended:,}.")
    if done.kept:
        say(_kept_words(name, done.kept))
    if done.left is None:
        say(f"Open sessions of {name} can write nothing, but are not ended. {done.why}")
    elif done.left:
        say(f"{done.left:,} sessions have not ended yet; run this again, or see: ledgerctl session list")


@app.command()
def enable(context: typer.Context, name: Name, reason: Reason, *, submit: SubmitChange = False) -> None:
    """Give a disabled operator back what was taken."""
    from console.ledger.operators.orders import Enabled

    with administering(context, None) as write:
        write.change(Enabled(name, reason), reason, f"{name} may sign in again.", submitted=submit)


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


def _give_code(context: typer.Context, order: CodeOrder, code: str, reason: str, *, submitted: bool) -> None:
    """Do it or ask for it, and print the code: on standard output it stands alone."""
    from console.ledger.approvals.commands import submit
    from console.ledger.operators.codes import GOOD_DAYS
    from console.ledger.operators.orders import give_code

    invocation = invocation_of(context)
    with administering(context, None) as write:
        if submitted:
            asked = submit(write.ledger, order, reason=reason, key=write.key, cancel=write.cancel)
        else:
            until = give_code(write.ledger, order)
    sys.stdout.write(f"{code}\n")
    if submitted:
        say(
            f"This code is shown once and kept nowhere. It is good once, for {GOOD_DAYS} days from when "
            f"request {asked.request} is carried out. Another administrator decides on it: "
            f"ledgerctl request show {asked.request}"
        )
        return
    end = "" if until is None else f", until {until.astimezone(invocation.zone):%Y-%m-%d %H:%M %Z}"
    say(
        f"This code is shown once and kept nowhere. It is good once, for {GOOD_DAYS} days{end}. They use it "
        f"at the sign-in, or with: ledgerctl operator redeem {order.name}"
    )


def _refuse_unknown(roles: list[str], option: str) -> None:
    from console.ledger.operators.commands import ROLES

    for one in roles:
        if one not in ROLES:
            raise UsageError(f"{option}: {one!r} is none of {', '.join(ROLES)}.")


def _refuse_both(*, code: bool, password_stdin: bool) -> None:
    if code and password_stdin:
        raise UsageError("--code: with a code there is no password to read; leave --password-stdin out.")


def _kept_words(name: str, kept: tuple[str, ...]) -> str:
    return (
        f"{name} still has {', '.join(kept)}, granted by hand; who granted that must revoke it: "
        f"REVOKE ledger_{kept[0]} FROM {name}"
    )


def _password(*, from_input: bool, prompt: str = "Password: ") -> SecretStr:
    """Ask for a password; never on the command line, which others on this machine can read."""
    from pydantic import SecretStr

    first = _secret(prompt, from_input=from_input)
    if not from_input and _secret("The same again: ", from_input=False) != first:
        raise UsageError("The two passwords differ; nothing was changed.")
    return SecretStr(first)


def _secret(prompt: str, *, from_input: bool) -> str:
    """Ask for one line that is not shown."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password; use --password-stdin.")
    from getpass import getpass

    return getpass(prompt)
