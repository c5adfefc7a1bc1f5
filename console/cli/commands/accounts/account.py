"""Commands for accounts: open, freeze, unfreeze, close, overdraft limit, explain, erase, and the others."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account, chosen
from console.cli.commands.accounts import lists, notes
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    AccountName,
    CurrencyCode,
    Key,
    Reason,
    Submit,
)
from console.cli.output import say
from console.cli.progress import progress
from console.cli.writing import money, writing
from console.files.exports import named_columns
from console.files.text import REFERENCE_LENGTH, shown

app = typer.Typer(
    help="Accounts: list, open, freeze, close, note, flag, follow, explain, timeline, erase.",
    no_args_is_help=True,
)

_OPENED = named_columns("account:account, number:integer, key")
_EXPLAINED = named_columns("term, amount:amount, currency:currency, movements:integer")
_HAPPENED = named_columns(
    "at:timestamp, kind, what happened, amount:amount, currency:currency, operator, reference,"
    " transaction:integer"
)
_STATUS = named_columns("account:account, before, status, key")
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
            key=write.key,
            cancel=write.cancel,
        )
    write.output.record(_OPENED, (username, done.account, str(done.key)))


@app.command()
def freeze(context: typer.Context, name: AccountName, *, reason: Reason, key: Key = None) -> None:
    """Stop all money of an account."""
    _set_status(context, name, "frozen", reason, key)


@app.command()
def unfreeze(context: typer.Context, name: AccountName, *, reason: Reason, key: Key = None) -> None:
    """Let a frozen account's money move again."""
    _set_status(context, name, "active", reason, key)


@app.command()
def close(context: typer.Context, name: AccountName, *, reason: Reason, key: Key = None) -> None:
    """Close an empty account for ever."""
    _set_status(context, name, "closed", reason, key)


@app.command()
def overdraft(
    context: typer.Context,
    name: AccountName,
    *,
    limit: Annotated[str, typer.Option(metavar="AMOUNT", help="How far below zero it may go, such as 50.")],
    reason: Reason,
    currency: CurrencyCode = None,
    submit: Submit = False,
    key: Key = None,
) -> None:
    """Let an account go below zero, so far and no further; 0 takes it back."""
    from console.ledger.accounts.commands import OverdraftLimit, set_overdraft_limit

    username = account(name, "NAME")
    with writing(context, key) as write:
        unit = write.currency(currency)
        order = OverdraftLimit(username, unit.code, money(limit, unit, "--limit"), reason)
        if submit:
            write.submit(order, reason)
            return
        done = set_overdraft_limit(write.ledger, order, key=write.key, cancel=write.cancel)
    columns = named_columns("account:account, before:amount, overdraft limit:amount, currency:currency, key")
    write.output.record(columns, (username, done.before, done.after, unit, str(done.key)))


def _set_status(context: typer.Context, name: str, status: str, reason: str, key: str | None) -> None:
    from console.ledger.accounts.commands import set_status
    from models.account import AccountStatus

    username = account(name, "NAME")
    with writing(context, key) as write:
        done = set_status(
            write.ledger, username, AccountStatus(status), reason=reason, key=write.key, cancel=write.cancel
        )
    write.output.record(_STATUS, (username, done.before, done.after, str(done.key)))


@app.command()
def explain(
    context: typer.Context,
    name: AccountName,
    *,
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How far back.")] = 90,
    every: Annotated[bool, typer.Option("--all", help="From the first movement on, however many.")] = False,
    currency: CurrencyCode = None,
) -> None:
    """Say why a balance is what it is, term by term; ends with 1 if a part of it has no explanation."""
    from console.ledger.accounts.equation import equation
    from console.ledger.accounts.periods import last_days
    from console.ledger.accounts.whole_life import whole_life

    username = account(name, "NAME")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        code = chosen(workspace.books, currency).code
        database, period = workspace.database, last_days(days, workspace.books.zone)
        if every:
            with progress("Adding up") as tell:
                found = whole_life(database, username, code, progress=tell, cancel=cancel)
        else:
            found = equation(database, username, code, period, cancel=cancel)
    lines = (
        ("opening", found.opening, None), *found.terms,
        ("unexplained", found.unexplained, None), ("balance", found.balance, found.movements),
    )  # fmt: skip
    invocation.output.rows(
        _EXPLAINED, [(term, amount, found.currency, movements) for term, amount, movements in lines]
    )
    if found.cut:
        say(f"There are more movements than the last {found.movements:,} in {period.name}; see --all.")
    if found.unexplained:
        raise typer.Exit(1)


@app.command("timeline")
def list_timeline(
    context: typer.Context,
    name: AccountName,
    *,
    without_movements: Annotated[
        bool, typer.Option("--without-movements", help="Only what was done to it, refused or noted.")
    ] = False,
    currency: CurrencyCode = None,
    limit: Annotated[int, typer.Option(min=1, max=5_000, help="How many at most.")] = 50,
) -> None:
    """List all that happened to an account, newest first: movements, holds, notes, acts and refusals."""
    from console.ledger.accounts.timeline.page import Parts, timeline
    from console.ledger.accounts.timeline.words import sentence

    username = account(name, "NAME")
    invocation = invocation_of(context)
    parts = Parts.OTHERS if without_movements else Parts.ALL
    with invocation.workspace() as workspace, interruptible() as cancel:
        code = chosen(workspace.books, currency).code
        found = timeline(workspace.database, username, code, parts=parts, limit=limit, cancel=cancel)
    invocation.output.rows(
        _HAPPENED,
        [
            (
                row.moment, row.kind.value, sentence(row), row.moved, row.currency, row.who,
                shown(row.reference or "", REFERENCE_LENGTH) or None, None if row.moved is None else row.id,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")


@app.command()
def erase(context: typer.Context, name: AccountName, *, reason: Reason, key: Key = None) -> None:
    """Erase a closed account's person: name, e-mail and notes. Its username and its movements stay."""
    from console.ledger.accounts import commands as accounts

    username = account(name, "NAME")
    with writing(context, key) as write:
        done = accounts.erase(write.ledger, username, reason=reason, key=write.key, cancel=write.cancel)
    write.output.record(_ERASED, (username, done.account, done.notes, str(done.key)))
    say("What was written into the audit chain before its format 2 stays; so do backups.")


lists.register(app)  # last, as in the help
notes.register(app)
