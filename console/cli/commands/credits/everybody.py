"""Commands about the credits of all customers: find them, when they end, what of them stays unused."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.arguments import account, chosen, day, one_of
from console.cli.commands.credits.wanted import (
    ExpiresFrom,
    ExpiresThrough,
    GrantedFrom,
    GrantedThrough,
    LeftFrom,
    LeftThrough,
    NoExpiry,
    Source,
    User,
    wanted,
)
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import CurrencyCode  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import amount, say
from console.errors import UsageError
from console.files.days import day_words, end_of
from console.files.exports import named_columns

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from console.cli.invocation import Invocation
    from console.ledger.credits.ahead.calendar import ExpiryCalendar
    from console.money import Currency
    from console.workspace.workspace import Workspace

PAGE_MAX = 5_000

_CREDITS = named_columns(
    "lot:integer, account:account, source, granted:amount, left:amount, held:amount, expired:amount,"
    " currency:currency, uses:integer, created at:timestamp, expires at:until, ended at:timestamp,"
    " transaction:integer"
)
_CALENDAR = named_columns("from, through, source, credits:integer, amount:amount, currency:currency")
_FORECAST = named_columns(
    "days:integer, through, source, credits:integer, ends:amount, unused:amount, low:amount, high:amount,"
    " currency:currency, rests on:integer, of all sources"
)
_LOTS = named_columns(
    "lot:integer, source, remaining:amount, expires:amount, currency:currency, expires at:until"
)
_THEN = named_columns(
    "at:until, accounts:integer, currency:currency, balance:amount, expires:amount, balance then:amount,"
    " granted then:amount, on hold then:amount, credits:integer, kept by holds:amount, holds ended:integer"
)


class Steps(StrEnum):
    """By what the calendar adds up."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def register(app: typer.Typer) -> None:
    """Add the commands to the group of credits."""
    for command in (find, calendar, forecast, future):
        app.command()(command)


def find(
    context: typer.Context,
    *,
    currency: CurrencyCode = None,
    view: Annotated[str, typer.Option(help="open, or expired: what can be given back.")] = "open",
    source: Source = "",
    user: User = "",
    expires_from: ExpiresFrom = None,
    expires_through: ExpiresThrough = None,
    no_expiry: NoExpiry = None,
    left_from: LeftFrom = None,
    left_through: LeftThrough = None,
    granted_from: GrantedFrom = None,
    granted_through: GrantedThrough = None,
    limit: Annotated[
        int, typer.Option(min=1, max=PAGE_MAX, help="How many at most, the soonest to end first.")
    ] = 50,
    totals: Annotated[
        bool, typer.Option("--totals", help="Tell too what all that match add up to, listed or not.")
    ] = False,
) -> None:
    """Find credits of all customers, the soonest to end first. Both days and both amounts are included."""
    from console.ledger.credits import listing
    from console.ledger.credits.filter import CreditView

    kind = one_of(CreditView, view, "--view")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit, zone = chosen(workspace.books, currency), workspace.books.zone
        asked = wanted(
            unit, zone, kind, source=source, user=user, expires_from=expires_from,
            expires_through=expires_through, no_expiry=no_expiry, left_from=left_from,
            left_through=left_through, granted_from=granted_from, granted_through=granted_through,
        )  # fmt: skip
        found = listing.page(workspace.database, asked, zone, limit=limit, cancel=cancel)
        whole = listing.totals(workspace.database, asked, zone, cancel=cancel) if totals else None
    invocation.output.rows(
        _CREDITS,
        [
            (
                row.id, row.username, row.source, row.amount, row.remaining, row.held, row.expired,
                row.currency, row.uses, row.created_at, row.expires_at, row.closed_at, row.opened_by,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")
    if whole is not None:
        _say_totals(whole, unit)


def _say_totals(whole: Any, unit: Currency) -> None:
    least = "" if whole.is_whole else "More than "
    say(f"{least}{whole.credits:,} credits of {whole.accounts:,} accounts: {amount(whole.amount, unit)}.")
    for one in whole.by_source:
        say(f"  {one.source or 'other sources'}: {one.credits:,}, {amount(one.amount, unit)}")


def calendar(
    context: typer.Context,
    currency: CurrencyCode = None,
    by: Annotated[str, typer.Option(help="day, week (from Monday) or month.")] = "day",
    source: Source = "",
) -> None:
    """Show how much credit ends when, for a year from today, by source."""
    from console.ledger.credits.ahead.calendar import calendar as calendar_of

    steps = one_of(Steps, by, "--by")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit, zone = chosen(workspace.books, currency), workspace.books.zone
        found = calendar_of(workspace.database, unit.code, zone, source=source, cancel=cancel)
    invocation.output.rows(_CALENDAR, _added_up(found, steps))
    for within in found.within:
        ends = within.ends
        say(
            f"{within.days} days, through {day_words(within.through)}: {amount(ends.amount, unit)},"
            f" {ends.credits:,} credits"
            f"{'' if ends.accounts is None else f' of {ends.accounts:,} accounts'},"
            f" {amount(within.most_on_a_day, unit)} at most on one day."
        )
    say(
        f"Open in all: {amount(found.open.amount, unit)} of {found.open.accounts:,} accounts;"
        f" {amount(found.later.amount, unit)} ends later, {amount(found.no_expiry.amount, unit)} never."
    )
    if found.kept.credits:
        say(f"Past their end, but kept by holds: {amount(found.kept.amount, unit)}.")
    if found.waiting.credits:
        say(f"Past their end, until the next sweep: {amount(found.waiting.amount, unit)}.")


def _added_up(found: ExpiryCalendar, steps: Steps) -> list[tuple[Any, ...]]:
    """Return a row for each step and source, of the days that are in the calendar."""
    sums: dict[tuple[date, bool, str], list[Any]] = {}
    for one in found.days:
        first, last = _step(one.day, steps)
        place = (first, one.source is None, one.source or "")
        row = sums.setdefault(place, [first, last, one.source, 0, 0])
        row[3] += one.credits
        row[4] += one.amount
    return [
        (str(first), str(last), "other sources" if source is None else source, count, minor, found.currency)
        for _place, (first, last, source, count, minor) in sorted(sums.items())
    ]


def _step(of: date, steps: Steps) -> tuple[date, date]:
    """Return the first and the last day of the step that a day belongs to."""
    from calendar import monthrange
    from datetime import timedelta

    if steps is Steps.WEEK:
        first = of - timedelta(days=of.weekday())
        return first, first + timedelta(days=6)
    if steps is Steps.MONTH:
        return of.replace(day=1), of.replace(day=monthrange(of.year, of.month)[1])
    return of, of


def forecast(context: typer.Context, currency: CurrencyCode = None, source: Source = "") -> None:
    """Say what of the credit that ends soon will stay unused, judged by what ended in the last year.

    Of a source's credits that ended in the last 365 days: of what was left of them as long before their ends
    as the open ones have now, which share was unused at the end. low and high are those of the quarters of
    that year with the least and the most. A source with fewer than 30 such credits is judged by all sources.
    """
    from console.ledger.credits.ahead.forecast import forecast as forecast_of

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        unit, zone = chosen(workspace.books, currency), workspace.books.zone
        found = forecast_of(workspace.database, unit.code, zone, source=source, cancel=cancel)
    invocation.output.rows(
        _FORECAST,
        [
            (
                span.days, str(span.through), one.source, one.credits, one.amount, one.unused, one.low,
                one.high, unit, one.rests_on, "yes" if one.pooled else "no",
            )
            for span in found.spans for one in span.sources
        ],
    )  # fmt: skip
    for span in found.spans:
        say(_in_a_sentence(span, unit))
    say(f"It rests on {found.looked_at:,} credits that ended in the last year.")


def _in_a_sentence(span: Any, unit: Currency) -> str:
    ends = f"{span.days} days, through {day_words(span.through)}: {amount(span.amount, unit)} ends"
    if span.unused is None or span.low is None or span.high is None:
        return f"{ends}; too little has ended in the last year to judge it by."
    low, high = amount(span.low, unit), amount(span.high, unit)
    return f"{ends}; {amount(span.unused, unit)} of it stays unused, between {low} and {high}."


def future(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="An account; without it, all.")] = None,
    *,
    on: Annotated[str, typer.Option(metavar="DATE", help="At the end of this day.")],
    currency: CurrencyCode = None,
) -> None:
    """Say what a balance will be if nobody moves anything: credits end, and holds that have an end.

    What holds still keep at that time stays. Of one account its credits that end are listed first.
    """
    invocation = invocation_of(context)
    of = None if name is None else account(name, "NAME")
    with invocation.workspace() as workspace:
        if of is None:
            _future_of_all(invocation, workspace, on, currency)
        else:
            _future_of_one(invocation, workspace, of, on, currency)


def _future_of_one(
    invocation: Invocation, workspace: Workspace, name: str, on: str, currency: str | None
) -> None:
    from console.ledger.credits.ahead.future import of_account

    unit = chosen(workspace.books, currency)
    with interruptible() as cancel:
        at = _end(on, workspace.books.zone)
        found = of_account(workspace.database, name, unit.code, at, cancel=cancel)
    invocation.output.rows(
        _LOTS, [(lot.id, lot.source, lot.remaining, lot.gone, unit, lot.expires_at) for lot in found.lots]
    )
    say(
        f"{found.username} at the end of {day_words(day(on, '--on', workspace.books.zone))}:"
        f" {amount(found.balance_then, unit)}, {amount(found.gone, unit)} less than now;"
        f" on hold {amount(found.reserved_then, unit)}, available {amount(found.available_then, unit)}."
    )


def _future_of_all(invocation: Invocation, workspace: Workspace, on: str, currency: str | None) -> None:
    from console.ledger.credits.ahead.future import of_all

    unit = chosen(workspace.books, currency)
    with interruptible() as cancel:
        found = of_all(workspace.database, unit.code, _end(on, workspace.books.zone), cancel=cancel)
    invocation.output.record(
        _THEN,
        (
            found.at, found.accounts, unit, found.balance, found.gone, found.balance_then, found.granted_then,
            found.reserved_then, found.credits, found.kept, found.holds,
        ),
    )  # fmt: skip


def _end(on: str, zone: tzinfo) -> Any:
    end = end_of(day(on, "--on", zone), zone)
    if end is None:
        raise UsageError(f"--on: {on} is the last day there is; state an earlier one.")
    return end
