"""ledgerctl bench: figures of this machine, each beside what it is to be compared with."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.exports import Column, Kind

app = typer.Typer(
    help="Measurements on a ledger of a stated size, in a database of its own.", no_args_is_help=True
)

_FIGURES = (
    Column("what", Kind.TEXT),
    Column("figure", Kind.TEXT),
    Column("unit", Kind.TEXT),
    Column("goal", Kind.TEXT),
)

Users = Annotated[int, typer.Option(min=2, help="How many accounts the ledger has.")]
Transactions = Annotated[int, typer.Option(min=1_000, help="How many transactions the ledger has.")]
Keep = Annotated[
    bool, typer.Option("--keep", help="Keep the ledger for the next run instead of dropping it.")
]


@app.command()
def pages(
    context: typer.Context,
    transactions: Transactions = 10_000_000,
    users: Users = 500_000,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time a page at the start, the middle and the end, by OFFSET, by N+1 and by the bare driver."""
    from console.bench.pages import run
    from console.workspace import administration

    invocation = invocation_of(context)
    settings, paths = invocation.configured()
    with administration(settings, paths) as admin_url:
        report = run(admin_url, settings, users=users, transactions=transactions, keep=keep, say=say)
    rows: list[tuple[str, str, str, str | None]] = [
        (f"{figure.what}, {figure.rows} rows, {figure.statements} st.", f"{figure.ms:.2f}", "ms", None)
        for figure in report.figures
    ]
    rows.append(("last page / first page", f"{report.last_to_first:.2f}", "ratio", "at most 1.5"))
    rows.append(("first page / bare driver", f"{report.to_driver:.2f}", "ratio", "at most 2"))
    invocation.output.rows(_FIGURES, rows)


@app.command()
def batch(  # noqa: PLR0917 - typer reads options from parameters
    context: typer.Context,
    lines: Annotated[
        int, typer.Option(min=10, max=1_000_000, help="How many lines the batch has.")
    ] = 100_000,
    transactions: Transactions = 5_000_000,
    users: Users = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="How often; medians are printed.")] = 5,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time load, validate and post of a payout, a row-by-row loop, and the least the server could do."""
    from console.bench.batch import run
    from console.workspace import administration

    invocation = invocation_of(context)
    settings, paths = invocation.configured()
    with administration(settings, paths) as admin_url:
        report = run(
            admin_url, settings, lines=lines, users=users, transactions=transactions, keep=keep,
            rounds=rounds, say=say,
        )  # fmt: skip
    whole = report.load_s + report.validate_s + report.post_s
    rows = [
        ("load (CSV, COPY and check)", f"{report.load_s:.2f}", "s", None),
        ("validate again", f"{report.validate_s:.2f}", "s", None),
        ("post", f"{report.post_s:.2f}", "s", None),
        ("floor: bare COPY of the rows and bare UPDATE", f"{report.floor_s:.2f}", "s", None),
        ("load, validate and post", f"{lines / whole:,.0f}", "lines/s", None),
        ("post", f"{lines / report.post_s:,.0f}", "lines/s", None),
        ("row-by-row loop, 4 statements a line", f"{report.loop_lines_per_s:,.0f}", "lines/s", None),
        ("post / floor", f"{report.post_to_floor:.2f}", "ratio", "at most 1.5"),
        ("post / loop", f"{report.post_to_loop:.1f}", "ratio", "at least 10"),
    ]
    invocation.output.rows(_FIGURES, rows)
