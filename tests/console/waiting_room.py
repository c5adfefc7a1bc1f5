"""Races made certain: a wallet that is held, a call that waits for it, and a server behind a proxy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from console.writes.operation import Operation
from tests.bookkeeping import wait_until
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection


def payment(amount: int = 10, reference: str | None = None) -> Operation:
    """Return a transfer from alice to bob."""
    arguments = {"from": "alice", "to": "bob", "currency": "CR", "amount": amount, "reference": reference}
    return Operation("transfer.post", "transfer", arguments)


@contextmanager
def opened(url: str, **settings: Any) -> Iterator[Database]:
    """Lend a way to the ledger with settings of its own."""
    database = Database(url, Recorder(capacity=2_000), Settings.model_construct(**settings))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def held(url: str, username: str = "alice") -> Iterator[Connection]:
    """Hold a customer's wallet until the block ends or the connection rolls back."""
    with connected(url, autocommit=False) as holder:
        holder.execute(
            "SELECT FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
            "WHERE u.username = %s FOR UPDATE OF w",
            [username],
        )
        yield holder


def wait_for_waiter(watcher: Connection, holder: Connection) -> int:
    """Wait until a session waits for the holder's lock, and return its process."""
    found: list[int] = []

    def waits() -> bool:
        rows = watcher.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND %s = ANY (pg_blocking_pids(pid))",
            [holder.info.backend_pid],
        )
        found[:] = [pid for (pid,) in rows]
        return bool(found)

    wait_until(waits)
    return found[0]


def server_place(url: str) -> tuple[str, int]:
    """Return where a ledger's server listens: the folder of its socket or its host, and the port."""
    parts = make_url(url)
    host = parts.host or parts.query.get("host") or "localhost"
    port = parts.port or int(str(parts.query.get("port", 5432)))
    return (host if isinstance(host, str) else host[0]), port


def through(port: int, url: str) -> str:
    """Return the same URL by way of a proxy on this machine."""
    parts = make_url(url).set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
    return parts.render_as_string(hide_password=False)
