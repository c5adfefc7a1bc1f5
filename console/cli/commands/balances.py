"""The command that looks up balances."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from console.cli.arguments import names_asked, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import amounts, say
from console.errors import UsageError
from console.files.exports import named_columns

_BALANCES = named_columns(
    "account:account, name, status, currency:currency, balance:amount, granted:amount, reserved:amount,"
    " expired:amount, overdraft limit:amount, available:amount"
)


def balances(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Accounts, in any number.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A file with one account a line.")] = None,
    currency: OneCurrency = None,
) -> None:
    """Look up balances in the order asked, all by one statement; ends with 1 if an account is unknown.

    An account has a row for each of its currencies.
    """
    from console.ledger.balances.lookup import NAME_LIMIT, lookup, totals

    asked = names_asked(names, file)
    if len(asked) > NAME_LIMIT:
        raise UsageError(f"{len(asked):,} accounts are too many at once; ask for at most {NAME_LIMIT:,}.")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        wanted = one_or_all(workspace.books, currency)
        rows = lookup(workspace.database, asked, "" if wanted is None else wanted.code, cancel=cancel)
    invocation.output.rows(
        _BALANCES,
        [
            (
                row.name, row.display_name, row.status if row.found else "unknown",
                row.currency, row.balance, row.granted, row.reserved, row.dead, row.overdraft_limit,
                row.available,
            )
            for row in rows
        ],
    )  # fmt: skip
    found = totals(rows)
    in_all = amounts({one.currency: one.balance for one in found.of_each})
    say(f"{found.found:,} accounts, {in_all} in all; {found.unknown:,} unknown.")
    if found.unknown:
        raise typer.Exit(1)
