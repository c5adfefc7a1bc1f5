"""The command that tells how an account stood at a past moment."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account, chosen, moment
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    AccountName,
    CurrencyCode,
)
from console.cli.output import amount, say
from console.errors import UsageError
from console.files.exports import named_columns

_PAST = named_columns(
    "what, number:integer, name, amount:amount, left:amount, currency:currency, created at:timestamp,"
    " expires at:until"
)


def register(app: typer.Typer) -> None:
    """Add the command to the group of credits."""
    app.command()(past)


def past(
    context: typer.Context,
    name: AccountName,
    *,
    at: Annotated[
        str, typer.Option(metavar="MOMENT", help="Such as 2026-11-28T14:00, or a day's beginning.")
    ],
    currency: CurrencyCode = None,
) -> None:
    """Show an account's credits and holds as they stood at a past moment, with the ends they had then."""
    from console.ledger.credits.past import past as past_of

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit, zone = chosen(workspace.books, currency), workspace.books.zone
        then = moment(at, "--at", zone)
        if then is None:
            raise UsageError("--at: say a moment.")
        found = past_of(workspace.database, account(name, "NAME"), unit.code, then, cancel=cancel)
    invocation.output.rows(
        _PAST,
        [
            ("credit", lot.id, lot.source, lot.amount, lot.remaining, unit, lot.created_at, lot.expires_at)
            for lot in found.lots
        ]
        + [
            (
                "hold",
                hold.id,
                hold.reference,
                hold.amount,
                hold.amount,
                unit,
                hold.created_at,
                hold.expires_at,
            )
            for hold in found.holds
        ],
    )
    say(
        f"{found.username} then: balance {amount(found.balance, unit)},"
        f" granted {amount(found.granted, unit)}, on hold {amount(found.on_hold, unit)}."
    )
