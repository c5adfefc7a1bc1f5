"""Commands for holds: money set aside for one purpose, then captured or let go."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import account, minor_units, until
from console.cli.commands.holds import lists
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    AccountName,
    Amount,
    CurrencyCode,
    Description,
    Key,
    Reason,
    Submit,
    Ticket,
    WhyAsked,
)
from console.cli.output import say
from console.cli.writing import money, submission, writing
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.cli.writing import Writing
    from console.ledger.holds.many import CaptureMany, ExtendMany, ReleaseMany

app = typer.Typer(help="Holds: money set aside, then captured or released.", no_args_is_help=True)

Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="The hold's reference.")]
References = Annotated[
    list[str],
    typer.Argument(metavar="REFERENCE...", help="The hold's reference; of several, all are done or none."),
]


@app.command()
def reserve(
    context: typer.Context,
    name: AccountName,
    *,
    amount: Amount,
    reference: Annotated[str, typer.Option(help="What the hold is called from now on; no other has it.")],
    expires: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="When it ends by itself, such as with that day."),
    ] = None,
    description: Description = "",
    currency: CurrencyCode = None,
    key: Key = None,
) -> None:
    """Set money aside, granted or plain; nothing else can spend it until it is captured or let go."""
    from console.ledger.holds.commands import reserve as reserve_money

    with writing(context, key) as write:
        unit = write.currency(currency)
        done = reserve_money(
            write.ledger,
            username=account(name, "NAME"),
            currency=unit.code,
            amount=money(amount, unit),
            reference=reference,
            expires_at=until(expires, "--expires", write.zone),
            description=description,
            key=write.key,
            cancel=write.cancel,
        )
    columns = named_columns(
        "hold:integer, reference, available after:amount, currency:currency, created at:timestamp, key"
    )
    cells = (done.reservation, done.reference, done.available, unit, done.created_at, str(done.key))
    write.output.record(columns, cells)


@app.command()
def capture(
    context: typer.Context,
    holds: References,
    *,
    amount: Annotated[
        str | None, typer.Option(help="Such as 12.50, of one hold; without it, all. The rest is released.")
    ] = None,
    payee: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="Who is paid.")] = "@revenue",
    reference: Annotated[str | None, typer.Option(help="Unique in the whole ledger.")] = None,
    description: Description = "",
    ticket: Ticket = "",
    submit: Submit = False,
    reason: WhyAsked = None,
    key: Key = None,
) -> None:
    """Take what was reserved, all or a part, once. Lots are burned first, the soonest to expire first."""
    from console.ledger.books.currencies import of_hold
    from console.ledger.holds.commands import Capture
    from console.ledger.holds.commands import capture as capture_hold
    from console.ledger.holds.many import CaptureMany

    why = submission(submit=submit, reason=reason)
    if len(holds) > 1:
        if amount is not None or reference is not None or submit:
            raise UsageError(
                "Of several holds each is captured whole: without --amount, --reference, --submit."
            )
        _many(
            context, CaptureMany(tuple(holds), account(payee, "--to"), description, ticket), key, "captured"
        )
        return
    hold = holds[0]
    with writing(context, key) as write:
        unit = of_hold(write.database, hold, cancel=write.cancel)
        taking = minor_units(amount, unit, "--amount")
        order = Capture(hold, taking, account(payee, "--to"), reference, description, ticket)
        if why is not None:
            write.submit(order, why, ticket)
            return
        done = capture_hold(write.ledger, order, key=write.key, cancel=write.cancel)
    columns = named_columns(
        "transaction:integer, captured:amount, released:amount, currency:currency, lots:integer,"
        " posted at:timestamp, key"
    )
    cells = (done.transaction, done.amount, done.released, unit, done.lots, done.posted_at, str(done.key))
    write.output.record(columns, cells)


@app.command()
def release(
    context: typer.Context, holds: References, *, reason: Reason, ticket: Ticket = "", key: Key = None
) -> None:
    """Let a hold go: its money is free again."""
    from console.ledger.books.currencies import of_hold
    from console.ledger.holds.commands import release as release_hold
    from console.ledger.holds.many import ReleaseMany

    if len(holds) > 1:
        _many(context, ReleaseMany(tuple(holds), reason, ticket), key, "released")
        return
    hold = holds[0]
    with writing(context, key) as write:
        unit = of_hold(write.database, hold, cancel=write.cancel)
        done = release_hold(
            write.ledger, hold, reason=reason, ticket=ticket, key=write.key, cancel=write.cancel
        )
    columns = named_columns("hold:integer, released:amount, currency:currency, closed at:timestamp, key")
    write.output.record(columns, (done.reservation, done.amount, unit, done.closed_at, str(done.key)))


@app.command()
def extend(
    context: typer.Context,
    holds: References,
    *,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="Its new end, such as the end of that day.")
    ] = None,
    never: Annotated[bool, typer.Option("--never", help="It does not end by itself any more.")] = False,
    reason: Reason,
    ticket: Ticket = "",
    key: Key = None,
) -> None:
    """Give a hold more time, or less."""
    from console.ledger.holds.commands import extend as extend_hold
    from console.ledger.holds.many import ExtendMany

    if (expires is None) != never:
        raise UsageError("Give the hold's new end with --expires, or take it away with --never.")
    with writing(context, key) as write:
        ends = until(expires, "--expires", write.zone)
        if len(holds) > 1:
            _done(write, ExtendMany(tuple(holds), ends, reason, ticket), "extended")
            return
        done = extend_hold(
            write.ledger, holds[0], expires_at=ends, reason=reason, ticket=ticket, key=write.key,
            cancel=write.cancel,
        )  # fmt: skip
    columns = named_columns("hold:integer, before:until, expires at:until, key")
    write.output.record(columns, (done.reservation, done.before, done.expires_at, str(done.key)))


@app.command()
def preview(
    context: typer.Context,
    hold: Reference,
    amount: Annotated[str | None, typer.Option(help="Such as 12.50; without it, all.")] = None,
) -> None:
    """Show what a capture would burn now, lot by lot; a row without a lot is the plain balance."""
    from console.ledger.books.currencies import of_hold
    from console.ledger.holds.commands import burn_preview

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit = of_hold(workspace.database, hold, cancel=cancel)
        taking = minor_units(amount, unit, "--amount")
        burns = burn_preview(workspace.database, hold, taking, cancel=cancel)
    columns = named_columns(
        "place:integer, lot:integer, source, expires at:until, remaining:amount, burned:amount,"
        " remaining after:amount, currency:currency"
    )
    invocation.output.rows(
        columns,
        [
            (
                one.place, one.lot, one.source, one.expires_at, one.remaining, one.burned,
                one.remaining_after, unit,
            )
            for one in burns
        ],
    )  # fmt: skip
    if not burns:
        say("The hold has ended; there is nothing to capture.")


def _many(
    context: typer.Context, order: ReleaseMany | ExtendMany | CaptureMany, key: str | None, verb: str
) -> None:
    with writing(context, key) as write:
        _done(write, order, verb)


def _done(write: Writing, order: ReleaseMany | ExtendMany | CaptureMany, verb: str) -> None:
    """Do the same to several holds, and say of how many."""
    from console.ledger.books.currencies import of_hold
    from console.ledger.holds.many import act_on_holds

    unit = of_hold(write.database, order.reservations[0], cancel=write.cancel)
    done = act_on_holds(write.ledger, order, key=write.key, cancel=write.cancel)
    columns = named_columns(
        f"act:integer, {verb}:integer, amount:amount, currency:currency, at:timestamp, key"
    )
    write.output.record(columns, (done.act, done.count, done.amount, unit, done.acted_at, str(done.key)))


lists.register(app)  # last, as in the help
