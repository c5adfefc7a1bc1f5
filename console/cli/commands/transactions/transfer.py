"""The command that makes one transfer."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    Amount,
    CurrencyCode,
    Description,
    Key,
    Submit,
    Ticket,
    WhyAsked,
)
from console.cli.writing import money, submission, writing
from console.files.exports import named_columns

_POSTED = named_columns("transaction:integer, posted at:timestamp, key")


def transfer(
    context: typer.Context,
    *,
    payer: Annotated[str, typer.Option("--from", metavar="ACCOUNT", help="Who pays.")],
    payee: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="Who is paid.")],
    amount: Amount,
    reference: Annotated[str, typer.Option(help="Unique in the whole ledger.")],
    description: Description = "",
    currency: CurrencyCode = None,
    ticket: Ticket = "",
    submit: Submit = False,
    reason: WhyAsked = None,
    key: Key = None,
) -> None:
    """Move money from one account to another."""
    from console.ledger.transactions.transfer import Transfer, post

    why = submission(submit=submit, reason=reason)
    with writing(context, key) as write:
        unit = write.currency(currency)
        order = Transfer(
            account(payer, "--from"), account(payee, "--to"), unit.code, money(amount, unit), reference,
            description, ticket=ticket,
        )  # fmt: skip
        if why is not None:
            write.submit(order, why, ticket)
            return
        posted = post(write.ledger, order, key=write.key, cancel=write.cancel)
    write.output.record(_POSTED, (posted.transaction, posted.posted_at, str(posted.key)))
