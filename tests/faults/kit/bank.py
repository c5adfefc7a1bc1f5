"""A server of the harness's own, which it may stop at any moment, and banks on it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, LiteralString

from sqlalchemy.engine import make_url

from console.postgres.embedded.folder import Folder
from console.postgres.embedded.postmaster import Postmaster
from console.postgres.embedded.server import EmbeddedServer
from tests.cluster import Cluster, connected, driver_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.kit.operations import Town

OPERATOR: Final = "t_operator"
_STOP_S: Final = 10.0
_OPENING: Final = 700
_OPEN: Final[LiteralString] = """
    SELECT ledger.open_account(gen_random_uuid(), %s, 'CR', p_reason => 'opened for the fire') ->> 'status'"""
_PAY_IN: Final[LiteralString] = """
    SELECT ledger.transfer(gen_random_uuid(), '@external', %s, 'CR', %s) ->> 'status'"""


class Server:
    """A private PostgreSQL that writes through to the disk as in production."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder.of(folder)
        self._embedded = EmbeddedServer(folder)
        self._embedded.start()
        try:
            self.cluster = Cluster(self._embedded.owner_url)
            with connected(self.cluster.url("postgres")) as connection:
                # Found before a lock's own timeout, so that it shows as what it is.
                connection.execute("ALTER SYSTEM SET deadlock_timeout = '100ms'")
                connection.execute("SELECT pg_reload_conf()")
                settings = connection.execute(
                    "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
                ).fetchone()
            assert settings == ("on", "on"), "the fire needs a server that keeps its promises"
            self.template = self.cluster.create_template()
        except BaseException:
            self._embedded.stop()
            raise

    def stop(self) -> None:
        """Stop the server; start it first if a run left it stopped, so that it ends in order."""
        try:
            self._embedded.revive()
        finally:
            self._embedded.stop()

    def place(self) -> tuple[str, int]:
        """Return where the server listens: the folder of its socket or its address, and the port."""
        url = make_url(self._embedded.owner_url)
        sockets = url.query.get("host")
        return (str(sockets), int(str(url.query["port"]))) if sockets else (url.host or "", url.port or 0)

    def crash(self) -> None:
        """Stop the server at once, as pg_ctl -m immediate does, and start it again: it recovers."""
        running = Postmaster.running(self._folder.pgdata)
        assert running is not None, "the server ended by itself"
        os.kill(running.pid, signal.SIGQUIT)
        give_up_at = time.monotonic() + _STOP_S
        while Postmaster.running(self._folder.pgdata) is not None:
            assert time.monotonic() < give_up_at, "the server did not stop"
            time.sleep(0.01)
        self._embedded.revive()

    def report(self) -> bytes:
        """Return what the server reported."""
        with suppress(OSError):
            return self._folder.log.read_bytes()
        return b""

    @contextmanager
    def bank(self, town: Town) -> Iterator[Bank]:
        """Lend a ledger in which everybody of the town has some money."""
        name = self.cluster.create(self.template)
        try:
            bank = Bank(self, name, town)
            with connected(bank.admin_url, autocommit=False) as connection:
                for username in town.names:
                    opened = connection.execute(_OPEN, [username]).fetchone()
                    paid = connection.execute(_PAY_IN, [username, _OPENING]).fetchone()
                    assert (opened, paid) == (("opened",), ("posted",))
            yield bank
        finally:
            self._embedded.revive()
            self.cluster.drop(name)


class Bank:
    """One ledger on the server."""

    def __init__(self, server: Server, database: str, town: Town) -> None:
        self.server = server
        self.town = town
        self.database = database
        self.admin_url = driver_url(server.cluster.url(database))
        self.operator_url = driver_url(server.cluster.url(database, OPERATOR))

    def proxied_url(self, port: int) -> str:
        """Return the operator's URL through a proxy on the loopback."""
        url = make_url(self.server.cluster.url(self.database, OPERATOR))
        through = url.set(host="127.0.0.1", port=port).set(
            query={"sslmode": "disable", "gssencmode": "disable"}
        )
        return driver_url(through.render_as_string(hide_password=False))


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Lend a server of one's own."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
