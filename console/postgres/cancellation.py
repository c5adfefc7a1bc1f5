"""A way for one thread to end the statement another thread waits for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from console.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable


class Cancellation:
    """One load's right to be cancelled; safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked for the end; what came of it may be an outcome all the same."""
        return self._cancelled

    def ask(self) -> None:
        """Note that the end is wanted, without a round trip; cancel() must follow."""
        self._cancelled = True

    def check(self) -> None:
        """Raise CancelledError once cancelled; call it between pieces of work."""
        if self._cancelled:
            raise CancelledError

    def attach(self, stop: Callable[[], None]) -> None:
        """Let `stop` end the statement that runs from now until detach()."""
        with self._lock:
            self.check()
            self._stop = stop

    def detach(self) -> None:
        """Forget the statement: it has ended."""
        with self._lock:
            self._stop = None

    def cancel(self) -> None:
        """Cancel on the server. Blocks for one short round trip, so never call it on the GUI thread.

        The lock is held during the round trip: else the connection could be returned to the pool
        and the cancel would hit the statement of whoever holds it next.
        """
        with self._lock:
            self._cancelled = True
            if self._stop is not None:
                self._stop()
