"""The four figures under the statements: pool, slow statements, errors, and how late the window answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QHBoxLayout

from ui.kit.theme.tokens import GAP
from ui.kit.widgets.cards import KeyFigure

if TYPE_CHECKING:
    from console.monitor.recording.ring import Snapshot
    from console.postgres.database import PoolUse
    from ui.kit.formats import Formats
    from ui.kit.sampling.lag import Lag


class QueryTiles(QHBoxLayout):
    """Shows what it is told; it asks nobody."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.setSpacing(GAP)
        self.pool = KeyFigure("Pool")
        self.slow = KeyFigure("Slow statements")
        self.errors = KeyFigure("Errors")
        self.lag = KeyFigure("Window lag P99")
        for tile in (self.pool, self.slow, self.errors, self.lag):
            self.addWidget(tile)

    def show_snapshot(self, snapshot: Snapshot, threshold_ms: float) -> None:
        """Show what the window of time holds."""
        whole = self._formats.integer
        slow, failed = int((snapshot.duration_ms > threshold_ms).sum()), np.flatnonzero(snapshot.failed)
        above = f"above {self._formats.threshold(threshold_ms)}"
        self.slow.set(whole(slow), f"{above}, of {whole(len(snapshot))}")
        last = snapshot.failures[snapshot.failure[failed[-1]]] if len(failed) else None
        self.errors.set(whole(len(failed)), "none failed" if last is None else f"last: {last.text}")
        self.errors.set_figure_tone("error" if len(failed) else None)

    def show_now(self, pool: PoolUse, lag: Lag) -> None:
        """Show what holds at this moment."""
        self.pool.set(f"{pool.busy} / {pool.limit}", "connections in use")
        self.lag.set(self._milliseconds(lag.p99_ms), f"longest {self._milliseconds(lag.longest_ms)}")

    def _milliseconds(self, value: float) -> str:
        return f"{self._formats.decimals(value, 0)} ms"
