"""Commands that grant credit and show what accounts may spend."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from console.cli.arguments import account, chosen, names_asked, one_or_all, until
from console.cli.commands.credits import change, everybody, past, single
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    Amount,
    CurrencyCode,
    Description,
    Key,
    OneCurrency,
    Submit,
    Ticket,
    WhyAsked,
)
from console.cli.output import amount as shown
from console.cli.output import say
from console.cli.writing import money, submission, writing
from console.files.exports import named_columns

app = typer.Typer(help="Credit: grant it, and see what accounts may spend.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]

_GRANTED = named_columns("transaction:integer, lot:integer, posted at:timestamp, key")
_SUMS = (
    "account:account, name, status, currency:currency, balance:amount, granted:amount, reserved:amount,"
    " expired:amount, available:amount, transferable:amount, overdraft limit:amount"
)


@app.command()
def grant(
    context: typer.Context,
    name: Name,
    *,
    amount: Amount,
    source: Annotated[str, typer.Option(help="Where it comes from, such as a campaign.")],
    expires: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="When it ends, such as with that day. Without it, never."),
    ] = None,
    reference: Annotated[str | None, typer.Option(help="Unique in the whole ledger.")] = None,
    description: Description = "",
    currency: CurrencyCode = None,
    ticket: Ticket = "",
    submit: Submit = False,
    reason: WhyAsked = None,
    key: Key = None,
) -> None:
    """Grant credit of one source as a lot. It is spent by captures only, the soonest to expire first."""
    from console.ledger.credits.commands import Grant
    from console.ledger.credits.commands import grant as grant_credit

    why = submission(submit=submit, reason=reason)
    with writing(context, key) as write:
        unit = write.currency(currency)
        order = Grant(
            account(name, "NAME"), unit.code, money(amount, unit), source,
            until(expires, "--expires", write.zone), reference, description, ticket=ticket,
        )  # fmt: skip
        if why is not None:
            write.submit(order, why, ticket)
            return
        done = grant_credit(write.ledger, order, key=write.key, cancel=write.cancel)
    write.output.record(_GRANTED, (done.transaction, done.lot, done.posted_at, str(done.key)))


@app.command()
def show(context: typer.Context, name: Name, currency: CurrencyCode = None) -> None:
    """Show what an account may spend: its balance, what is granted and held, and what expires soon."""
    from console.ledger.credits import breakdown as queries
    from console.ledger.credits.breakdown import EXPIRING_DAYS

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit = chosen(workspace.books, currency)
        found = queries.credits(workspace.database, account(name, "NAME"), unit.code, cancel=cancel)
    columns = named_columns(f"{_SUMS}, lots:integer, holds:integer, expiring:amount, first expiry:until")
    cells = (
        found.username, found.display_name, found.status, found.currency, found.balance, found.granted,
        found.reserved, found.dead, found.available, found.transferable, found.overdraft_limit,
        len(found.lots), len(found.holds), found.expiring, found.first_expiry,
    )  # fmt: skip
    invocation.output.record(columns, cells)
    if found.expiring:
        say(f"{shown(found.expiring, found.currency)} of it expires within {EXPIRING_DAYS} days.")


@app.command()
def lots(context: typer.Context, name: Name, currency: CurrencyCode = None) -> None:
    """List an account's open lots in the order in which captures burn them."""
    from console.ledger.credits import breakdown as queries

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit = chosen(workspace.books, currency)
        found = queries.credits(workspace.database, account(name, "NAME"), unit.code, cancel=cancel)
    columns = named_columns(
        "lot:integer, source, granted:amount, remaining:amount, held:amount, expired:amount,"
        " currency:currency, created at:timestamp, expires at:until"
    )
    invocation.output.rows(
        columns,
        [
            (
                lot.id, lot.source, lot.amount, lot.remaining, lot.covered, lot.dead, unit, lot.created_at,
                lot.expires_at,
            )
            for lot in found.lots
        ],
    )  # fmt: skip


@app.command("list")
def list_credits(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Accounts, in any number.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A file with one account a line.")] = None,
    currency: OneCurrency = None,
) -> None:
    """Look up what accounts may spend, all by one statement; ends with 1 if an account is unknown.

    An account has a row for each of its currencies.
    """
    from console.ledger.balances.lookup import lookup

    asked = names_asked(names, file)
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        wanted = one_or_all(workspace.books, currency)
        rows = lookup(workspace.database, asked, "" if wanted is None else wanted.code, cancel=cancel)
    invocation.output.rows(
        named_columns(_SUMS),
        [
            (
                row.name, row.display_name if row.found else "", row.status if row.found else "unknown",
                row.currency, row.balance, row.granted, row.reserved, row.dead, row.available,
                row.transferable, row.overdraft_limit,
            )
            for row in rows
        ],
    )  # fmt: skip
    unknown = sum(not row.found for row in rows)
    if unknown:
        say(f"{unknown:,} unknown.")
        raise typer.Exit(1)


# Last, as in the help.
single.register(app)
everybody.register(app)
past.register(app)
change.register(app)
