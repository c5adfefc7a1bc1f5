"""The command that looks up balances."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from console.cli.arguments import chosen, names_asked
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import amount, say
from console.errors import UsageError
from console.files.exports import named_columns


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(balances)


def balances(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Accounts, in any number.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A file with one account a line.")] = None,
    currency: Annotated[str | None, typer.Option(help="Needed when the ledger has several.")] = None,
) -> None:
    """Look up balances in the order asked, all by one statement; ends with 1 if an account is unknown."""
    from console.ledger.balances.lookup import NAME_LIMIT, lookup, totals

    asked = names_asked(names, file)
    if len(asked) > NAME_LIMIT:
        raise UsageError(f"{len(asked):,} accounts are too many at once; ask for at most {NAME_LIMIT:,}.")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = chosen(workspace.currencies, currency)
        rows = lookup(workspace.database, asked, money.code, cancel=cancel)
    invocation.output.rows(
        named_columns(
            "account, name, status, balance:amount, granted:amount, reserved:amount, available:amount",
            money.exponent,
        ),
        [
            (
                row.name, row.display_name, row.status if row.found else "unknown",
                row.balance, row.granted, row.reserved, row.available,
            )
            for row in rows
        ],
    )  # fmt: skip
    found = totals(rows)
    say(
        f"{found.found:,} accounts, {amount(found.balance, money.exponent)} {money.code} in all; "
        f"{found.unknown:,} unknown."
    )
    if found.unknown:
        raise typer.Exit(1)
