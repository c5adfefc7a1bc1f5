"""A page that renews itself: while it is seen, and unless somebody holds it still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Renewal(QObject):
    """Emits `due` when a page comes into view, and in an interval as long as it is seen and not paused."""

    due = Signal()
    paused_changed = Signal(bool)

    def __init__(self, page: QWidget, interval_ms: int, *, on_show: bool = True) -> None:
        """`on_show`: whether it is due at once when the page comes into view."""
        super().__init__(page)
        self._on_show = on_show
        self._paused = False
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self._tick)
        page.installEventFilter(self)

    @property
    def paused(self) -> bool:
        """Whether what is shown is held still."""
        return self._paused

    @property
    def running(self) -> bool:
        """Whether it renews by itself now: the page is seen."""
        return self._timer.isActive()

    @property
    def interval_ms(self) -> int:
        """How often it is due."""
        return self._timer.interval()

    def set_interval(self, interval_ms: int) -> None:
        """Be due so often from now on."""
        self._timer.setInterval(interval_ms)

    def toggle(self) -> None:
        """Hold still what is shown, or go on at once."""
        self._paused = not self._paused
        self.paused_changed.emit(self._paused)
        if not self._paused:
            self.due.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._timer.start()
            if self._on_show:
                self._tick()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        return super().eventFilter(watched, event)

    def _tick(self) -> None:
        if not self._paused:
            self.due.emit()
