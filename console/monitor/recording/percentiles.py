"""P50, P95 and P99 of statement times, within 2 % and in fixed memory."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from console.monitor.recording.ring import Snapshot

WINDOWS_S: Final = (60.0, 900.0, 3_600.0)
EVER: Final = float("inf")

_QUANTILES: Final = (50.0, 95.0, 99.0)
_HIGHEST_US: Final = 3_600_000_000
_BASE: Final = 1.015
_STEP: Final = math.log(1.005)
BUCKETS: Final = 8_192  # above any bucket's number: an hour has 4,413


@dataclass(frozen=True, slots=True)
class Percentiles:
    """How long statements took, in milliseconds; all zero when there were none."""

    count: int = 0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Percentiles overall, by a fingerprint's id and by an action's name ("" is outside any).

    COMMITs have a fingerprint's and count in nothing else.
    """

    overall: Percentiles
    by_fingerprint: dict[str, Percentiles]
    by_action: dict[str, Percentiles]


class Histogram(Protocol):
    """Counts of durations in microseconds."""

    def add(self, us: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """Count each duration so many times."""

    def percentiles(self) -> Percentiles:
        """Return the percentiles of everything added."""


class HdrBuckets:
    """A histogram of hdrhistogram, from 1 µs to 1 h with two significant figures: 26 KiB."""

    def __init__(self, histogram: Callable[[int, int, int], Any]) -> None:
        self._histogram = histogram(1, _HIGHEST_US, 2)

    def add(self, us: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """Count each duration so many times."""
        for value, count in zip(us.tolist(), counts.tolist(), strict=True):
            self._histogram.record_value(value, count)

    def percentiles(self) -> Percentiles:
        """Return the percentiles of everything added."""
        count = int(self._histogram.get_total_count())
        if not count:
            return Percentiles()
        at = self._histogram.get_percentile_to_value_dict(list(_QUANTILES))
        return Percentiles(count, *(at[quantile] / 1_000 for quantile in _QUANTILES))


class LogBuckets:
    """A histogram whose buckets grow by 1.5 %, for where hdrhistogram has no wheel: 12 KiB."""

    def __init__(self) -> None:
        self._counts = np.zeros(int(np.log(_HIGHEST_US) / np.log(_BASE)) + 2, np.int64)

    def add(self, us: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """Count each duration so many times."""
        np.add.at(self._counts, (np.log(us) / np.log(_BASE)).astype(np.int64), counts)

    def percentiles(self) -> Percentiles:
        """Return the percentiles of everything added; ranks are hdrhistogram's."""
        reached = np.cumsum(self._counts)
        count = int(reached[-1])
        if not count:
            return Percentiles()
        ranks = np.maximum(1, (np.array(_QUANTILES) / 100 * count + 0.5).astype(np.int64))
        middle_us = _BASE ** (np.searchsorted(reached, ranks) + 0.5)
        return Percentiles(count, *(float(us) / 1_000 for us in middle_us))


def histogram_maker() -> Callable[[], Histogram]:
    """Return what makes a histogram: hdrhistogram where it is installed, logarithmic buckets elsewhere."""
    try:
        hdr = importlib.import_module("hdrh.histogram").HdrHistogram
    except ImportError:
        return LogBuckets
    return lambda: HdrBuckets(hdr)


def overall(snapshot: Snapshot, within_s: float = EVER) -> Percentiles:
    """Return the percentiles of the snapshot's statements that ended within the last seconds."""
    ended = snapshot.t + snapshot.duration_ms / 1_000
    wanted = (ended >= snapshot.now - within_s) & ~snapshot.is_commit
    return percentiles_of(*distinct(snapshot.duration_ms[wanted]))


def windows(snapshot: Snapshot) -> dict[float, Percentiles]:
    """Return the percentiles of the last minute, quarter of an hour and hour; ask for an hour's snapshot."""
    return {within_s: overall(snapshot, within_s) for within_s in WINDOWS_S}


def by_fingerprint(snapshot: Snapshot) -> dict[int, Percentiles]:
    """Return the percentiles of each fingerprint in the snapshot, by its number."""
    apart = groups(snapshot.duration_ms, snapshot.fingerprint)
    return {number: percentiles_of(*distinct(durations)) for number, durations in apart}


def by_action(snapshot: Snapshot) -> dict[int, Percentiles]:
    """Return the percentiles of each action's statements in the snapshot, by its number."""
    asked = ~snapshot.is_commit
    apart = groups(snapshot.duration_ms[asked], snapshot.action[asked])
    return {number: percentiles_of(*distinct(durations)) for number, durations in apart}


def figures_of(snapshot: Snapshot) -> Figures:
    """Return all percentiles of a snapshot."""
    return Figures(
        overall(snapshot),
        {snapshot.fingerprints[number].id: times for number, times in by_fingerprint(snapshot).items()},
        {snapshot.actions[number]: times for number, times in by_action(snapshot).items()},
    )


def percentiles_of(us: NDArray[np.int64], counts: NDArray[np.int64]) -> Percentiles:
    """Return the percentiles of durations in microseconds, each so many times."""
    histogram = histogram_maker()()
    histogram.add(us, counts)
    return histogram.percentiles()


def distinct(duration_ms: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct microseconds, to three figures, and how often each occurs.

    Three figures cost 0.5 % and turn 100,000 durations into some thousand calls of hdrhistogram.
    """
    us = np.clip(duration_ms * 1_000, 1, _HIGHEST_US)
    step = 10.0 ** np.maximum(np.floor(np.log10(us)) - 2, 0)
    values, counts = np.unique((np.round(us / step) * step).astype(np.int64), return_counts=True)
    return np.minimum(values, _HIGHEST_US), counts


def buckets(duration_ms: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each duration the number of its bucket, below BUCKETS; they grow by 0.5 %."""
    steps: NDArray[np.float64] = np.log(np.clip(duration_ms * 1_000, 1, _HIGHEST_US)) / _STEP
    return steps.astype(np.int64)


def bucket_us(number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the microseconds that a bucket stands for: its middle."""
    us: NDArray[np.float64] = np.rint(np.exp((number + 0.5) * _STEP))
    return np.clip(us, 1, _HIGHEST_US).astype(np.int64)


def groups(
    duration_ms: NDArray[np.float64], number: NDArray[np.int32]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield each number of a fingerprint or an action, and its durations."""
    order = np.argsort(number, kind="stable")
    numbers, first = np.unique(number[order], return_index=True)
    parts = np.split(duration_ms[order], first[1:])
    return zip(numbers.tolist(), parts, strict=False)
