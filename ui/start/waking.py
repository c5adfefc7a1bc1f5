"""Finds out that the computer slept, by the clock on the wall."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_MS: Final = 5_000
_JUMP_S: Final = 30.0


class Waking(QObject):
    """Emits `woke` when much more time went by than between two looks: whatever was sent may be in doubt."""

    woke = Signal()

    def __init__(self, parent: QObject, *, wall: Callable[[], float] = time.time) -> None:
        """`wall` gives seconds that go on while the computer sleeps; not all monotonic clocks do."""
        super().__init__(parent)
        self._wall = wall
        self._seen_s = wall()
        timer = QTimer(self, interval=TICK_MS)
        timer.timeout.connect(self.look)
        timer.start()

    def look(self) -> None:
        """Compare the clock with the look before."""
        before, self._seen_s = self._seen_s, self._wall()
        if self._seen_s - before > _JUMP_S:
            self.woke.emit()
