"""Commands for what the whole ledger goes by: its currencies, and the zone of its business day."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.options import Key, Reason  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.cli.writing import administering
from console.errors import UsageError
from console.files.exports import named_columns

currency_app = typer.Typer(help="The ledger's currencies.", no_args_is_help=True)
zone_app = typer.Typer(help="The time zone in which the ledger's days are counted.", no_args_is_help=True)

_CURRENCIES = named_columns("currency, name, decimals:integer, status, closed at:timestamp")
_CORRECTED = named_columns("currency, before:integer, decimals:integer, key")
_CLOSED = named_columns("currency, status, accounts:integer, key")
_ZONE = named_columns("zone, today, begins at:timestamp, ends at:timestamp")
_ZONE_SET = named_columns("before, zone, key")

Code = Annotated[str, typer.Argument(metavar="CODE", help="Such as EUR or POINTS.")]


@currency_app.command("list")
def list_currencies(context: typer.Context) -> None:
    """List the currencies, their decimals, and which are closed."""
    from console.ledger.books.names import currency_name

    invocation = invocation_of(context)
    with invocation.workspace() as workspace:
        known = workspace.books
    rows = [
        (
            one.code, currency_name(one.code), one.exponent, "closed" if one.code in known.closed else "open",
            known.closed.get(one.code),
        )
        for one in known.currencies
    ]  # fmt: skip
    invocation.output.rows(_CURRENCIES, rows)


@currency_app.command("add")
def add_currency(
    context: typer.Context,
    code: Code,
    decimals: Annotated[
        int | None,
        typer.Option(min=0, max=8, help="Digits after the decimal mark; needed for a code of your own."),
    ] = None,
    *,
    unusual: Annotated[
        bool, typer.Option("--unusual", help="It has other decimals than this currency usually has.")
    ] = False,
) -> None:
    """Add a currency with its system accounts, as an administrator."""
    from console.ledger.books.names import currency_name, usual_decimals
    from console.money import Currency
    from console.workspace.own_ledger import add_currency as add

    code = code.upper()
    usual = usual_decimals(code)
    wanted = usual if decimals is None else decimals
    if wanted is None:
        raise UsageError(f"--decimals: {code} is the code of no known currency, so say how many it has.")
    if usual is not None and wanted != usual and not unusual:
        raise UsageError(
            f"--decimals: {currency_name(code)} ({code}) usually has {usual}. They cannot be changed once "
            f"anything is in the currency; if it is to be {wanted} all the same, add --unusual."
        )
    with invocation_of(context).workspace() as workspace:
        workspace.database.refuse_locked()
        add(workspace.admin_url, Currency(code, wanted))
    say(f"The ledger has {code} with {wanted} decimals.")


@currency_app.command("correct")
def correct_currency(
    context: typer.Context,
    code: Code,
    *,
    decimals: Annotated[int, typer.Option(min=0, max=8, help="Digits after the decimal mark.")],
    reason: Reason,
    key: Key = None,
) -> None:
    """Give a currency other decimals; only while nothing is in it yet."""
    from console.ledger.books.commands import correct

    with administering(context, key) as write:
        done = correct(
            write.ledger, code.upper(), decimals, reason=reason, key=write.key, cancel=write.cancel
        )
    write.output.record(_CORRECTED, (code.upper(), done.before, done.after, str(done.key)))


@currency_app.command("close")
def close_currency(context: typer.Context, code: Code, *, reason: Reason, key: Key = None) -> None:
    """Close a currency that nobody holds anything in: nothing is posted in it until it is opened again."""
    from console.ledger.books.commands import close

    with administering(context, key) as write:
        done = close(write.ledger, code.upper(), reason=reason, key=write.key, cancel=write.cancel)
    write.output.record(_CLOSED, (code.upper(), "closed", done.accounts, str(done.key)))


@currency_app.command("reopen")
def reopen_currency(context: typer.Context, code: Code, *, reason: Reason, key: Key = None) -> None:
    """Open a closed currency again, with its accounts."""
    from console.ledger.books.commands import reopen

    with administering(context, key) as write:
        done = reopen(write.ledger, code.upper(), reason=reason, key=write.key, cancel=write.cancel)
    write.output.record(_CLOSED, (code.upper(), "open", done.accounts, str(done.key)))


@zone_app.command("show")
def show_zone(context: typer.Context) -> None:
    """Show the zone, and when today begins and ends in it."""
    from console.files.days import day_of, end_of, start_of

    invocation = invocation_of(context)
    with invocation.workspace() as workspace:
        zone = workspace.books.zone
    today = day_of(datetime.now(UTC), zone)
    invocation.output.record(
        _ZONE, (str(zone), today.isoformat(), start_of(today, zone), end_of(today, zone))
    )


@zone_app.command("set")
def set_zone(
    context: typer.Context,
    zone: Annotated[str, typer.Argument(metavar="ZONE", help="A place, such as Europe/Berlin, or UTC.")],
    *,
    reason: Reason,
    key: Key = None,
) -> None:
    """Count the ledger's days in another zone: today, a day's limits, when credit and holds end."""
    from console.ledger.books.commands import set_zone as count_days_in

    with administering(context, key) as write:
        done = count_days_in(write.ledger, zone, reason=reason, key=write.key, cancel=write.cancel)
    write.output.record(_ZONE_SET, (done.before, done.after, str(done.key)))
    say("What was to end with a day keeps its moment; windows take the zone up when they are opened anew.")
