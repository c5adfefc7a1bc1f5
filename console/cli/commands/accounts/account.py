"""Commands for accounts: open, freeze, unfreeze, close, overdraft limit, erase, and the others."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account
from console.cli.commands.accounts import lists, notes, past
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    AccountName,
    CurrencyCode,
    Key,
    Reason,
    Submit,
    Ticket,
)
from console.cli.output import say
from console.cli.writing import money, writing
from console.errors import UsageError
from console.files.exports import named_columns

app = typer.Typer(
    help="Accounts: list, open, freeze, close, note, flag, follow, explain, statement, timeline.",
    no_args_is_help=True,
)

_OPENED = named_columns("account:account, number:integer, key")
_STATUS = named_columns("account:account, before, status, key")
_METADATA = named_columns("account:account, names, key")
_ERASED = named_columns("account:account, number:integer, notes:integer, key")


@app.command("open")
def open_account(
    context: typer.Context,
    name: AccountName,
    *,
    reason: Reason,
    display_name: Annotated[str, typer.Option(help="As people write it.")] = "",
    email: Annotated[str | None, typer.Option(help="Its owner's address.")] = None,
    currency: CurrencyCode = None,
    ticket: Ticket = "",
    key: Key = None,
) -> None:
    """Open an account with an empty wallet, or a wallet in one more currency for an account there is."""
    from console.ledger.accounts import commands as accounts

    username = account(name, "NAME")
    with writing(context, key) as write:
        done = accounts.open(
            write.ledger,
            username,
            write.currency(currency).code,
            reason=reason,
            display_name=display_name,
            email=email,
            ticket=ticket,
            key=write.key,
            cancel=write.cancel,
        )
    write.output.record(_OPENED, (username, done.account, str(done.key)))


@app.command()
def freeze(
    context: typer.Context, name: AccountName, *, reason: Reason, ticket: Ticket = "", key: Key = None
) -> None:
    """Stop all money of an account."""
    _set_status(context, name, "frozen", reason=reason, ticket=ticket, key=key)


@app.command()
def unfreeze(
    context: typer.Context, name: AccountName, *, reason: Reason, ticket: Ticket = "", key: Key = None
) -> None:
    """Let a frozen account's money move again."""
    _set_status(context, name, "active", reason=reason, ticket=ticket, key=key)


@app.command()
def close(
    context: typer.Context, name: AccountName, *, reason: Reason, ticket: Ticket = "", key: Key = None
) -> None:
    """Close an empty account for ever."""
    _set_status(context, name, "closed", reason=reason, ticket=ticket, key=key)


@app.command()
def overdraft(
    context: typer.Context,
    name: AccountName,
    *,
    limit: Annotated[str, typer.Option(metavar="AMOUNT", help="How far below zero it may go, such as 50.")],
    reason: Reason,
    currency: CurrencyCode = None,
    ticket: Ticket = "",
    submit: Submit = False,
    key: Key = None,
) -> None:
    """Let an account go below zero, so far and no further; 0 takes it back."""
    from console.ledger.accounts.commands import OverdraftLimit, set_overdraft_limit

    username = account(name, "NAME")
    with writing(context, key) as write:
        unit = write.currency(currency)
        order = OverdraftLimit(username, unit.code, money(limit, unit, "--limit"), reason, ticket)
        if submit:
            write.submit(order, reason, ticket)
            return
        done = set_overdraft_limit(write.ledger, order, key=write.key, cancel=write.cancel)
    columns = named_columns("account:account, before:amount, overdraft limit:amount, currency:currency, key")
    write.output.record(columns, (username, done.before, done.after, unit, str(done.key)))


def _set_status(
    context: typer.Context, name: str, status: str, *, reason: str, ticket: str, key: str | None
) -> None:
    from console.ledger.accounts.commands import set_status
    from models.account import AccountStatus

    username = account(name, "NAME")
    with writing(context, key) as write:
        done = set_status(
            write.ledger, username, AccountStatus(status), reason=reason, ticket=ticket, key=write.key,
            cancel=write.cancel,
        )  # fmt: skip
    write.output.record(_STATUS, (username, done.before, done.after, str(done.key)))


@app.command()
def metadata(
    context: typer.Context,
    name: AccountName,
    *,
    values: Annotated[
        list[str],
        typer.Option("--set", metavar="NAME=TEXT", help="May be given again; NAME= takes the name away."),
    ],
    reason: Reason,
    ticket: Ticket = "",
    key: Key = None,
) -> None:
    """Change what else is kept with an account, such as its number in another system."""
    from console.ledger.accounts.commands import SetMetadata, set_metadata

    username = account(name, "NAME")
    wanted: dict[str, str | None] = {}
    for one in values:
        called, mark, value = one.partition("=")
        if not (called and mark):
            raise UsageError(f"--set: {one!r} is not NAME=TEXT.")
        wanted[called] = value or None
    with writing(context, key) as write:
        order = SetMetadata(username, wanted, reason, ticket)
        done = set_metadata(write.ledger, order, key=write.key, cancel=write.cancel)
    write.output.record(_METADATA, (username, ", ".join(done.names), str(done.key)))


@app.command()
def erase(context: typer.Context, name: AccountName, *, reason: Reason, key: Key = None) -> None:
    """Erase a closed account's person: name, e-mail and notes. Its username and its movements stay."""
    from console.ledger.accounts import commands as accounts

    username = account(name, "NAME")
    with writing(context, key) as write:
        done = accounts.erase(write.ledger, username, reason=reason, key=write.key, cancel=write.cancel)
    write.output.record(_ERASED, (username, done.account, done.notes, str(done.key)))
    say("What was written into the audit chain before its format 2 stays; so do backups.")


past.register(app)  # last, as in the help
lists.register(app)
notes.register(app)
