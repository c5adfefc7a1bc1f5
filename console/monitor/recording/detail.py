"""All that is known of one statement: its text, its times by window and by minute, and who sends it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import sqlglot
from sqlglot.errors import SqlglotError

from console.monitor.recording.percentiles import EVER, WINDOWS_S, Percentiles
from console.monitor.recording.slices import together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.monitor.recording.fingerprint import Fingerprint
    from console.monitor.recording.recorder import Recorder
    from console.monitor.recording.ring import Snapshot
    from console.monitor.recording.slices import MinuteFigures

_NONE: Final = Percentiles()
_PARSED: Final = re.compile(r"\(*(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|VALUES)\b", re.IGNORECASE)
# SQLAlchemy says the type of a LIMIT, and sqlglot knows no type there.
_LIMIT_TYPE: Final = re.compile(r"(\bLIMIT \?)::\w+")


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a statement: `at` is its start in seconds of the epoch."""

    at: float
    calls: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a statement how often, among those the ring still holds; no action is ""."""

    action: str
    screen: str
    calls: int
    total_ms: float


@dataclass(frozen=True, slots=True)
class StatementDetail:
    """One statement. `windows` has the percentiles of WINDOWS_S and EVER.

    calls, failures, rows, total_ms and mean_ms are of the last hour, fetch_ms, wait_ms (means), callers and
    last_error of what the ring still holds.
    """

    fingerprint: Fingerprint
    sql: str
    calls: int
    failures: int
    rows: int
    total_ms: float
    mean_ms: float
    fetch_ms: float
    wait_ms: float
    windows: Mapping[float, Percentiles]
    trend: tuple[Minute, ...]
    callers: tuple[Caller, ...]
    last_error: str | None


def statement_detail(recorder: Recorder, name: str) -> StatementDetail | None:
    """Return what is known of the fingerprint with this id; None when it was not seen since the start.

    It adds up an hour: some milliseconds, so not on the GUI thread.
    """
    shape = recorder.fingerprint(name)
    if shape is None:
        return None
    minutes = [minute for minute in recorder.minutes(whole=False) if minute.fingerprint.id == name]
    snapshot = recorder.snapshot(commits=True)
    own = _own(snapshot, name)
    calls = sum(minute.calls for minute in minutes)
    total_ms = sum(minute.total_ms for minute in minutes)
    failed = own[snapshot.failed[own]]
    failure = snapshot.failures[snapshot.failure[failed[-1]]] if len(failed) else None
    return StatementDetail(
        fingerprint=shape,
        sql=pretty(shape),
        calls=calls,
        failures=sum(minute.failures for minute in minutes),
        rows=sum(minute.rows for minute in minutes),
        total_ms=total_ms,
        mean_ms=total_ms / calls if calls else 0.0,
        fetch_ms=float(snapshot.fetch_ms[own].mean()) if len(own) else 0.0,
        wait_ms=float(snapshot.wait_ms[own].mean()) if len(own) else 0.0,
        windows={
            within_s: recorder.figures(within_s).by_fingerprint.get(name, _NONE)
            for within_s in (*WINDOWS_S, EVER)
        },
        trend=_trend(minutes),
        callers=_callers(snapshot, own),
        last_error=None if failure is None else failure.text,
    )


@lru_cache(maxsize=64)
def pretty(shape: Fingerprint) -> str:
    """Return a statement on lines, `?` for each value or `$1`, `$2`…; as it is where no grammar knows it."""
    # A list of values is `…` in the text, which no grammar has; the template says the types that some need.
    text = _LIMIT_TYPE.sub(r"\1", shape.text.replace("\N{HORIZONTAL ELLIPSIS}", "?"))
    for written in (text, shape.template):
        # A COPY or a SET it would hand back as it is, with a line in the log that it did.
        if _PARSED.match(written):
            with suppress(SqlglotError, IndexError, RecursionError):
                return sqlglot.transpile(written, read="postgres", write="postgres", pretty=True)[0]
    return shape.text


def _own(snapshot: Snapshot, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the places of one statement's records."""
    numbers = [number for number, shape in enumerate(snapshot.fingerprints) if shape.id == name]
    return np.flatnonzero(np.isin(snapshot.fingerprint, numbers))


def _trend(minutes: list[MinuteFigures]) -> tuple[Minute, ...]:
    """Return one entry a minute, whoever sent the statement in it."""
    return tuple(
        Minute(one.minute * 60.0, one.calls, one.times.p50_ms, one.times.p95_ms, one.times.p99_ms)
        for one in together(minutes)
    )


def _callers(snapshot: Snapshot, own: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[Caller, ...]:
    """Return the actions and screens that sent it, the most expensive first."""
    size = len(snapshot.screens)
    pair = snapshot.action[own].astype(np.int64) * size + snapshot.screen[own]
    distinct, place, counts = np.unique(pair, return_inverse=True, return_counts=True)
    total_ms = np.bincount(place, weights=snapshot.duration_ms[own], minlength=len(distinct))
    found = [
        Caller(snapshot.actions[one // size], snapshot.screens[one % size], calls, ms)
        for one, calls, ms in zip(distinct.tolist(), counts.tolist(), total_ms.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda caller: -caller.total_ms))
