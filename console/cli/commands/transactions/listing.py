"""The command that lists transactions and exports them."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import account, minor_units, moment, of_amounts, one_of, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import amounts, say
from console.cli.progress import progress

if TYPE_CHECKING:
    from console.ledger.transactions.page import TransactionFilter, TransactionRow
    from console.postgres.cancellation import Cancellation
    from console.postgres.page import Order
    from console.workspace.workspace import Workspace
    from models.transaction import TransactionKind

SHOWN_MAX = 100_000
PAGE_MAX = 5_000


def transactions(
    context: typer.Context,
    *,
    posted_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Posted then or later; in the business zone.")
    ] = None,
    posted_until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Posted before that moment.")
    ] = None,
    user: Annotated[str, typer.Option(help="An account on either side.")] = "",
    currency: OneCurrency = None,
    kind: Annotated[list[str] | None, typer.Option(help="Such as transfer; may be given again.")] = None,
    at_least: Annotated[str | None, typer.Option("--min", metavar="AMOUNT", help="Such as 12.50.")] = None,
    at_most: Annotated[str | None, typer.Option("--max", metavar="AMOUNT", help="Such as 12.50.")] = None,
    reference: Annotated[str, typer.Option(help="The exact reference.")] = "",
    description: Annotated[str, typer.Option(help="How the description begins.")] = "",
    ticket: Annotated[str, typer.Option(help="The ticket under which it was done by hand.")] = "",
    batch: Annotated[int | None, typer.Option(help="The number of a batch.")] = None,
    number: Annotated[
        int | None, typer.Option("--id", min=1, max=2**63 - 1, help="The id of one transaction.")
    ] = None,
    newest: Annotated[bool, typer.Option("--newest/--oldest", help="Which come first.")] = True,
    limit: Annotated[
        int, typer.Option(min=1, max=SHOWN_MAX, help="How many at most; an export has no limit.")
    ] = 50,
    export: Annotated[
        Path | None,
        typer.Option(help="Write all of them to this CSV file, with totals and checksum beside it."),
    ] = None,
) -> None:
    """List transactions, or export all that match."""
    from console.ledger.transactions.export import COLUMNS, cells
    from console.ledger.transactions.page import TransactionFilter
    from console.postgres.page import Order

    invocation = invocation_of(context)
    order = Order.NEWEST if newest else Order.OLDEST
    with invocation.workspace() as workspace, interruptible() as cancel:
        books = workspace.books
        money = one_or_all(books, currency)
        if at_least is not None or at_most is not None:
            money = of_amounts(books, currency)
        zone = books.zone
        wanted = TransactionFilter(
            posted_from=moment(posted_from, "--from", zone),
            posted_until=moment(posted_until, "--until", zone),
            user=account(user, "--user") if user else "",
            currency="" if money is None else money.code,
            kinds=_kinds(kind or []),
            amount_min=None if money is None else minor_units(at_least, money, "--min"),
            amount_max=None if money is None else minor_units(at_most, money, "--max"),
            reference=reference,
            description=description,
            batch_id=batch,
            id=number,
            ticket=ticket,
        )
        if export is not None:
            _export(workspace, export, wanted, order=order, cancel=cancel)
            return
        rows, more = _first(workspace, wanted, order, limit, cancel)
    invocation.output.rows(COLUMNS, map(cells, rows))
    if more:
        say(f"There are more than these {len(rows):,}; give a larger --limit, or --export FILE for all.")


def _kinds(written: list[str]) -> tuple[TransactionKind, ...]:
    from models.transaction import TransactionKind

    return tuple(one_of(TransactionKind, name, "--kind") for name in written)


def _first(
    workspace: Workspace, wanted: TransactionFilter, order: Order, limit: int, cancel: Cancellation
) -> tuple[list[TransactionRow], bool]:
    """Return the first rows, and whether more follow."""
    from console.ledger.transactions.page import Cursor, page

    rows: list[TransactionRow] = []
    more = True
    while more and len(rows) < limit:
        cursor = Cursor.of(rows[-1]) if rows else None
        size = min(limit - len(rows), PAGE_MAX)
        found = page(workspace.database, wanted, order=order, cursor=cursor, limit=size, cancel=cancel)
        rows += found.rows
        more = found.more_after
    return rows, more


def _export(
    workspace: Workspace,
    path: Path,
    wanted: TransactionFilter,
    *,
    order: Order,
    cancel: Cancellation,
) -> None:
    from console.ledger.transactions.export import export_transactions
    from console.ledger.transactions.page import about

    database = workspace.database
    total = about(database, cancel=cancel) if wanted == type(wanted)() and sys.stderr.isatty() else 0
    with progress("Exporting") as advance:
        done = export_transactions(
            database, path, wanted, zone=workspace.books.zone, order=order, cancel=cancel,
            progress=lambda rows: advance(rows, max(rows, total)),
        )  # fmt: skip
    in_all = amounts(done.control_totals["amount"])
    say(f"{done.rows:,} transactions, {in_all} in all, in {done.path}.")
