"""A private PostgreSQL server that lives as long as somebody uses it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from console.errors import EmbeddedServerError
from console.postgres.embedded.account import account_for
from console.postgres.embedded.cluster import OWNER_ROLE, Cluster
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.leases import Lease, alone, any_held
from console.postgres.embedded.passwords import Passwords
from console.postgres.embedded.postmaster import Postmaster, is_halted
from console.postgres.embedded.programs import Programs
from console.postgres.embedded.running import Running
from console.postgres.embedded.sockets import socket_folder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

DATABASE: Final = "ledger"

_CONNECT_TIMEOUT_S: Final = 10
_LOOPBACK: Final = "127.0.0.1"


class EmbeddedServer:
    """The server of one data folder: the first to start it starts it, the last to stop it stops it.

    Any number of processes, threads and objects may use one folder. Each start() needs its stop().
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.expanduser().absolute()
        self._guard = threading.RLock()
        self._users = 0
        self._folder: Folder | None = None
        self._lease: Lease | None = None
        self._server: Postmaster | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server or join the running one; raises EmbeddedServerError that says what to do."""
        with self._guard:
            self._join()
            self._users += 1

    def stop(self) -> None:
        """Leave the server; it stops when nobody else uses it. Does nothing when it was not started."""
        with self._guard:
            self._users = max(0, self._users - 1)
            if self._users == 0 and self._folder is not None and self._lease is not None:
                folder, lease = self._folder, self._lease
                self._lease = self._server = None
                try:
                    with alone(folder.lock):
                        _leave(folder, lease)
                finally:
                    lease.release()

    def revive(self) -> None:
        """Start the server again if it has died since; the URLs may be others afterwards."""
        with self._guard:
            self._started()
            self._join()

    def start_if_dead(self, process: int) -> bool:
        """Start the server again if `process`, which did not answer, has gone; return whether it had.

        One that runs and does not answer is left alone. One that another client, or another thread while
        this one waited, has started is joined.
        """
        with self._guard:
            self._started()
            running = None if self._folder is None else Postmaster.running(self._folder.pgdata)
            if running is not None and running.pid == process:
                return False
            self._join()
            return True

    @property
    def process(self) -> int:
        """The number of its process; of one that was started anew, the new one once it is ready."""
        return self._started().pid

    @property
    def halted(self) -> bool:
        """Whether its process is there but stopped, so that no connection can be made."""
        return self._server is not None and is_halted(self._server.pid)

    @property
    def address(self) -> tuple[str, int]:
        """Where it answers: the folder of its socket or a host, and the port."""
        server = self._started()
        return server.sockets or _LOOPBACK, server.port

    @property
    def owner_url(self) -> str:
        """The URL of the superuser, for making roles and the schema; the password is in it."""
        password = self.passwords.owner()
        if password is None:
            raise EmbeddedServerError(f"The database's password is missing in {self._data_dir}.")
        return self.url_for(OWNER_ROLE, password)

    def url_for(self, user: str, password: str, database: str = DATABASE) -> str:
        """Return the URL by which this role reaches a database of the running server."""
        return _url(self._started(), user, password, database)

    @property
    def passwords(self) -> Passwords:
        """The passwords kept beside the database."""
        return Passwords(Folder.of(self._data_dir).secrets)

    def _started(self) -> Postmaster:
        if self._server is None:
            raise EmbeddedServerError(f"The database in {self._data_dir} has not been started.")
        return self._server

    def _join(self) -> None:
        folder = Folder.prepare(self._data_dir)
        with alone(folder.lock):
            lease = self._lease or Lease.take(folder.leases)
            try:
                server = _bring_up(folder)
            except BaseException:
                if self._lease is None:
                    with suppress(EmbeddedServerError):  # the first failure is the one to tell
                        _leave(folder, lease)
                raise
            self._folder, self._lease, self._server = folder, lease, server


def _bring_up(folder: Folder) -> Postmaster:
    """Return the running server with its database in it; call it alone()."""
    running = _running(folder)
    passwords = Passwords(folder.secrets)
    Cluster(folder, running.programs).ensure(passwords)
    server = running.ensure()
    try:
        _ensure_database(server, passwords.owner() or "")
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise EmbeddedServerError(
            f"The database in {folder.pgdata} runs but cannot be used: {reason} "
            f"Its report is in {folder.log}."
        ) from None
    return server


def _leave(folder: Folder, lease: Lease) -> None:
    """Give the lease up and stop a server nobody uses; call it alone()."""
    lease.release()
    if not any_held(folder.leases):
        _running(folder).stop()


def _running(folder: Folder) -> Running:
    account = account_for(folder.pgdata)
    sockets = socket_folder(folder, account)
    return Running(folder, Programs.find(folder, account, sockets), sockets)


def _ensure_database(server: Postmaster, password: str) -> None:
    """Make the database unless it is there; a first start may have been killed just before it."""
    with _connect(server, password, "postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _connect(server: Postmaster, password: str, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=server.sockets or _LOOPBACK,
        port=server.port,
        user=OWNER_ROLE,
        password=password,
        dbname=database,
        connect_timeout=_CONNECT_TIMEOUT_S,
        autocommit=True,
    )


def _url(server: Postmaster, user: str, password: str, database: str) -> str:
    """Return a URL that SQLAlchemy and, without +psycopg, libpq read alike: a space must be %20, never +."""
    role = f"{quote(user, safe='')}:{quote(password, safe='')}"
    name = quote(database, safe="")
    if server.sockets:
        where = f"/{name}?host={quote(server.sockets, safe='')}&port={server.port}"
    else:
        where = f"{_LOOPBACK}:{server.port}/{name}"
    return f"postgresql+psycopg://{role}@{where}"
