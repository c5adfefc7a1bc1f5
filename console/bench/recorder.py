"""What recording costs: a statement of 1 ms with it and without, and a million records in fixed memory."""

from __future__ import annotations

import gc
import os
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

from console.monitor.recording.attachment import attach
from console.monitor.recording.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

RECORDS: Final = 1_000_000
_ROUNDS: Final = 60
_PER_ROUND: Final = 20
# Half the ring and all histograms are touched before memory is taken for the first time.
_WARM_UP: Final = 200_000
_SHAPES: Final = 50
# Work and not pg_sleep: a processor that sleeps with the server is slow in what follows, recorded or not.
_WORK: Final = text("SELECT count(*) FROM generate_series(1, :size)")
_FIRST_SIZE: Final = 10_000


@dataclass(frozen=True, slots=True)
class RecorderFigures:
    """Times are medians; `share` is what recording adds to a statement of 1 ms, 0.03 being 3 %.

    added_us: of this thread's processor, which is all that recording takes; the wall clock says as much on
    a machine that has nothing else to do, and no more than chance on any other.
    """

    bare_us: float
    recorded_us: float
    added_us: float
    records: int
    record_us: float
    before_mib: float
    after_mib: float

    @property
    def share(self) -> float:
        """What recording adds, as a part of 1 ms: how long the statement took here is beside the point."""
        return self.added_us / 1_000

    @property
    def within(self) -> bool:
        """Whether it is 3 % or 20 µs at most."""
        return self.share <= 0.03 or self.added_us <= 20  # noqa: PLR2004 - the promise


def run(admin_url: str, *, records: int = RECORDS, say: Callable[[str], None]) -> RecorderFigures:
    """Measure both; the statements in turns, so that a slow moment hits either way alike."""
    say("a statement of 1 ms, with the recorder and without")
    bare_us, recorded_us, added_us = _statement_us(admin_url)
    say(f"{records:,} records")
    record_us, before, after = _records(records)
    return RecorderFigures(bare_us, recorded_us, added_us, records, record_us, before, after)


def _statement_us(admin_url: str) -> tuple[float, float, float]:
    """Return the microseconds of a statement without and with the recorder, and the median difference."""
    bare, recorded = (create_engine(admin_url, poolclass=StaticPool) for _ in range(2))
    recorder = Recorder()
    attach(recorder, recorded)
    try:
        with bare.connect() as without, recorded.connect() as within, recorder.action("transactions.export"):
            size = _size_of_1_ms(without)
            _mean_us(within, size)
            pairs = []
            for number in range(_ROUNDS):
                # In turns the first: what follows a pause is slower.
                order = (without, within) if number % 2 else (within, without)
                found = {id(connection): _mean_us(connection, size) for connection in order}
                pairs.append((*found[id(without)], *found[id(within)]))
    finally:
        bare.dispose()
        recorded.dispose()
    return (
        median(bare_us for bare_us, _, _, _ in pairs),
        median(recorded_us for _, _, recorded_us, _ in pairs),
        median(after_us - before_us for _, before_us, _, after_us in pairs),
    )


def _size_of_1_ms(connection: Connection) -> int:
    """Return how much the statement must count to take about 1 ms here."""
    return round(_FIRST_SIZE * 1_000 / min(_mean_us(connection, _FIRST_SIZE)[0] for _ in range(5)))


def _mean_us(connection: Connection, size: int) -> tuple[float, float]:
    """Return the microseconds of one statement, by the wall clock and of this thread's processor."""
    started, busy = time.perf_counter(), time.thread_time()
    for _ in range(_PER_ROUND):
        connection.execute(_WORK, {"size": size}).all()
    taken = (time.perf_counter() - started, time.thread_time() - busy)
    return taken[0] / _PER_ROUND * 1e6, taken[1] / _PER_ROUND * 1e6


def _records(records: int) -> tuple[float, float, float]:
    """Return the microseconds of one record, and the process's MiB before and after all of them."""
    recorder = Recorder()
    _write(recorder, _WARM_UP)
    before = _mib()
    started = time.perf_counter()
    _write(recorder, records)
    record_us = (time.perf_counter() - started) / records * 1e6
    return record_us, before, _mib()


def _write(recorder: Recorder, count: int) -> None:
    """Record statements of many shapes, as the engine's events do."""
    texts = [f"SELECT a{number} FROM t WHERE b = %(b)s" for number in range(_SHAPES)]  # noqa: S608 - sent nowhere
    with recorder.action("transactions.export"):
        for number in range(count):
            # Durations from 0.1 to 100 ms, so that the histograms fill.
            ago_s = 10 ** (number * 7919 % 3_000 / 1_000 - 4)
            started = (time.perf_counter() - ago_s, time.time() - ago_s)
            recorder.record(texts[number % _SHAPES], started, 1)


def _mib() -> float:
    gc.collect()
    return float(psutil.Process(os.getpid()).memory_info().rss) / 2**20
