"""The percentiles and the counts since the start, in histograms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from console.monitor.recording.percentiles import Histogram, Percentiles, distinct, groups, histogram_maker

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from console.monitor.recording.ring import Lot


@dataclass(frozen=True, slots=True)
class Total:
    """What one action sent since the start."""

    statements: int = 0
    failures: int = 0
    rows: int = 0
    ms: float = 0.0

    def __add__(self, other: Total) -> Total:
        return Total(
            self.statements + other.statements,
            self.failures + other.failures,
            self.rows + other.rows,
            self.ms + other.ms,
        )


class Lifetime:
    """Histograms since the start: overall, by fingerprint number and by action number, fed in lots.

    Not locked: its owner holds a lock around each call. A histogram has 26 KiB, and the ring's catalogues
    have a thousand fingerprints and a thousand actions at most.
    """

    def __init__(self, make: Callable[[], Histogram] | None = None) -> None:
        self._make = make or histogram_maker()
        self._overall = self._make()
        self._by_fingerprint: dict[int, Histogram] = {}
        self._by_action: dict[int, Histogram] = {}
        self._totals: dict[int, Total] = {}

    def absorb(self, lot: Lot) -> None:
        """Add records; COMMITs count for their fingerprint only."""
        _feed(self._by_fingerprint, self._make, lot.duration_ms, lot.fingerprint)
        asked = lot.only(~lot.is_commit) if lot.is_commit.any() else lot
        self._overall.add(*distinct(asked.duration_ms))
        _feed(self._by_action, self._make, asked.duration_ms, asked.action)
        size = int(asked.action.max(initial=-1)) + 1
        calls = np.bincount(asked.action, minlength=size)
        failures = np.bincount(asked.action[asked.failed], minlength=size)
        rows = np.bincount(asked.action, weights=np.maximum(asked.rows, 0), minlength=size)
        ms = np.bincount(asked.action, weights=asked.duration_ms, minlength=size)
        for number in np.flatnonzero(calls).tolist():
            more = Total(int(calls[number]), int(failures[number]), int(rows[number]), float(ms[number]))
            self._totals[number] = self._totals.get(number, Total()) + more

    @property
    def fingerprints(self) -> tuple[int, ...]:
        """The fingerprints seen, by number."""
        return tuple(self._by_fingerprint)

    @property
    def actions(self) -> tuple[int, ...]:
        """The actions seen, by number."""
        return tuple(self._by_action)

    def overall(self) -> Percentiles:
        """Return the percentiles of all statements."""
        return self._overall.percentiles()

    def of_fingerprint(self, number: int) -> Percentiles:
        """Return the percentiles of one fingerprint."""
        return self._by_fingerprint[number].percentiles()

    def of_action(self, number: int) -> Percentiles:
        """Return the percentiles of one action's statements."""
        return self._by_action[number].percentiles()

    def totals(self) -> dict[int, Total]:
        """Return what each action sent, by its number."""
        return dict(self._totals)


def _feed(
    histograms: dict[int, Histogram],
    make: Callable[[], Histogram],
    duration_ms: NDArray[np.float64],
    numbers: NDArray[np.int32],
) -> None:
    """Add durations to the histograms of their numbers."""
    for number, durations in groups(duration_ms, numbers):
        if number not in histograms:
            histograms[number] = make()
        histograms[number].add(*distinct(durations))
