"""The measurements of an inbox of ten thousand requests."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commands.bench.measured import show

if TYPE_CHECKING:
    from console.cli.commands.bench.measured import Lend


def register(app: typer.Typer, place: Lend) -> None:
    """Add the command to the group of measurements."""

    @app.command("decide")
    def time_decisions(
        context: typer.Context,
        requests: Annotated[int, typer.Option(min=100, help="How many requests are open.")] = 10_000,
        rounds: Annotated[int, typer.Option(min=1, max=30, help="How often; medians are printed.")] = 9,
    ) -> None:
        """Time the inbox of open requests, one of them, and agreeing to many; ends with 1 off a goal."""
        from console.bench.decide import run

        with place(context, 1_000, 2_000, keep=False) as lent:
            found = run(lent, open_requests=requests, rounds=rounds)
        show(context, found)
