"""Commands for batches: load a file, check it, try it in a dry run, post it as one transaction."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.commands.batches import lists
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    CurrencyCode,
    Key,
    Reason,
)
from console.cli.output import amount, say
from console.cli.progress import progress
from console.cli.writing import writing
from console.errors import LinesRefusedError, LoadedBeforeError, UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.cli.writing import Writing
    from console.files.mappings.mapping import Mapping
    from console.ledger.batches.checks import BatchSummary
    from console.ledger.batches.commands import LoadedBatch, PostedBatch
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.workspace.workspace import Workspace

app = typer.Typer(help="Batches: the lines of a file, posted all or none.", no_args_is_help=True)

_SUMMARY = named_columns(
    "batch:integer, lines:integer, total:amount, paid in:amount, paid out:amount,"
    " leaves the ledger:amount, balances change:amount, currency:currency, accounts:integer,"
    " accounts to open:integer, content"
)

_ASIDE = named_columns("batch:integer, lines:integer, total:amount, currency:currency")

_HINT = "Give --again to load it all the same."

Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="The batch's number.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is loaded, and how: without `money` a draft for each currency."""

    file: Path
    mapping: Mapping
    money: Currency | None
    name: str
    again: bool


@app.command()
def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file.")],
    mapping: Annotated[
        str | None,
        typer.Option(help="A saved mapping's name, or a .toml file; else the one beside the CSV file."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the batch is called; else as the file.")] = None,
    currency: CurrencyCode = None,
    *,
    each: Annotated[
        bool,
        typer.Option("--each-currency", help="A draft for each currency in the file's currency column."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also when the same file or the same lines were loaded before.")
    ] = False,
) -> None:
    """Make a draft from a file. Any wrong line refuses it: all problems are listed and nothing is written."""
    from console.cli.arguments import chosen
    from console.cli.commands.batches.saved_mappings import mapping as read_mapping

    if each and currency is not None:
        raise UsageError("Give either --currency or --each-currency.")
    invocation = invocation_of(context)
    _, paths = invocation.configured()
    meaning = read_mapping(mapping, file, paths)
    with invocation.workspace() as workspace, interruptible() as cancel:
        apart = each or (meaning.each_currency and currency is None)
        money = None if apart else chosen(workspace.books, currency or meaning.currency)
        wanted = _Wanted(file, meaning, money, name or file.name, again)
        try:
            made = _load(workspace, wanted, cancel)
        except LoadedBeforeError as error:
            raise LoadedBeforeError(error.batch, error.words, hint=_HINT) from error
        moneys = [_currency(workspace, one.batch_id) for one in made]
        rows = [_summary(one.batch_id, one.summary, money) for one, money in zip(made, moneys, strict=True)]
        if apart:
            invocation.output.rows(_SUMMARY, rows)
        else:
            invocation.output.record(_SUMMARY, *rows)
    for loaded, money in zip(made, moneys, strict=True):
        flow = _flow_words(loaded.summary, money)
        say(f"Batch {loaded.batch_id} is a draft; nothing is posted yet. {flow}")


@app.command()
def validate(context: typer.Context, batch: Number) -> None:
    """Check all lines against the ledger as it is now; ends with 1 if the batch cannot be posted."""
    from console.ledger.batches.commands import validate as check_batch

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = _currency(workspace, batch)
        with progress("Validating"):
            check = check_batch(workspace.ledger, batch, cancel=cancel)
        if check.problems:
            raise LinesRefusedError(check.problems)
        invocation.output.record(_SUMMARY, _summary(batch, check.summary, money))
    say(f"Batch {batch} can be posted. {_flow_words(check.summary, money)}")


@app.command("dry-run")
def dry_run(context: typer.Context, batch: Number) -> None:
    """Post a batch and roll it back: each account's balance before and after."""
    from console.ledger.batches.commands import dry_run as rehearse
    from console.ledger.batches.commands import validate as check_batch

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = _currency(workspace, batch)
        with progress("Dry run"):
            summary = check_batch(workspace.ledger, batch, cancel=cancel).summary
            done = rehearse(workspace.ledger, batch, summary.content_hash, cancel=cancel)
    columns = named_columns(
        "account:account, before:amount, after:amount, change:amount, currency:currency, lines:integer"
    )
    invocation.output.rows(
        columns,
        [
            (one.username, one.before, one.after, one.after - one.before, money, one.lines)
            for one in done.wallets
        ],
    )
    say(
        f"{done.posted.lines:,} lines would be posted, {done.posted.opened:,} accounts opened. "
        "It was rolled back: nothing was changed."
    )


@app.command()
def post(
    context: typer.Context,
    batch: Number,
    content: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="Post only if the lines are those that `validate` showed."),
    ] = None,
    key: Key = None,
) -> None:
    """Post a batch as one transaction: all its lines or none."""
    from console.cli.arguments import content_hash
    from console.ledger.batches.commands import post as post_batch
    from console.ledger.batches.commands import validate as check_batch

    pinned = None if content is None else content_hash(content)
    hint = f"Ask for it: ledgerctl batch submit {batch} --reason WHY"
    with writing(context, key, hint=hint) as write:
        money = _currency(write.workspace, batch)
        with progress("Posting"):
            seen = pinned or check_batch(write.ledger, batch, cancel=write.cancel).summary.content_hash
            started = time.monotonic()
            done = post_batch(write.ledger, batch, seen, key=write.key, cancel=write.cancel)
            seconds = time.monotonic() - started
        _show_posted(write, done, money)
    say(f"Batch {batch} is posted: {done.lines:,} lines as one transaction, in {seconds:,.2f} s.")


@app.command()
def submit(
    context: typer.Context,
    batch: Number,
    *,
    reason: Reason,
    content: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="Submit only if the lines are those that `validate` showed."),
    ] = None,
    key: Key = None,
) -> None:
    """Freeze a draft of your own and ask others to approve it."""
    from console.cli.arguments import content_hash
    from console.ledger.approvals.commands import submit_batch
    from console.ledger.batches.commands import validate as check_batch

    pinned = None if content is None else content_hash(content)
    with writing(context, key) as write, progress("Submitting"):
        seen = pinned or check_batch(write.ledger, batch, cancel=write.cancel).summary.content_hash
        done = submit_batch(write.ledger, batch, seen, reason=reason, key=write.key, cancel=write.cancel)
        write.show_submitted(done)


@app.command()
def discard(context: typer.Context, batch: Number) -> None:
    """Throw away a draft of one's own with its lines."""
    from console.ledger.batches.commands import discard as discard_batch

    with invocation_of(context).workspace() as workspace:
        discard_batch(workspace.ledger, batch)
    say(f"Batch {batch} is discarded.")


@app.command()
def offset(
    context: typer.Context,
    batch: Number,
    reversed_batch: Annotated[
        int, typer.Argument(metavar="REVERSED", min=1, help="The batch that was not given back in full.")
    ],
    *,
    off: Annotated[bool, typer.Option("--off", help="Take it no longer.")] = False,
    key: Key = None,
) -> None:
    """Let a draft take what an earlier batch did not get back, out of what it pays to the same accounts."""
    from console.ledger.batches.commands import offset as offset_batch

    with writing(context, key) as write:
        offset_batch(write.ledger, batch, reversed_batch, on=not off, key=write.key, cancel=write.cancel)
    what = "takes nothing of" if off else "takes what is left of"
    say(f"Batch {batch} {what} batch {reversed_batch} when it is posted.")


@app.command("set-aside")
def set_lines_aside(
    context: typer.Context,
    batch: Number,
    *,
    lines: Annotated[
        list[int] | None, typer.Option("--line", min=1, help="A line's number; may be given again.")
    ] = None,
    faulty: Annotated[bool, typer.Option("--faulty", help="The lines that a check finds faulty.")] = False,
    reason: Reason,
    key: Key = None,
) -> None:
    """Put lines of a draft of one's own into a new draft, so that the others can be posted."""
    from console.ledger.batches.commands import set_aside
    from console.ledger.batches.commands import validate as check_batch

    if faulty == bool(lines):
        raise UsageError("Give --line for each line to set aside, or --faulty for those that a check finds.")
    with writing(context, key) as write:
        chosen = set(lines or ())
        if faulty:
            found = check_batch(write.ledger, batch, cancel=write.cancel).problems
            chosen = {one.line for one in found if one.line is not None}
            if not chosen:
                raise UsageError(f"A check finds nothing wrong with the lines of batch {batch}.")
        done = set_aside(
            write.ledger, batch, sorted(chosen), reason=reason, key=write.key, cancel=write.cancel
        )
        unit = _currency(write.workspace, batch)
        write.output.rows(
            _ASIDE,
            [
                (done.batch, done.left_lines, done.left_total, unit),
                (done.aside, done.lines, done.total, unit),
            ],
        )
    say(f"What was set aside is batch {done.aside}.")


def _load(workspace: Workspace, wanted: _Wanted, cancel: Cancellation) -> tuple[LoadedBatch, ...]:
    """Load one draft, or without a currency one for each; raises LoadedBeforeError unless `again`."""
    from console.files.lines.terms import Terms
    from console.ledger.batches.before import loaded_before
    from console.ledger.batches.commands import load as load_batch
    from console.ledger.batches.commands import load_each

    file, mapping, known = wanted.file, wanted.mapping, workspace.books
    before = None if wanted.again else loaded_before(workspace.database, file, cancel=cancel)
    if before is not None:
        raise LoadedBeforeError(before.batch, before.words(known.zone))
    with progress("Loading") as advance:
        if wanted.money is None:
            return load_each(
                workspace.ledger, file, mapping, known, name=wanted.name, again=wanted.again, cancel=cancel,
                progress=advance,
            )  # fmt: skip
        made = load_batch(
            workspace.ledger, file, mapping, Terms(wanted.money, known.zone), name=wanted.name,
            again=wanted.again, cancel=cancel, progress=advance,
        )  # fmt: skip
        return (made,)


def _currency(workspace: Workspace, batch: int) -> Currency:
    """Return a batch's currency; raises UsageError when there is no such batch."""
    from console.ledger.batches.page import get

    return get(workspace.database, batch).currency


def _summary(batch: int, summary: BatchSummary, money: Currency) -> tuple[Any, ...]:
    return (
        batch, summary.lines, summary.total, summary.paid_in, summary.paid_out, summary.flow.leaves,
        summary.flow.gained, money, summary.accounts, summary.missing, summary.content_hash.hex(),
    )  # fmt: skip


def _flow_words(summary: BatchSummary, money: Currency) -> str:
    return summary.flow.words(lambda minor: amount(minor, money))


def _show_posted(write: Writing, done: PostedBatch, money: Currency) -> None:
    columns = named_columns(
        "batch:integer, lines:integer, total:amount, currency:currency, accounts opened:integer,"
        " first transaction:integer, last transaction:integer, posted at:timestamp, key"
    )
    cells = (
        done.batch_id, done.lines, done.total, money, done.opened, done.first_id, done.last_id,
        done.posted_at, str(write.key),
    )  # fmt: skip
    write.output.record(columns, cells)


lists.register(app)  # last, as in the help
