"""What the console says of itself at one moment; gathered on a pool thread, without a statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.monitor.process import memory_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from console.monitor.recording.percentiles import Percentiles
    from console.postgres.database import PoolUse
    from console.writes.ledger import Ledger


@dataclass(frozen=True, slots=True)
class ConsoleFigures:
    """Pool, breaker, retries, memory and statements; history_bytes is None while there is no such file.

    statements: of the last minute; recorded: how many since the start.
    """

    pool: PoolUse
    pool_size: int
    breaker: str
    failures: int
    tries_again_in_s: float
    retries: int
    memory_bytes: int
    recorded: int
    statements: Percentiles
    history_bytes: int | None


def gather(ledger: Ledger, history: Path) -> ConsoleFigures:
    """Return what holds now; it asks no server."""
    database = ledger.database
    breaker, recorder = database.breaker, database.recorder
    return ConsoleFigures(
        pool=database.pool,
        pool_size=database.settings.pool_size,
        breaker=breaker.state,
        failures=breaker.failures,
        tries_again_in_s=breaker.tries_again_in_s,
        retries=ledger.retries,
        memory_bytes=memory_bytes(),
        recorded=recorder.figures().overall.count,
        statements=recorder.figures(60.0).overall,
        history_bytes=_size(history),
    )


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None
