"""The statements of the graph as arrays: how they part into kinds, and which is nearest to a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ui.kit.theme.tokens import Tone

LEAST_MS, MOST_MS = 0.1, 100_000.0
REACH_PX: Final = 9.0


@dataclass(frozen=True, slots=True)
class PercentileLine:
    """One percentile over time: `x` in seconds since the epoch; labelled by its last value.

    NaN leaves a gap, anywhere but at the end.
    """

    name: str
    tone: Tone
    x: NDArray[np.float64]
    ms: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Points:
    """Statements: seconds since the epoch, durations, which failed, and each one's colour by number.

    A colour below zero or beyond the theme's is the one of all others. `payload` is what a click tells.
    """

    x: NDArray[np.float64]
    ms: NDArray[np.float64]
    failed: NDArray[np.bool_]
    series: NDArray[np.int64]
    log_ms: NDArray[np.float64]
    payload: Sequence[object] | None = None

    @classmethod
    def of(
        cls,
        x: NDArray[np.float64],
        ms: NDArray[np.float64],
        failed: NDArray[np.bool_],
        series: NDArray[np.int64] | None = None,
        payload: Sequence[object] | None = None,
    ) -> Points:
        """Return points on the logarithmic scale; without `series` all have the first colour."""
        numbers = np.zeros(len(x), np.int64) if series is None else series
        return cls(x, ms, failed, numbers, np.log10(np.clip(ms, LEAST_MS, MOST_MS)), payload)

    def __len__(self) -> int:
        return len(self.x)

    def slow(self, threshold_ms: float) -> NDArray[np.bool_]:
        """Tell which took longer than the threshold and did not fail."""
        return (self.ms > threshold_ms) & ~self.failed

    def kinds(self, threshold_ms: float, colours: int) -> NDArray[np.int64]:
        """Return the number of each point's look: fast by colour, then slow by colour, then failed.

        `colours` is how many the theme has; the one after them is that of all others.
        """
        colour = np.where((self.series < 0) | (self.series >= colours), colours, self.series)
        kinds = np.where(self.slow(threshold_ms), colour + colours + 1, colour)
        return np.where(self.failed, 2 * (colours + 1), kinds)

    def nearest(self, x: float, log_ms: float, pixel: tuple[float, float]) -> int | None:
        """Return the place of the point under the mouse; `pixel` is the size of one on both axes."""
        if not len(self) or not all(pixel):
            return None
        away = ((self.x - x) / pixel[0]) ** 2 + ((self.log_ms - log_ms) / pixel[1]) ** 2
        place = int(np.argmin(away))
        return place if away[place] <= REACH_PX**2 else None

    def carried(self, place: int) -> object:
        """Return what a click on a point tells: its payload, or its place."""
        return place if self.payload is None else self.payload[place]


NO_POINTS: Final = Points.of(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_))
