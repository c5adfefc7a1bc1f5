"""The measurements of a million credits."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commands.bench.measured import show

if TYPE_CHECKING:
    from console.cli.commands.bench.measured import Lend


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
        show(context, found)
