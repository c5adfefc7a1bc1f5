"""Commands that give back what was moved."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import minor_units, until
from console.cli.options import Key, Reason, Submit, Ticket  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.cli.progress import progress
from console.cli.writing import writing
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.cli.writing import Writing
    from console.ledger.batches.reversal import BatchReversal, ReversedBatch
    from console.money import Currency

app = typer.Typer(
    help="Reversals: give back what was moved, all or a part, until nothing is left.", no_args_is_help=True
)


class Policy(StrEnum):
    """As console.reversals.ReversalPolicy, which is too heavy for --help."""

    ALL = "all"
    AVAILABLE = "available"


@app.command()
def transaction(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The transaction's number.")],
    *,
    reason: Reason,
    amount: Annotated[str | None, typer.Option(help="Such as 12.50; without it, all that is left.")] = None,
    lot_expires: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Granted credit that has expired since comes back as a lot until the end of that day; "
            "without it, as plain balance.",
        ),
    ] = None,
    ticket: Ticket = "",
    submit: Submit = False,
    key: Key = None,
) -> None:
    """Give back what one transaction moved, all or a part, until nothing of it is left; linked both ways."""
    from console.ledger.books.currencies import of_transaction
    from console.ledger.transactions.reversal import Reversal, reverse_transaction

    with writing(context, key) as write:
        unit = of_transaction(write.database, number, cancel=write.cancel)
        giving = minor_units(amount, unit, "--amount")
        expires = until(lot_expires, "--lot-expires", write.zone)
        order = Reversal(number, reason, giving, expires, ticket)
        if submit:
            write.submit(order, reason, ticket)
            return
        done = reverse_transaction(write.ledger, order, key=write.key, cancel=write.cancel)
    columns = named_columns(
        "transaction:integer, reverses:integer, part:integer, amount:amount, left:amount, currency:currency,"
        " lot:integer, posted at:timestamp, key"
    )
    cells = (
        done.transaction, done.reverses, done.part, done.amount, done.left, unit, done.lot, done.posted_at,
        str(done.key),
    )  # fmt: skip
    write.output.record(columns, cells)


@app.command()
def batch(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The batch's number.")],
    *,
    policy: Annotated[
        Policy | None,
        typer.Option(
            help="all: every line in full or none. available: from each account what is there; the rest "
            "stays and is told."
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Kept in the ledger, for whoever asks later.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only list the lines that cannot be taken back in full now.")
    ] = False,
    rest: Annotated[
        bool, typer.Option("--rest", help="Only list what is left of it: whose, how much, and why.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Reverse it, show each account's balance, and roll it back.")
    ] = False,
    ticket: Ticket = "",
    submit: Submit = False,
    key: Key = None,
) -> None:
    """Give back what is left of a whole batch, as one transaction, by a policy that you state."""
    from console.ledger.batches.page import get
    from console.ledger.batches.reversal import BatchReversal, ReversalPolicy

    if check + rest + dry_run + submit > 1:
        raise UsageError("Give one of --check, --rest, --dry-run and --submit.")
    with writing(context, key) as write:
        money = get(write.database, number, cancel=write.cancel).currency
        if check or rest:
            _list(write, number, money, rest=rest)
            return
        if policy is None or (reason is None and not dry_run):
            raise UsageError("Say what is to be taken with --policy all or available, and why with --reason.")
        order = BatchReversal(number, ReversalPolicy(policy.value), reason or "a dry run", ticket)
        if submit:
            write.submit(order, order.reason, ticket)
        elif dry_run:
            _rehearse(write, order, money)
        else:
            _reverse(write, order, money)


def _list(write: Writing, number: int, money: Currency, *, rest: bool) -> None:
    """List what stands in the way, and end with 1 when anything does; or all that is left."""
    from console.errors.refusals import sentence
    from console.ledger.batches.reversal import reversal_problems, reversal_rest

    read = reversal_rest if rest else reversal_problems
    with progress("Checking"):
        problems = read(write.database, number, cancel=write.cancel)
    columns = named_columns(
        "line:integer, transaction:integer, account:account, code, amount:amount, short:amount,"
        " currency:currency, message"
    )
    write.output.rows(
        columns,
        [
            (
                one.line, one.transaction, one.username, one.code, one.amount, one.short, money,
                sentence(one.code, {}) if one.code else "It can be taken now.",
            )
            for one in problems
        ],
    )  # fmt: skip
    if rest:
        say(f"{len(problems):,} lines of batch {number} are not given back in full.")
    elif problems:
        say(f"{len(problems):,} lines cannot be taken back in full.")
        raise typer.Exit(1)
    else:
        say(f"Batch {number} can be reversed in full.")


def _rehearse(write: Writing, order: BatchReversal, money: Currency) -> None:
    from console.ledger.batches.reversal import reverse_batch_rehearsal

    with progress("Rehearsing"):
        done = reverse_batch_rehearsal(write.ledger, order, cancel=write.cancel)
    write.output.rows(
        named_columns(
            "account:account, before:amount, after:amount, change:amount, currency:currency, lines:integer"
        ),
        [
            (one.username, one.before, one.after, one.after - one.before, money, one.lines)
            for one in done.wallets
        ],
    )
    say(f"{done.reversed.lines:,} lines would be given back. It was rolled back: nothing was changed.")


def _reverse(write: Writing, order: BatchReversal, money: Currency) -> None:
    from console.ledger.batches.reversal import reverse_batch

    with progress("Reversing"):
        done = reverse_batch(write.ledger, order, key=write.key, cancel=write.cancel)
    _show(write, done, money)
    say(f"Batch {done.batch} is reversed: {done.lines:,} lines as one transaction.")


def _show(write: Writing, done: ReversedBatch, money: Currency) -> None:
    columns = named_columns(
        "batch:integer, lines:integer, total:amount, short:amount, currency:currency, lines left:integer,"
        " first transaction:integer, last transaction:integer, posted at:timestamp, key"
    )
    cells = (
        done.batch, done.lines, done.total, done.short, money, done.left, done.first_id, done.last_id,
        done.posted_at, str(done.key),
    )  # fmt: skip
    write.output.record(columns, cells)
