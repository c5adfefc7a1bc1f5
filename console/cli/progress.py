"""How far a long job has come, on standard error and only where somebody looks at it."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.steps import Tell


@contextmanager
def steps(title: str) -> Iterator[Tell]:
    """Yield the function to tell what is being done, in words of its own, and how much of it is."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda step: bar.update(
            task, description=step.words, completed=step.done, total=step.total or None
        )


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield the function to tell what is done and how much there is in all; until told, the bar pulses."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
