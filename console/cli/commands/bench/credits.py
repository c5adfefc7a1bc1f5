"""The measurements of a million credits."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.files.exports import named_columns

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Protocol

    from console.bench.credits.reading import Measured
    from console.bench.place import Place

    class Lend(Protocol):
        """Lends the place to measure on."""

        def __call__(
            self, context: typer.Context, users: int, transactions: int, *, keep: bool
        ) -> AbstractContextManager[Place]:
            """Lend one of so many accounts and transactions."""
            ...


_FIGURES = named_columns("what, way, statements:integer, ms, ratio, goal, within")


def register(app: typer.Typer, place: Lend) -> None:
    """Add the command to the group of measurements."""

    @app.command("credits")
    def time_credits(  # noqa: PLR0917 - typer reads options from parameters
        context: typer.Context,
        open_credits: Annotated[
            int, typer.Option("--credits", min=1_000, help="How many credits are open.")
        ] = 1_000_000,
        ended: Annotated[int, typer.Option(min=1_000, help="How many ended in the last year.")] = 1_000_000,
        users: Annotated[int, typer.Option(min=2, help="How many accounts the ledger has.")] = 200_000,
        rounds: Annotated[int, typer.Option(min=1, max=100, help="How often; medians are printed.")] = 9,
        keep: Annotated[  # noqa: FBT002 - typer makes a switch of it
            bool, typer.Option("--keep", help="Keep the ledger for the next run instead of dropping it.")
        ] = False,
    ) -> None:
        """Time the expiry calendar, the forecast, lists and sums of all credits; ends with 1 off a goal.

        The naive ways are asked three times only: some take seconds.
        """
        from console.bench.credits.report import run

        with place(context, users, users, keep=keep) as lent:
            found = run(lent, open_credits=open_credits, ended=ended, rounds=rounds)
        ours = {one.figure.what: one.figure.ms for one in found if one.figure.budget is not None}
        invocation_of(context).output.rows(_FIGURES, [_row(one, ours[one.figure.what]) for one in found])
        missed = [one.figure.what for one in found if not one.within]
        if missed:
            say(f"Missed: {'; '.join(missed)}.")
            raise typer.Exit(1)


def _row(one: Measured, ours_ms: float) -> tuple[object, ...]:
    figure = one.figure
    asked = figure.what, figure.way, figure.statements, f"{figure.ms:.1f}"
    if figure.budget is None:
        return *asked, f"{figure.ms / ours_ms:.1f}", None, None
    goal = f"{figure.budget} st." + (f", below {one.limit_ms:.0f} ms" if one.limit_ms is not None else "")
    return *asked, None, goal, "yes" if one.within else "NO"
