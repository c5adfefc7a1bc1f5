"""ledgerctl bench: figures of this machine, each beside what it is to be compared with."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commands.bench import credits as of_credits
from console.cli.commands.bench import decide as of_decisions
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from console.bench.investigate.figure import Figure
    from console.bench.place import Place

app = typer.Typer(
    help="Measurements on a ledger of a stated size, in a database of its own.", no_args_is_help=True
)

_FIGURES = named_columns("what, figure, unit, goal")

_STATEMENTS = named_columns(
    "action, naive statements:integer, naive ms, our statements:integer, our ms, budget:integer, within"
)

_NO = "NO"

_INVESTIGATE = named_columns("what, way, statements:integer, ms, P95 ms, ratio, goal, within")

Users = Annotated[int, typer.Option(min=2, help="How many accounts the ledger has.")]
Transactions = Annotated[int, typer.Option(min=1_000, help="How many transactions the ledger has.")]
Rounds = Annotated[int, typer.Option(min=1, max=50, help="How often; medians are printed.")]
Seconds = Annotated[int, typer.Option(min=1, max=3_600, help="How long each run of pgbench is.")]
WarmUp = Annotated[int, typer.Option(min=1, max=3_600, help="Seconds that each side runs first, uncounted.")]
Keep = Annotated[
    bool, typer.Option("--keep", help="Keep the ledger for the next run instead of dropping it.")
]


@contextmanager
def _place(context: typer.Context, users: int, transactions: int, *, keep: bool) -> Iterator[Place]:
    """Lend the place to measure on: the ledger's server, own or named."""
    from console.bench.place import Place
    from console.workspace.workspace import administration

    settings, paths = invocation_of(context).configured()
    with administration(settings, paths) as admin_url:
        yield Place(admin_url, settings, users, transactions, keep, say)


def _show(context: typer.Context, rows: Iterable[tuple[str, str, str, str | None]]) -> None:
    invocation_of(context).output.rows(_FIGURES, rows)


@app.command()
def pages(
    context: typer.Context,
    transactions: Transactions = 10_000_000,
    users: Users = 500_000,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time a page at the start, the middle and the end, by OFFSET, by N+1 and by the bare driver."""
    from console.bench.pages import run

    with _place(context, users, transactions, keep=keep) as place:
        report = run(place)
    rows: list[tuple[str, str, str, str | None]] = [
        (f"{figure.what}, {figure.rows} rows, {figure.statements} st.", f"{figure.ms:.2f}", "ms", None)
        for figure in report.figures
    ]
    rows.append(("last page / first page", f"{report.last_to_first:.2f}", "ratio", "at most 1.5"))
    rows.append(("first page / bare driver", f"{report.to_driver:.2f}", "ratio", "at most 2"))
    _show(context, rows)


@app.command()
def investigate(  # noqa: PLR0917 - typer reads options from parameters
    context: typer.Context,
    transactions: Transactions = 10_000_000,
    users: Users = 1_000_000,
    movements: Annotated[
        int, typer.Option(min=100, max=100_000_000, help="How many movements one customer has.")
    ] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=20, max=10_000, help="How often each is asked.")] = 100,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time searches, lists of accounts and account pages, beside the naive ways; ends with 1 off a goal.

    The naive ways are asked three times only: some take seconds.
    """
    from console.bench.investigate.report import MOST_RATIO, RATIO, run

    with _place(context, users, transactions, keep=keep) as place:
        report = run(place, rounds=rounds, movements=movements)
    ours = {one.what: one.ms for one in report.figures if one.budget is not None}
    rows: list[tuple[object, ...]] = [
        (
            one.what, one.way, one.statements, f"{one.ms:.2f}", f"{one.p95_ms:.2f}",
            None if one.budget is not None else f"{one.ms / ours[one.what]:.1f}", _goal(one),
            None if one.budget is None else _NO if one.what in report.missed else "yes",
        )
        for one in report.figures
    ]  # fmt: skip
    ratio, within = f"{report.many_to_few:.2f}", _NO if RATIO in report.missed else "yes"
    rows.append((RATIO, "console", None, None, None, ratio, f"at most {MOST_RATIO}", within))
    invocation_of(context).output.rows(_INVESTIGATE, rows)
    if report.missed:
        say(f"Missed: {'; '.join(report.missed)}.")
        raise typer.Exit(1)


def _goal(figure: Figure) -> str | None:
    if figure.budget is None:
        return None
    statements = f"{figure.budget} st."
    return statements if figure.p95_limit is None else f"{statements}, P95 below {figure.p95_limit:.0f} ms"


@app.command()
def batch(  # noqa: PLR0917 - typer reads options from parameters
    context: typer.Context,
    lines: Annotated[
        int, typer.Option(min=10, max=1_000_000, help="How many lines the batch has.")
    ] = 100_000,
    transactions: Transactions = 5_000_000,
    users: Users = 1_000_000,
    rounds: Rounds = 5,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time load, validate and post of a payout, a row-by-row loop, and the least the server could do."""
    from console.bench.batch import run

    with _place(context, users, transactions, keep=keep) as place:
        report = run(place, lines=lines, rounds=rounds)
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
    _show(context, rows)


@app.command()
def statements(
    context: typer.Context,
    transactions: Transactions = 200_000,
    users: Users = 20_000,
    rounds: Rounds = 9,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Count and time each action with a budget, the naive way and ours; ends with 1 when one is over it.

    On one machine a round trip is next to free: elsewhere each statement costs the network's time on top.
    """
    from console.bench.statements.report import run

    with _place(context, users, transactions, keep=keep) as place:
        figures = run(place, rounds=rounds)
    rows = (
        (
            one.action, one.naive_statements, f"{one.naive_ms:.2f}", one.statements, f"{one.ms:.2f}",
            one.budget, "yes" if one.within else _NO,
        )
        for one in figures
    )  # fmt: skip
    invocation_of(context).output.rows(_STATEMENTS, rows)
    over = [one.action for one in figures if not one.within]
    if over:
        say(f"Over budget: {'; '.join(over)}.")
        raise typer.Exit(1)


@app.command()
def capture(
    context: typer.Context,
    transactions: Transactions = 200_000,
    users: Users = 20_000,
    rounds: Rounds = 9,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time a capture over 1, 10 and 1,000 lots."""
    from console.bench.credits.capture import run

    with _place(context, users, transactions, keep=keep) as place:
        figures = run(place, rounds=rounds)
    rows: list[tuple[str, str, str, str | None]] = []
    for one in figures:
        lots = f"capture over {one.lots:,} lot{'s' if one.lots > 1 else ''}"
        rows += [
            (lots, str(one.statements), "statements", "1"),
            (lots, f"{one.ms:.2f}", "ms", None),
            (f"{lots}, a lot", f"{one.ms_each:.4f}", "ms", None),
        ]
    rows.append((
        "a lot of 1,000 / a lot of 10", f"{figures[2].ms_each / figures[1].ms_each:.3f}", "ratio", "below 1"
    ))  # fmt: skip
    _show(context, rows)


@app.command()
def transfers(  # noqa: PLR0917 - typer reads options from parameters
    context: typer.Context,
    transactions: Transactions = 5_000_000,
    users: Users = 1_000_000,
    seconds: Seconds = 20,
    warm_up: WarmUp = 60,
    rounds: Rounds = 3,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Measure transfers a second with 1 and 8 clients beside pgbench's TPC-B-like; pgbench drives both."""
    from console.bench.transfers import run

    with _place(context, users, transactions, keep=keep) as place:
        figures = run(place, seconds=seconds, warm_up=warm_up, rounds=rounds)
    rows: list[tuple[str, str, str, str | None]] = []
    for one in figures:
        clients = f"{one.clients} client{'s' if one.clients > 1 else ''}"
        rows += [
            (f"transfers, {clients}", f"{one.transfers_per_s:,.0f}", "transfers/s", None),
            (f"pgbench TPC-B-like, {clients}", f"{one.tpcb_per_s:,.0f}", "transactions/s", None),
            (f"transfers / TPC-B-like, {clients}", f"{one.ratio:.2f}", "ratio", "at least 1.2"),
        ]
    _show(context, rows)


@app.command()
def writers(
    context: typer.Context,
    transactions: Transactions = 200_000,
    users: Users = 20_000,
    seconds: Seconds = 30,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Let 16 writers transfer between 12 wallets: transfers a second, and deadlocks."""
    from console.bench.writers import run

    with _place(context, users, transactions, keep=keep) as place:
        found = run(place, seconds=seconds)
    rows = [
        (
            f"{found.writers} writers on {found.wallets} wallets",
            f"{found.transfers_per_s:,.0f}",
            "transfers/s",
            None,
        ),
        ("deadlocks", str(found.deadlocks), "deadlocks", "0"),
        ("calls that failed", str(found.failed), "calls", "0"),
    ]
    _show(context, rows)


@app.command()
def seals(
    context: typer.Context,
    rows: Annotated[int, typer.Option(min=10, help="How many transfers are posted and sealed.")] = 500_000,
    transactions: Transactions = 200_000,
    users: Users = 20_000,
) -> None:
    """Time seal, verify and verify --deep on transfers that operations made, which they are compared with."""
    from console.bench.upkeep.seals import run

    with _place(context, users, transactions, keep=False) as place:
        found = run(place, rows=rows)
    timings = (
        (f"verify, {found.rows:,} transfers not sealed", found.unsealed_s),
        (f"seal {found.rows:,} transfers", found.seal_s),
        ("verify, all sealed", found.sealed_s),
        ("verify --deep, all sealed", found.deep_s),
    )
    speed = f"{found.rows / found.seal_s:,.0f}"
    _show(
        context,
        [
            *((what, f"{seconds:.1f}", "s", None) for what, seconds in timings),
            ("sealed", speed, "transfers/s", None),
        ],
    )


@app.command()
def jobs(
    context: typer.Context,
    transactions: Transactions = 10_000_000,
    users: Users = 1_000_000,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time checkpoints and daily figures, and what postings pay for them."""
    from console.bench.upkeep.jobs import run

    with _place(context, users, transactions, keep=keep) as place:
        found = run(place)
    alone, beside = found.posting
    _show(
        context,
        [
            ("system balances, added up", f"{found.balances_before:,.1f}", "ms", None),
            ("system balances, with checkpoints", f"{found.balances_after:,.2f}", "ms", None),
            (f"checkpoint over {found.transactions:,} transactions", f"{found.checkpoint_s:.1f}", "s", None),
            (f"daily figures of {found.transactions:,} transactions", f"{found.counting_s:.1f}", "s", None),
            ("30 days, added up", f"{found.days_naive:,.1f}", "ms", None),
            ("30 days, daily figures", f"{found.days:,.2f}", "ms", None),
            ("a keeper's look", f"{found.claim:.2f}", "ms", None),
            ("a window's look", f"{found.look:.2f}", "ms", None),
            ("posting alone", f"{alone:,.0f}", "transfers/s", None),
            ("posting beside all jobs without a pause", f"{beside:,.0f}", "transfers/s", None),
            ("what jobs without a pause cost a posting", f"{found.cost:.1f}", "%", None),
        ],
    )


@app.command()
def overview(
    context: typer.Context,
    transactions: Transactions = 10_000_000,
    users: Users = 1_000_000,
    keep: Keep = False,  # noqa: FBT002 - typer makes a switch of it
) -> None:
    """Time the overview beside 18 counts that a dashboard is commonly made of; ends with 1 off its goal."""
    from console.bench.statements.overview import LIMIT_MS, run

    with _place(context, users, transactions, keep=keep) as place:
        found = run(place)
    ours, naive = found.ours, found.naive
    of_all = f"of {found.transactions:,} transactions, {found.today:,} of them today"
    _show(
        context,
        [
            ("overview: statements", str(ours.statements), "statements", "1"),
            (f"overview {of_all}, median of 20", f"{ours.ms:.1f}", "ms", None),
            ("overview, 95th percentile", f"{ours.p95_ms:.1f}", "ms", f"below {LIMIT_MS:.0f} ms"),
            ("separate counts: statements", str(naive.statements), "statements", None),
            ("separate counts, median of 3", f"{naive.ms:,.1f}", "ms", None),
            ("separate counts / overview", f"{naive.ms / ours.ms:.1f}", "ratio", None),
        ],
    )
    if not ours.within:
        say("The overview misses its goal.")
        raise typer.Exit(1)


@app.command()
def recorder(
    context: typer.Context,
    records: Annotated[int, typer.Option(min=1_000, help="How many records are written.")] = 1_000_000,
) -> None:
    """Measure what recording adds to a statement, and that a million records leave the memory as it was."""
    from console.bench.recorder import run
    from console.workspace.workspace import administration

    invocation = invocation_of(context)
    settings, paths = invocation.configured()
    with administration(settings, paths) as admin_url:
        found = run(admin_url, records=records, say=say)
    grown = found.after_mib - found.before_mib
    invocation.output.rows(
        _FIGURES,
        [
            ("a statement of 1 ms, not recorded", f"{found.bare_us:,.0f}", "µs", None),
            ("the same, recorded", f"{found.recorded_us:,.0f}", "µs", None),
            ("recording adds", f"{found.added_us:.1f}", "µs", "at most 20 µs or 3 %"),
            ("recording adds", f"{found.share * 100:.2f}", "%", "at most 20 µs or 3 %"),
            (f"one record of {found.records:,}", f"{found.record_us:.1f}", "µs", None),
            ("memory before", f"{found.before_mib:.1f}", "MiB", None),
            ("memory after", f"{found.after_mib:.1f}", "MiB", None),
            ("memory grown", f"{grown:.1f}", "MiB", "about 0"),
        ],
    )
    if not found.within:
        say("Recording costs more than it may.")
        raise typer.Exit(1)


of_credits.register(app, _place)  # last, as in the help
of_decisions.register(app, _place)
