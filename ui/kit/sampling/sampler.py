"""How the console has been: its figures once a second, as far back as their pictures reach."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer

from console.monitor.process import memory_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger
    from ui.kit.sampling.lag import LagSampler

INTERVAL_S: Final = 1
KEPT_S: Final = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """The console in one second: connections in use, breaker, memory; the rest is of that second alone.

    breaker: `closed`, `half-open` or `open`. lag_ms: the longest that an event waited.
    """

    busy: int
    breaker: str
    retries: int
    lag_ms: float
    memory_bytes: int
    statements: int


class ConsoleSampler(QObject):
    """Samples once a second, on the GUI thread, and keeps the last ten minutes.

    What it reads is in this process and costs less than 0.1 ms; it sends no statement.
    """

    def __init__(
        self, ledger: Ledger, lag: LagSampler, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._ledger = ledger
        self._lag = lag
        self._clock = clock
        self._samples: deque[Sample | None] = deque([None] * KEPT_S, maxlen=KEPT_S)
        self._taken_at = clock()
        self._retries = ledger.retries
        self._timer = QTimer(self, interval=INTERVAL_S * 1_000, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.take)

    @property
    def samples(self) -> tuple[Sample | None, ...]:
        """Ten minutes of seconds, oldest first; None for one of which nothing is known."""
        return tuple(self._samples)

    @property
    def running(self) -> bool:
        """Whether it samples by itself now."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin to sample."""
        self._taken_at = self._clock()
        self._timer.start()

    def stop(self) -> None:
        """End sampling."""
        self._timer.stop()

    def take(self) -> None:
        """Sample the second that it is; those in which the window stood still stay unknown."""
        now = self._clock()
        missed = round(now - self._taken_at) - INTERVAL_S
        self._taken_at = now
        self._samples.extend([None] * min(missed, KEPT_S))
        database, retries = self._ledger.database, self._ledger.retries
        self._samples.append(
            Sample(
                busy=database.pool.busy,
                breaker=database.breaker.state,
                retries=retries - self._retries,
                lag_ms=self._lag.longest_lately_ms(),
                memory_bytes=memory_bytes(),
                statements=len(database.recorder.snapshot(INTERVAL_S)),
            )
        )
        self._retries = retries
