"""Writes each minute of a recorder into the history, on a thread of its own."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from console.monitor.history import History
    from console.monitor.recording.recorder import Recorder

logger = logging.getLogger(__name__)

# A statement is written down some moments after it ended.
_LATE_S: Final = 1.0


class HistoryWriter:
    """Writes at the end of each minute, and what is left at the end; a failure is logged and tried again."""

    def __init__(self, recorder: Recorder, history: History) -> None:
        self._recorder = recorder
        self._history = history
        self._next = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def write(self, *, whole: bool = True) -> None:
        """Write the minutes that are over, or with the one that is not."""
        with self._lock:
            minutes = self._recorder.minutes(whole=whole, since=self._next)
            if not minutes:
                return
            try:
                self._history.add(minutes)
            except (sqlite3.Error, OSError) as error:
                # Not raised: the recorder keeps an hour, and no work of the operator waits for this.
                logger.warning("The history of statements was not written: %s", error)
                return
            self._next = minutes[-1].minute + 1

    def close(self) -> None:
        """Write what is left and end."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._thread.join()
        self.write(whole=False)

    def _run(self) -> None:
        while not self._stopped.wait(60.0 - time.time() % 60.0 + _LATE_S):
            self.write()
