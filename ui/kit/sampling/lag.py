"""How late the window answers: a timer that measures its own lateness."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_MS: Final = 50
KEPT: Final = 6_000  # five minutes


@dataclass(frozen=True, slots=True)
class Lag:
    """Lateness of the event loop, in milliseconds."""

    p99_ms: float
    longest_ms: float
    p50_ms: float = 0.0


class LagSampler(QObject):
    """Samples the event loop twenty times a second and keeps the last five minutes."""

    def __init__(
        self, parent: QObject | None = None, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._late: deque[float] = deque(maxlen=KEPT)
        self._due = 0.0
        self._timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._sample)

    def start(self) -> None:
        """Begin to sample, and forget what was before."""
        self._late.clear()
        self._due = self._clock() + INTERVAL_MS / 1_000
        self._timer.start()

    def stop(self) -> None:
        """End sampling."""
        self._timer.stop()

    def skip(self) -> None:
        """Leave out what kept the window until now: it was not the window's own doing."""
        self._due = self._clock() + INTERVAL_MS / 1_000

    def lag(self) -> Lag:
        """Return the lateness of the last five minutes."""
        if not self._late:
            return Lag(0.0, 0.0)
        late = np.fromiter(self._late, float)
        p50_ms, p99_ms = np.percentile(late, (50, 99))
        return Lag(float(p99_ms), float(late.max()), float(p50_ms))

    def longest_lately_ms(self) -> float:
        """Return the longest lateness of the last second."""
        return max(islice(reversed(self._late), 1_000 // INTERVAL_MS), default=0.0)

    def _sample(self) -> None:
        now = self._clock()
        self._late.append(max(0.0, now - self._due) * 1_000)
        # From now on, not from when it was due: one long pause is one late sample, not a row of them.
        self._due = now + INTERVAL_MS / 1_000
