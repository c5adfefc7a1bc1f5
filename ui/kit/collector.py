"""Collects what refers to itself, on the GUI thread alone."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

# Python's thresholds are kept: all is collected after 121 of these at the soonest.
INTERVAL_MS = 1_000


class Collector(QObject):
    """Stands in for Python's own collector from now on, until `end`.

    Python collects on whichever thread makes the next object. A widget that refers to itself would be
    destroyed there, and Qt ends the process for that: with 8 pool threads within a second.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def end(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.enable()


def collect_due() -> None:
    """Collect the oldest generation whose count is over Python's own threshold."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return
