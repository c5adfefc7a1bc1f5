"""Commands about single credits: those that have ended, what one paid for, which paid for a transaction."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account, chosen
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    AccountName,
    CurrencyCode,
)
from console.cli.output import amount, say
from console.files.exports import named_columns

PAGE_MAX = 5_000

_ENDED = named_columns(
    "lot:integer, source, ending, granted:amount, currency:currency, created at:timestamp, expires at:until,"
    " ended at:timestamp"
)
_USES = named_columns(
    "transaction:integer, posted at:timestamp, kind, counterparty:account, amount:amount, left after:amount,"
    " currency:currency, reference, description"
)
_PARTS = named_columns(
    "account:account, lot:integer, source, amount:amount, left after:amount, currency:currency,"
    " expires at:until, ended at:timestamp"
)

Limit = Annotated[int, typer.Option(min=1, max=PAGE_MAX, help="How many at most, the newest first.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group of credits."""
    app.command()(ended)
    app.command()(uses)
    app.command()(paid)


def ended(
    context: typer.Context,
    name: AccountName,
    currency: CurrencyCode = None,
    limit: Limit = 50,
) -> None:
    """List an account's lots that are no longer there: used up, expired or taken back."""
    from console.ledger.credits import ended as queries

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        code = chosen(workspace.books, currency).code
        found = queries.ended(workspace.database, account(name, "NAME"), code, limit=limit, cancel=cancel)
    invocation.output.rows(
        _ENDED,
        [
            (
                lot.id, lot.source, lot.ending, lot.amount, lot.currency, lot.created_at, lot.expires_at,
                lot.closed_at,
            )
            for lot in found.rows
        ],
    )  # fmt: skip
    _tell_of_more(len(found.rows), more=found.more_after)


def uses(
    context: typer.Context,
    lot: Annotated[int, typer.Argument(metavar="LOT", min=1, max=2**63 - 1, help="The number of a lot.")],
    limit: Limit = 50,
) -> None:
    """Say what a lot paid for: each change of it, back to the grant, with what was left."""
    from console.ledger.credits import uses as queries

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = queries.uses(workspace.database, lot, limit=limit, cancel=cancel)
    invocation.output.rows(
        _USES,
        [
            (
                use.transaction, use.posted_at, use.kind, use.counterparty, use.amount, use.remaining_after,
                use.currency, use.reference, use.description,
            )
            for use in found.page.rows
        ],
    )  # fmt: skip
    left, granted = (amount(minor, found.currency) for minor in (found.remaining, found.amount))
    say(f"Lot {lot} of {found.username}, {found.source}: {left} of {granted} left.")
    _tell_of_more(len(found.page.rows), more=found.page.more_after)


def paid(
    context: typer.Context,
    transaction: Annotated[
        int, typer.Argument(metavar="TRANSACTION", min=1, max=2**63 - 1, help="The transaction's id.")
    ],
) -> None:
    """Say which lots paid for a transaction, were opened by it or came back; the payer's come first.

    A row without a lot is money that does not expire. An account's rows add up to what it paid or got.
    """
    from console.ledger.accounts.statement import NO_EXPIRY
    from console.ledger.credits.parts import parts

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = parts(workspace.database, transaction, cancel=cancel)
    invocation.output.rows(
        _PARTS,
        [
            (
                part.username, part.lot, part.source or NO_EXPIRY, part.amount, part.remaining_after,
                part.currency, part.expires_at, part.closed_at,
            )
            for part in found
        ],
    )  # fmt: skip


def _tell_of_more(rows: int, *, more: bool) -> None:
    if more:
        say(f"There are more than these {rows:,}; give a larger --limit.")
