"""Whether a read-only database may be written to for a while."""

from __future__ import annotations

import math
import threading
import time


class Unlocking:
    """Until when writing is allowed; safe on any thread.

    Two clocks count, and the first that ends it does: the monotonic one stands still while a computer
    sleeps, and anybody can set the other back.
    """

    def __init__(self, *, read_only: bool) -> None:
        self._read_only = read_only
        self._lock = threading.Lock()
        self._until = self._until_wall = 0.0

    def unlock(self, until: float) -> None:
        """Allow writing until a moment of time.monotonic(), in seconds."""
        with self._lock:
            self._until = until
            self._until_wall = time.time() + until - time.monotonic()

    def lock(self) -> None:
        """Allow no more writing; a transaction that has begun goes on to its end."""
        with self._lock:
            self._until = self._until_wall = 0.0

    @property
    def left_s(self) -> float:
        """For how many seconds it may be written to: 0 when locked, infinite when it is not read-only."""
        if not self._read_only:
            return math.inf
        with self._lock:
            return max(0.0, min(self._until - time.monotonic(), self._until_wall - time.time()))
