"""Finds out that nobody is at the window: no key, no mouse, for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow

TICK_MS: Final = 5_000
_HANDS: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletMove,
    }
)


class Idle(QObject):
    """Emits `idle` when nobody has used a window of the program for `after_s` seconds; 0 means never.

    It hears the windows of the system and not the widgets: an event filter of the whole application would run
    Python for every event of every widget.
    """

    idle = Signal()

    def __init__(
        self, parent: QObject, after_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._after_s = after_s
        self._clock = clock
        self._last_s = clock()
        self._heard: set[int] = set()
        application = QGuiApplication.instance()
        if not after_s or not isinstance(application, QGuiApplication):
            return
        application.focusWindowChanged.connect(self._hear)
        self._hear(QGuiApplication.focusWindow())
        timer = QTimer(self, interval=TICK_MS)
        timer.timeout.connect(self.look)
        timer.start()

    def touch(self) -> None:
        """Count from now: somebody is here."""
        self._last_s = self._clock()

    def look(self) -> None:
        """Compare the clock with the last sign of somebody."""
        if self._after_s and self._clock() - self._last_s >= self._after_s:
            self.touch()
            self.idle.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _HANDS:
            self.touch()
        return False

    def _hear(self, window: QWindow | None) -> None:
        """Hear a window from when it first has the keyboard: until then nobody can be at it."""
        self.touch()
        if window is not None and id(window) not in self._heard:
            number = id(window)
            self._heard.add(number)
            # Another window may get the same number later.
            window.destroyed.connect(lambda: self._heard.discard(number))
            window.installEventFilter(self)
