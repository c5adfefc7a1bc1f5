"""What the Queries screen makes of a snapshot: its rows, its percentiles over time; no Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from console.monitor.budgets import budget
from console.monitor.recording.statements import statements
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone
from ui.screens.queries.span import screen_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from console.monitor.recording.percentiles import Percentiles
    from console.monitor.recording.ring import Snapshot

BUCKETS: Final = 60
NOWHERE: Final = "\N{EN DASH}"
# A percentile of two statements says nothing: each point looks back over so many buckets. Where even that
# does not reach the point before, nobody asked anything for a while, and the lines break.
_BUCKETS_SEEN: Final = 4
_QUANTILES: Final = (50.0, 95.0, 99.0)


@dataclass(frozen=True, slots=True)
class QueryRow:
    """One statement's shape with what its runs cost; `warning` is not empty when an action repeats it."""

    fingerprint: str
    label: str
    text: str
    screens: str
    calls: int
    per_action: int
    warning: str
    slow: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    total_ms: float
    error: str


@dataclass(frozen=True, slots=True)
class Trend:
    """P50, P95 and P99 over time, NaN where the lines break; `at` in seconds since the epoch."""

    at: NDArray[np.float64]
    p50_ms: NDArray[np.float64]
    p95_ms: NDArray[np.float64]
    p99_ms: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that takes too long for the GUI thread."""

    rows: tuple[QueryRow, ...]
    trend: Trend


COLUMNS: Final[tuple[Column[QueryRow], ...]] = (
    Column("label", "Statement", stretch=True, width=220, tip=lambda row: row.text),
    Column("screens", "Screen", muted=True, width=106, yields=2),
    Column("calls", "Calls", Kind.INTEGER, sortable=True, width=62),
    Column("per_action", "Per action", Kind.INTEGER, width=90),
    Column("mean_ms", "Mean ms", Kind.DECIMAL, muted=True, hidden=True, width=84),
    Column("p50_ms", "P50 ms", Kind.DECIMAL, width=74, yields=1),
    Column("p95_ms", "P95 ms", Kind.DECIMAL, width=74, yields=1),
    Column("p99_ms", "P99 ms", Kind.DECIMAL, sortable=True, width=74),
    Column("total_ms", "Total ms", Kind.DECIMAL, muted=True, sortable=True, width=84, yields=3),
    Column(
        "remark",
        "Remark",
        Kind.CHIP,
        value=lambda row: row.warning or row.error or None,
        tone=lambda _row: Tone.ERROR,
        tip=lambda row: "\n".join(part for part in (row.warning, row.error) if part),
    ),
)


def analyse(
    snapshot: Snapshot,
    span_s: float,
    threshold_ms: float,
    times: Mapping[str, Percentiles] | None = None,
) -> Analysis:
    """Return the table, the most expensive statement first, and the percentiles over the span drawn.

    `times`, by fingerprint, take the place of the snapshot's percentiles where the ring has forgotten some.
    """
    known = {} if times is None else times
    warnings = _warnings(snapshot)
    slow = np.bincount(
        snapshot.fingerprint[snapshot.duration_ms > threshold_ms], minlength=len(snapshot.fingerprints)
    )
    numbers = {fingerprint.id: place for place, fingerprint in enumerate(snapshot.fingerprints)}
    rows = [
        QueryRow(
            fingerprint=row.fingerprint,
            label=row.label,
            text=row.text,
            screens=", ".join(dict.fromkeys(screen_word(one) for one in row.screens)) or NOWHERE,
            calls=row.calls,
            per_action=row.per_action_max,
            warning=warnings.get(numbers[row.fingerprint], ""),
            slow=int(slow[numbers[row.fingerprint]]),
            mean_ms=row.mean_ms,
            p50_ms=known.get(row.fingerprint, row.times).p50_ms,
            p95_ms=known.get(row.fingerprint, row.times).p95_ms,
            p99_ms=known.get(row.fingerprint, row.times).p99_ms,
            total_ms=row.total_ms,
            error=f"{row.failures} failed, last {row.last_error}" if row.last_error else "",
        )
        for row in statements(snapshot)
    ]
    return Analysis(tuple(rows), trend(snapshot, span_s))


def trend(snapshot: Snapshot, span_s: float) -> Trend:
    """Return the percentiles of a sliding part of the span, at up to BUCKETS moments with statements.

    A silence breaks the lines. Each piece begins where its first bucket does, so a single one is seen too.
    """
    if not len(snapshot):
        nothing = np.empty(0)
        return Trend(nothing, nothing, nothing, nothing)
    order = np.argsort(snapshot.wall, kind="stable")
    wall, duration_ms = snapshot.wall[order], snapshot.duration_ms[order]
    end, step = float(wall[-1]), span_s / BUCKETS
    edges: NDArray[np.float64] = np.linspace(end - span_s + step, end, BUCKETS, dtype=np.float64)
    until = np.searchsorted(wall, edges, side="right")
    since = np.searchsorted(wall, edges - step * _BUCKETS_SEEN, side="right")
    since[0] = 0
    new = np.diff(until, prepend=0) > 0
    shown = np.flatnonzero(new & (until > since))
    points = np.array([
        (edges[at], *np.percentile(duration_ms[since[at] : until[at]], _QUANTILES)) for at in shown.tolist()
    ])  # fmt: skip
    pieces = np.split(points, np.flatnonzero(np.diff(shown) > _BUCKETS_SEEN) + 1)
    return Trend(*_broken_between(pieces, step))


def _broken_between(pieces: Sequence[NDArray[np.float64]], step: float) -> NDArray[np.float64]:
    """Return moments and percentiles, a row each, of pieces with a gap between any two."""
    parts = []
    for piece in pieces:
        begun = piece[:1] - (step, 0.0, 0.0, 0.0)
        parts += [begun * (1.0, np.nan, np.nan, np.nan), begun, piece]
    return np.ascontiguousarray(np.concatenate(parts)[1:].T)


def _warnings(snapshot: Snapshot) -> dict[int, str]:
    """Return, by fingerprint number, what to say where one run of an action sent it beyond its budget."""
    inside = np.flatnonzero(snapshot.run > 0)
    size = max(len(snapshot.fingerprints), 1)
    pairs = snapshot.run[inside] * size + snapshot.fingerprint[inside]
    distinct, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    worst: dict[int, tuple[int, int]] = {}
    for at in np.flatnonzero(counts > 1).tolist():
        allowed = budget(snapshot.actions[snapshot.action[inside[first[at]]]])
        number, count = int(distinct[at] % size), int(counts[at])
        if allowed is not None and count > allowed and count > worst.get(number, (0, 0))[0]:
            worst[number] = (count, allowed)
    return {
        number: f"N+1 \N{MIDDLE DOT} {count} in one action, budget {allowed}"
        for number, (count, allowed) in worst.items()
    }
