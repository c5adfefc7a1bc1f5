"""Two sessions that block each other, for whoever looks at them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg

from tests.cluster import connected, driver_url
from tests.console.waiting_room import held, wait_for_waiter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection

REASON: Final = "blocks the month's end, ticket 4711"
MARKED: Final = "marked-customer-4711"


class Waiter:
    """A transfer of an operator on a thread of its own, which waits for alice's wallet."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(driver_url(url), autocommit=True)
        self.connection.execute("SET lock_timeout = 0")
        self.pid = self.connection.info.backend_pid
        self.error: psycopg.Error | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.connection.execute(
                f"SELECT ledger.transfer('{uuid4()}', 'alice', 'bob', 'CR', 10, '{MARKED}')".encode()
            )
        except psycopg.Error as error:
            self.error = error

    @property
    def waiting(self) -> bool:
        """Whether the transfer still waits."""
        return self._thread.is_alive()

    def end(self) -> None:
        """Wait for the thread."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.connection.close()

    def ended_with(self) -> str:
        """Wait for its end and return the SQLSTATE."""
        self._thread.join(20)
        assert self.error is not None
        return self.error.sqlstate or ""


@contextmanager
def blocked_pair(ledger_url: str, operator_url: str) -> Iterator[tuple[Connection, Waiter]]:
    """Let a transfer of alice's wait for her wallet, which the server's administrator holds."""
    with connected(ledger_url) as watcher, held(ledger_url) as holder:
        waiter = Waiter(operator_url)
        assert wait_for_waiter(watcher, holder) == waiter.pid
        yield holder, waiter
        holder.rollback()
        waiter.end()


def watching_blocked(watcher: Connection) -> list[int]:
    rows = watcher.execute(
        "SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE NOT l.granted AND a.datname = current_database()"
    ).fetchall()
    return [pid for (pid,) in rows]


def started_at(watcher: Connection, pid: int) -> Any:
    row = watcher.execute("SELECT backend_start FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    assert row is not None
    return row[0]
