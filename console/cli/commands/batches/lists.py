"""Commands that show batches and their lines."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import amount, say
from console.files.exports import named_columns

LINES_MAX = 100_000
"""As many lines as a batch is shown with at most."""

_BATCHES = named_columns(
    "batch:integer, name, status, lines:integer, total:amount, currency:currency, created by,"
    " created at:timestamp, posted by, posted at:timestamp"
)


def register(app: typer.Typer) -> None:
    """Add the commands to the group of batches."""
    app.command("list")(list_batches)
    app.command("show")(show_batch)


def list_batches(
    context: typer.Context,
    currency: OneCurrency = None,
    limit: Annotated[int, typer.Option(min=1, max=5_000, help="How many at most, the newest first.")] = 50,
) -> None:
    """List batches, the newest first."""
    from console.cli.arguments import one_or_all
    from console.ledger.batches.page import page

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = one_or_all(workspace.books, currency)
        found = page(
            workspace.database, currency="" if money is None else money.code, limit=limit, cancel=cancel
        )
    invocation.output.rows(
        _BATCHES,
        [
            (
                row.id, row.name, row.status, row.lines, row.total, row.currency,
                row.created_by, row.created_at, row.posted_by, row.posted_at,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")


def show_batch(
    context: typer.Context,
    batch: Annotated[int, typer.Argument(metavar="ID", min=1, help="The batch's number.")],
    limit: Annotated[int, typer.Option(min=1, max=LINES_MAX, help="How many lines at most.")] = 200,
) -> None:
    """Show a batch's lines, and once posted each line's transaction and both balances after it."""
    from console.ledger.batches.detail import detail
    from console.ledger.batches.page import lines

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        seen = detail(workspace.database, batch, cancel=cancel)
        found = lines(workspace.database, batch, limit=limit, cancel=cancel)
    head = seen.row
    columns = named_columns(
        "line:integer, from:account, to:account, amount:amount, currency:currency, reference, description,"
        " effective at:timestamp, transaction:integer, from balance after:amount,"
        " to balance after:amount, credit source, credit expires at:until"
    )
    invocation.output.rows(
        columns,
        [
            (
                row.line, row.from_name, row.to_name, row.amount, head.currency, row.reference,
                row.description, row.effective_at, row.transaction, row.from_balance_after,
                row.to_balance_after, row.lot_source, row.lot_expires_at,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    total = amount(head.total, head.currency)
    say(f'Batch {head.id} "{head.name}" is {head.status}: {head.lines:,} lines, {total} in all.')
    posted = head.posted_at is not None
    say(seen.flow.words(lambda minor: amount(minor, head.currency), posted=posted))
    if found.more_after:
        say(f"There are more lines than these {len(found.rows):,}; give a larger --limit.")
