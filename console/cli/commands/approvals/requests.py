"""Commands for requests: what one operator submitted, others look at, approve or reject, and execute."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.arguments import content_hash, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    Key,
    OneCurrency,
    Reason,
)
from console.cli.output import say
from console.cli.writing import money, writing
from console.errors import AccessDeniedError, UsageError
from console.files.exports import Column, Kind, named_columns

if TYPE_CHECKING:
    from console.cli.writing import Writing
    from console.ledger.approvals.commands import Closed
    from console.ledger.approvals.page import Rehearsal, Request, RequestRow
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.workspace.workspace import Workspace

app = typer.Typer(help="Requests: submitted operations and their approvals.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="The request's number.")]

LIST_MAX = 5_000

_REQUESTS = named_columns(
    "request:integer, kind, status, amount:amount, currency:currency, approvals:integer, required:integer,"
    " reason, created by, created at:timestamp, closed by, closed at:timestamp, ticket, ends:timestamp,"
    " follows:integer"
)
_APPROVED = named_columns("request:integer, status, approvals:integer, required:integer, key")
_DECIDED = named_columns("request:integer, status, because")
_CHANGES = named_columns("what, of, then, now")
_CLOSED = named_columns("request:integer, status, key")
_EXECUTED = named_columns("request:integer, status, transaction:integer, posted at:timestamp, key")
_KINDS = {
    "from": Kind.ACCOUNT, "to": Kind.ACCOUNT, "username": Kind.ACCOUNT,
    "amount": Kind.AMOUNT, "limit": Kind.AMOUNT, "expires_at": Kind.UNTIL, "lot_expires_at": Kind.UNTIL,
    "effective_at": Kind.TIMESTAMP, "from_amount": Kind.AMOUNT, "typed_from": Kind.AMOUNT,
    "per_operation": Kind.AMOUNT, "per_day": Kind.AMOUNT,
}  # fmt: skip
_MOMENTS = frozenset({Kind.UNTIL, Kind.TIMESTAMP})


@app.command("list")
def list_requests(
    context: typer.Context,
    *,
    closed: Annotated[bool, typer.Option("--all", help="Those that are done with, too.")] = False,
    view: Annotated[
        str | None,
        typer.Option(metavar="VIEW", help="for-me, mine or decided: those that wait longest first."),
    ] = None,
    currency: OneCurrency = None,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MAX, help="How many at most.")] = 50,
) -> None:
    """List the requests that are open, the newest first, or those of one view."""
    from console.ledger.approvals import inbox
    from console.ledger.approvals.page import page

    if view is not None and view not in set(inbox.View):
        raise UsageError(f"--view: {view!r} is none of {', '.join(inbox.View)}.")
    if view is not None and closed:
        raise UsageError("--all: it goes without --view, which has its own.")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit = one_or_all(workspace.books, currency)
        code = "" if unit is None else unit.code
        if view is None:
            found = page(workspace.database, only_open=not closed, currency=code, limit=limit, cancel=cancel)
        else:
            chosen = inbox.InboxFilter(currency=code)
            found = inbox.page(workspace.database, inbox.View(view), chosen, limit=limit, cancel=cancel)
    invocation.output.rows(
        _REQUESTS,
        [
            (
                row.id, row.kind, row.status, *_worth(row),
                row.approvals_given, row.approvals_required, row.reason, row.created_by,
                row.created_at, row.closed_by, row.closed_at, row.ticket, row.expires_at, row.follows,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")


@app.command()
def show(context: typer.Context, request: Number) -> None:
    """Show what a request asks for, who agreed, the content to approve, and what would come of it now."""
    from console.ledger.approvals.page import get

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = get(workspace.database, request, cancel=cancel)
        now = _rehearsed(workspace, found, cancel)
    columns, cells = _record(found, now)
    invocation.output.record(columns, cells)


@app.command("dry-run")
def dry_run(context: typer.Context, request: Number) -> None:
    """Do what an open request asks for and undo it: the balances of the accounts that it would move."""
    from console.ledger.approvals.page import get, rehearse

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        currency = get(workspace.database, request, cancel=cancel).row.currency
        now = rehearse(workspace.ledger, request, cancel=cancel)
        if now.refusal is not None:
            raise now.refusal
    invocation.output.rows(
        named_columns("account:account, before:amount, after:amount, change:amount, currency:currency"),
        [(one.username, one.before, one.after, one.after - one.before, currency) for one in now.movements],
    )
    if now.accounts > len(now.movements):
        say(f"These are the first {len(now.movements)} of {now.accounts:,} accounts.")
    say("It was rolled back: nothing was changed.")


@app.command()
def approve(
    context: typer.Context,
    request: Number,
    *,
    content: Annotated[str, typer.Option(metavar="HEX", help="What `request show` printed and you read.")],
    typed: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="The amount, from another source: large ones need it."),
    ] = None,
    note: Annotated[str, typer.Option(help="Kept with your approval.")] = "",
    key: Key = None,
) -> None:
    """Agree to exactly what was submitted; nobody agrees to what is their own."""
    from console.ledger.approvals.commands import approve as agree
    from console.ledger.approvals.page import get

    seen = content_hash(content)
    with writing(context, key) as write:
        amount = None
        if typed is not None:
            unit = get(write.ledger.database, request, cancel=write.cancel).row.currency
            amount = money(typed, unit, "--typed")
        done = agree(write.ledger, request, seen, note=note, typed=amount, key=write.key, cancel=write.cancel)
    status = "approved" if done.enough else "pending"
    write.output.record(_APPROVED, (done.request, status, done.given, done.required, str(done.key)))
    if done.enough:
        say(f"It may be done now: ledgerctl request execute {done.request}")


@app.command("approve-many")
def approve_several(
    context: typer.Context,
    chosen: Annotated[
        list[str], typer.Argument(metavar="ID:HEX", help="Each request with the content that you read.")
    ],
    *,
    note: Annotated[str, typer.Option(help="Kept with each of your approvals.")] = "",
    key: Key = None,
) -> None:
    """Agree to up to 500 requests at once; one that is refused leaves the others as they are."""
    from console.ledger.approvals.commands import approve_many

    wanted = [_pair(one) for one in chosen]
    with writing(context, key) as write:
        done = approve_many(write.ledger, wanted, note=note, key=write.key, cancel=write.cancel)
    write.output.rows(
        _DECIDED,
        [(one.request, one.status, None if one.refusal is None else str(one.refusal)) for one in done],
    )
    left_out = sum(one.refusal is not None for one in done)
    if left_out:
        say(f"{left_out:,} of {len(done):,} were left out.")
        raise typer.Exit(1)


@app.command("send-back")
def send_back_one(context: typer.Context, request: Number, *, reason: Reason, key: Key = None) -> None:
    """Give a request back to its maker, as a checker; a batch is a draft again."""
    from console.ledger.approvals.commands import send_back

    with writing(context, key) as write:
        _closed(write, send_back(write.ledger, request, reason=reason, key=write.key, cancel=write.cancel))


@app.command("changes")
def list_changes(context: typer.Context, request: Number) -> None:
    """List what is other now than when a request was submitted; amounts are in minor units."""
    from console.ledger.approvals.since import since

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = since(workspace.ledger, request, cancel=cancel)
    invocation.output.rows(
        _CHANGES,
        [(one.what, one.subject or None, _told(one.then), _told(one.now)) for one in found.changes],
    )
    if found.changed is None:
        say("What stood when it was submitted is not known.")
    elif not found.accounts:
        say("Its accounts are too many to be compared one by one.")
    elif found.changed > len(found.changes):
        say(f"These are the first {len(found.changes)} of {found.changed:,} changes.")
    if found.rehearsal.refusal is not None:
        say(f"It would be refused now. {found.rehearsal.refusal}")


@app.command()
def reject(context: typer.Context, request: Number, *, reason: Reason, key: Key = None) -> None:
    """Say no, as a checker."""
    from console.ledger.approvals.commands import reject as say_no

    with writing(context, key) as write:
        _closed(write, say_no(write.ledger, request, reason=reason, key=write.key, cancel=write.cancel))


@app.command()
def withdraw(context: typer.Context, request: Number, *, reason: Reason, key: Key = None) -> None:
    """Take back a request of your own; a batch is a draft again."""
    from console.ledger.approvals.commands import withdraw as take_back

    with writing(context, key) as write:
        _closed(write, take_back(write.ledger, request, reason=reason, key=write.key, cancel=write.cancel))


@app.command()
def execute(context: typer.Context, request: Number, key: Key = None) -> None:
    """Do what was approved, as it was approved."""
    from console.ledger.approvals.commands import execute as do_request

    with writing(context, key) as write:
        done = do_request(write.ledger, request, key=write.key, cancel=write.cancel)
    cells = (done.request, done.outcome["status"], done.transaction, done.posted_at, str(done.key))
    write.output.record(_EXECUTED, cells)


def _pair(written: str) -> tuple[int, bytes]:
    number, _colon, content = written.partition(":")
    if not (number.isascii() and number.isdigit()):
        raise UsageError(f"{written!r}: write a request's number, a colon and its content.")
    return int(number), content_hash(content, written)


def _told(value: Any) -> str | None:
    """Write what a change was from or to; a limit has two amounts, at once and a day."""
    if isinstance(value, list):
        return " / ".join("none" if one is None else str(one) for one in value)
    return None if value is None else str(value)


def _closed(write: Writing, done: Closed) -> None:
    write.output.record(_CLOSED, (done.request, done.status, str(done.key)))


def _rehearsed(workspace: Workspace, found: Request, cancel: Cancellation) -> Rehearsal | None:
    """Return what would come of an open request now; None when the operator may only look at it."""
    from console.ledger.approvals.page import OPEN, rehearse

    if found.row.status not in OPEN:
        return None
    try:
        return rehearse(workspace.ledger, found.row.id, cancel=cancel)
    except AccessDeniedError:
        say("What would come of it now is told to operators and approvers.")
        return None


def _record(found: Request, now: Rehearsal | None) -> tuple[list[Column], list[Any]]:
    """Return a request's columns and cells; what is asked for has a column an argument."""
    row = found.row
    cells: list[tuple[Column, Any]] = [
        (Column("request", Kind.INTEGER), row.id),
        (Column("kind", Kind.TEXT), row.kind),
        (Column("status", Kind.TEXT), row.status),
        *(
            (Column(f"asked {name}", _KINDS.get(name, Kind.TEXT)), _read(name, value))
            for name, value in row.request.items()
        ),
        (Column("total", Kind.AMOUNT), _worth(row)[0]),
        (Column("currency", Kind.CURRENCY), _worth(row)[1]),
        (Column("reason", Kind.TEXT), row.reason),
        (Column("ticket", Kind.TEXT), row.ticket),
        (Column("ends", Kind.TIMESTAMP), row.expires_at),
        (Column("follows", Kind.INTEGER), row.follows),
        (Column("created by", Kind.TEXT), row.created_by),
        (Column("created at", Kind.TIMESTAMP), row.created_at),
        (Column("approvals", Kind.INTEGER), row.approvals_given),
        (Column("required", Kind.INTEGER), row.approvals_required),
        (Column("approved by", Kind.TEXT), ", ".join(one.by for one in found.approvals) or None),
        (Column("closed by", Kind.TEXT), row.closed_by),
        (Column("closed at", Kind.TIMESTAMP), row.closed_at),
        (Column("close reason", Kind.TEXT), row.close_reason),
        (Column("content", Kind.TEXT), row.content.hex()),
        *_now(now),
    ]
    return [column for column, _ in cells], [value for _, value in cells]


def _worth(row: RequestRow) -> tuple[int | None, Currency | None]:
    """Return amount and currency; a change of a control moves nothing, and may be about none."""
    return (None if row.is_control else row.amount, row.currency if row.currency.code else None)


def _read(name: str, value: Any) -> Any:
    """Return an argument as its column's kind has it; moments stand in a request as text."""
    is_moment = _KINDS.get(name) in _MOMENTS and isinstance(value, str)
    return datetime.fromisoformat(value) if is_moment else value


def _now(now: Rehearsal | None) -> list[tuple[Column, Any]]:
    would, why, accounts = None, None, None
    if now is not None and now.refusal is not None:
        would, why = "refused", str(now.refusal)
    elif now is not None and now.outcome is not None:
        would, accounts = now.outcome["status"], now.accounts
    return [
        (Column("would be now", Kind.TEXT), would),
        (Column("because", Kind.TEXT), why),
        (Column("accounts moved", Kind.INTEGER), accounts),
    ]
