"""The command that prints what the console's own statements cost."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import re
import threading
import time
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import Output, say
from console.errors import UsageError
from console.files.exports import Column, Kind

if TYPE_CHECKING:
    from console.monitor.history import History, HistoryRow, Summary

_SPAN: Final = re.compile(r"(\d{1,5})([mhd])", re.ASCII)
_SECONDS: Final = {"m": 60, "h": 3_600, "d": 86_400}
# A console writes a minute some moments after its end.
_LATE_S: Final = 5.0


class By(StrEnum):
    """What there is a line for."""

    STATEMENT = "statement"
    ACTION = "action"


def queries(  # noqa: PLR0917 - typer reads options from parameters
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="How far back: 15m, 1h, 7d. Without it, 1h.")] = None,
    yesterday: Annotated[  # noqa: FBT002 - typer makes a switch of it
        bool, typer.Option("--yesterday", help="All of yesterday, in this machine's time.")
    ] = False,
    start: Annotated[
        str | None, typer.Option("--from", help="A moment such as 2026-03-01T09:00, in this machine's time.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="A moment; without it, now.")] = None,
    by: Annotated[By, typer.Option(help="What there is a line for.")] = By.STATEMENT,
    slow: Annotated[float, typer.Option(min=0, help="Only lines whose p95 is at least so many ms.")] = 0.0,
    live: Annotated[  # noqa: FBT002 - typer makes a switch of it
        bool, typer.Option("--live", help="Go on with each minute that ends, until Ctrl+C.")
    ] = False,
) -> None:
    """Print what statements of the consoles on this computer cost, from the history of seven days.

    It needs no server. A console writes each minute when it is over, and a command when it ends.
    """
    from console.monitor.history import History
    from console.workspace.workspace import history_file

    invocation = invocation_of(context)
    settings, paths = invocation.configured()
    history = History(history_file(settings, paths))
    first, last = _span(since=since, yesterday=yesterday, start=start, end=end)
    _print(invocation.output, history.rows(first, last), by, slow)
    if live:
        if yesterday or end is not None:
            raise UsageError("--live goes on from now, so it goes with neither --yesterday nor --to.")
        _follow(history, invocation.output, by, slow)


def _span(*, since: str | None, yesterday: bool, start: str | None, end: str | None) -> tuple[float, float]:
    """Return the time asked for, in seconds of the epoch; raises UsageError where it is asked for twice."""
    if (since is not None) + yesterday + (start is not None or end is not None) > 1:
        raise UsageError("Ask for one time: --since, --yesterday, or --from and --to.")
    now = datetime.now().astimezone()
    if yesterday:
        today = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return (today - timedelta(days=1)).astimezone().timestamp(), today.astimezone().timestamp()
    last = _moment(end) if end is not None else now.timestamp() + 60
    if start is not None:
        return _moment(start), last
    return last - _length(since or "1h"), last


def _length(text: str) -> int:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise UsageError(f"--since {text!r} is no time such as 15m, 1h or 7d.")
    return int(match.group(1)) * _SECONDS[match.group(2)]


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no moment such as 2026-03-01T09:00.") from None


def _follow(history: History, output: Output, by: By, slow: float) -> None:
    """Print each minute after it has been written, until Ctrl+C."""
    with interruptible() as cancel:
        woken = threading.Event()
        cancel.attach(woken.set)
        try:
            minute = time.time() // 60 * 60
            while not woken.wait(max(0.0, minute + 60 + _LATE_S - time.time())):
                say(f"{datetime.fromtimestamp(minute).astimezone():%H:%M}")
                _print(output, history.rows(minute, minute + 60), by, slow)
                minute += 60
        finally:
            cancel.detach()


def _print(output: Output, rows: tuple[HistoryRow, ...], by: By, slow: float) -> None:
    from console.monitor.history import by_action, by_statement

    numbers = [
        Column(name, Kind.INTEGER)
        for name in ("calls", "failures", "rows", "total ms", "mean ms", "p50 ms", "p95 ms", "p99 ms")
    ]
    names = ("fingerprint", "statement", "actions") if by is By.STATEMENT else ("action",)
    found = by_statement(rows) if by is By.STATEMENT else by_action(rows)
    shown = [one for one in found if one.times.p95_ms >= slow]

    def named(one: Summary) -> tuple[str, ...]:
        return (one.fingerprint, one.label, ", ".join(one.actions)) if by is By.STATEMENT else one.actions

    output.rows(
        [*(Column(name, Kind.TEXT) for name in names), *numbers],
        [
            (
                *named(one),
                one.calls, one.failures, one.rows, round(one.total_ms, 1), round(one.mean_ms, 2),
                round(one.times.p50_ms, 2), round(one.times.p95_ms, 2), round(one.times.p99_ms, 2),
            )
            for one in shown
        ],
    )  # fmt: skip
    say(f"{sum(one.calls for one in found):,} statements; {len(shown)} of {len(found)} lines.")
