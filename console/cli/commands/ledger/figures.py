"""The command that lists the daily figures."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from console.cli.arguments import day, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.errors import UsageError
from console.files.exports import named_columns

_DAYS = 30
_FIGURES = named_columns(
    "day, currency:currency, held:amount, on hold:amount, expired:amount, over, kind, transactions:integer,"
    " amount:amount"
)


def figures(
    context: typer.Context,
    *,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Such as 2026-11-01; else 30 days ago.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Else today.")] = None,
    currency: OneCurrency = None,
) -> None:
    """List business days: held for customers, on hold and expired, and what was posted, a line a kind."""
    from console.ledger.books.daily import daily_figures

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        zone = workspace.books.zone
        until = datetime.now(zone).date() if last is None else day(last, "--to", zone)
        since = until - timedelta(days=_DAYS - 1) if first is None else day(first, "--from", zone)
        if since > until:
            raise UsageError(f"--from {since} is after --to {until}.")
        money = one_or_all(workspace.books, currency)
        code = "" if money is None else money.code
        found = daily_figures(workspace.database, since, until, currency=code, cancel=cancel)
        known = workspace.books
    rows: list[tuple[object, ...]] = []
    for one in found:
        over = "yes" if one.is_over else "no"
        of_day = (one.day.isoformat(), known.currency(one.currency), one.held, one.on_hold, one.expired, over)
        kinds = sorted(one.moved.items())
        rows += [(*of_day, kind.value, moved.count, moved.amount) for kind, moved in kinds]
        if not kinds:
            rows.append((*of_day, None, None, None))
    invocation.output.rows(_FIGURES, rows)
