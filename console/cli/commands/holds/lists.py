"""The command that lists holds."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import account, one_of, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.files.exports import named_columns

if TYPE_CHECKING:
    from models.credit import ReservationStatus

PAGE_MAX = 5_000

_HOLDS = named_columns(
    "hold:integer, reference, account:account, status, amount:amount, captured:amount, currency:currency,"
    " description, created by, created at:timestamp, expires at:until, closed by, closed at:timestamp,"
    " reason"
)


def register(app: typer.Typer) -> None:
    """Add the command to the group of holds."""
    app.command("list")(list_holds)


def list_holds(
    context: typer.Context,
    *,
    user: Annotated[str, typer.Option(metavar="ACCOUNT", help="Of this account only.")] = "",
    status: Annotated[
        str | None, typer.Option(help="reserved, captured, released or expired; without it, all.")
    ] = None,
    past_due: Annotated[
        bool, typer.Option("--past-due", help="Open ones whose time is over: the next sweep ends them.")
    ] = False,
    view: Annotated[
        str | None,
        typer.Option(help="active, overdue, older (than a day), mine (active, of your own) or ended."),
    ] = None,
    oldest: Annotated[
        bool,
        typer.Option(
            "--oldest", help="The oldest first; overdue ones go by their end, ended ones by theirs."
        ),
    ] = False,
    reference: Annotated[str, typer.Option(help="The exact reference.")] = "",
    currency: OneCurrency = None,
    limit: Annotated[int, typer.Option(min=1, max=PAGE_MAX, help="How many at most.")] = 50,
) -> None:
    """List holds, the newest first; ended ones say who ended them and when."""
    from console.ledger.holds.page import HoldFilter, View, page
    from console.postgres.page import Order

    kind, of = _status(status), account(user, "--user") if user else ""
    chosen = None if view is None else one_of(View, view, "--view")
    order = Order.OLDEST if oldest else Order.NEWEST
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = one_or_all(workspace.books, currency)
        code = "" if money is None else money.code
        wanted = HoldFilter(kind, past_due, of, reference, code, chosen)
        found = page(workspace.database, wanted, order=order, limit=limit, cancel=cancel)
    invocation.output.rows(
        _HOLDS,
        [
            (
                row.id, row.reference, row.username, "past due" if row.past_due else row.status,
                row.amount, row.captured_amount, row.currency,
                row.description, row.created_by, row.created_at, row.expires_at, row.closed_by,
                row.closed_at, row.close_reason,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")


def _status(written: str | None) -> ReservationStatus | None:
    from models.credit import ReservationStatus

    return None if written is None else one_of(ReservationStatus, written, "--status")
