"""The command that ends what is past its time."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Key  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.cli.writing import writing
from console.errors import UsageError
from console.files.exports import named_columns
from console.money import PLAIN, format_amount

if TYPE_CHECKING:
    from console.cli.writing import Writing
    from console.ledger.credits.commands import Swept

LIMIT_MAX = 100_000

_SWEPT = named_columns("holds:integer, lots:integer, expired, more, key, requests:integer")


def sweep(
    context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Sweep, tell, and roll it back.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Go on until nothing is left, one transaction after another.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, max=LIMIT_MAX, help="How many holds, lots and requests at once, of each.")
    ] = 1_000,
    key: Key = None,
) -> None:
    """End holds and requests past their time, and send expired credit that no hold keeps to @breakage."""
    from console.ledger.credits.commands import sweep as sweep_once
    from console.ledger.credits.commands import sweep_rehearsal

    if everything and (dry_run or key is not None):
        raise UsageError("--all: it takes many operations, so it goes with neither --dry-run nor --key.")
    with writing(context, key) as write:
        if dry_run:
            swept = sweep_rehearsal(write.ledger, limit=limit, cancel=write.cancel)
        else:
            swept = sweep_once(write.ledger, limit=limit, key=write.key, cancel=write.cancel)
        _show(write, swept, key=None if dry_run else str(write.key))
        while everything and swept.more and swept.reservations + swept.lots + swept.requests:
            swept = sweep_once(write.ledger, limit=limit, cancel=write.cancel)
            _show(write, swept, key=None)
    if dry_run:
        say("It was rolled back: nothing was changed.")
    elif swept.more and not everything:
        say("There may be more; run it again, or with --all.")


def _show(write: Writing, swept: Swept, *, key: str | None) -> None:
    known = write.workspace.books
    amount = ", ".join(
        f"{format_amount(expired, known.currency(code).exponent, PLAIN)} {code}"
        for code, expired in swept.amounts.items()
    )
    more = "yes" if swept.more else "no"
    write.output.record(_SWEPT, (swept.reservations, swept.lots, amount, more, key, swept.requests))
