"""What was measured with goals, as a table; and where it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from typing import Protocol

    from console.bench.investigate.figure import Measured
    from console.bench.place import Place

    class Lend(Protocol):
        """Lends the place to measure on."""

        def __call__(
            self, context: typer.Context, users: int, transactions: int, *, keep: bool
        ) -> AbstractContextManager[Place]:
            """Lend one of so many accounts and transactions."""
            ...


_FIGURES = named_columns("what, way, statements:integer, ms, ratio, goal, within")


def show(context: typer.Context, found: Sequence[Measured]) -> None:
    """Print the figures, those of other ways beside the console's; ends with 1 when a goal is missed."""
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
