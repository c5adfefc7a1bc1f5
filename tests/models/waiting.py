"""Wait until a session stands where a race needs it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.models.bookkeeping import Connection


def wait_until(happened: Callable[[], bool], timeout_s: float = 20) -> None:
    """Look again until it has happened."""
    give_up_at = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.002)


def wait_until_blocked(watcher: Connection, waiting: Connection) -> None:
    """Wait until the server says that the other session waits for a lock."""
    pid = waiting.info.backend_pid

    def blocked() -> bool:
        row = watcher.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchone()
        return row == (True,)

    wait_until(blocked)
