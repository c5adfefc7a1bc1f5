"""A private PostgreSQL server that lives as long as somebody uses it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

import psycopg
from psycopg import sql

from console.errors import EmbeddedServerError
from console.postgres.embedded.account import account_for
from console.postgres.embedded.cluster import OWNER_ROLE, Cluster
from console.postgres.embedded.copies.exchange import carry_through, put_in_place
from console.postgres.embedded.copies.majors import MajorUpgrade, older_major
from console.postgres.embedded.copies.staging import sweep
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.leases import Lease, alone, any_held, others_hold
from console.postgres.embedded.passwords import Passwords
from console.postgres.embedded.postmaster import LOOPBACK, Postmaster, is_halted
from console.postgres.embedded.programs import Programs
from console.postgres.embedded.running import Running
from console.postgres.embedded.sockets import socket_folder
from console.postgres.steps import untold

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from console.postgres.steps import Tell

DATABASE: Final = "ledger"


class EmbeddedServer:
    """The server of one data folder: the first to start it starts it, the last to stop it stops it.

    Any number of processes, threads and objects may use one folder. Each start() needs its stop().
    """

    def __init__(self, data_dir: Path, tell: Tell = untold) -> None:
        """`tell` hears of what takes long: data of an older PostgreSQL are brought to this one."""
        self._tell = tell
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
        return server.sockets or LOOPBACK, server.port

    @property
    def owner_url(self) -> str:
        """The URL of the superuser, for making roles and the schema; the password is in it."""
        password = self.passwords.owner()
        if password is None:
            raise EmbeddedServerError(f"The database's password is missing in {self._data_dir}.")
        return self.url_for(OWNER_ROLE, password)

    def url_for(self, user: str, password: str, database: str = DATABASE) -> str:
        """Return the URL by which this role reaches a database of the running server."""
        return self._started().url_for(user, password, database)

    @property
    def passwords(self) -> Passwords:
        """The passwords kept beside the database."""
        return Passwords(Folder.of(self._data_dir).secrets)

    @property
    def folder(self) -> Folder:
        """Its folder; it need not be there yet."""
        return Folder.of(self._data_dir)

    @property
    def postmaster(self) -> Postmaster:
        """The process, and where it answers."""
        return self._started()

    def refuse_shared(self) -> None:
        """Raise EmbeddedServerError while anybody else uses the server."""
        with self._guard:
            self._started()
            folder, lease = self.folder, self._lease
            with alone(folder.lock):
                if self._users > 1 or lease is None or others_hold(folder.leases, lease):
                    raise EmbeddedServerError(in_use(folder))

    def replace(self, incoming: Path, last_look: Callable[[], None]) -> Path | None:
        """Stop the server, put another cluster in place of its own, start that; return where the old is kept.

        `last_look` is called when nobody else can come any more, and may still raise. Refused with
        EmbeddedServerError while anybody else uses the server.
        """
        with self._guard:
            folder, lease = self._folder, self._lease
            if folder is None or lease is None:
                raise EmbeddedServerError(f"The database in {self._data_dir} has not been started.")
            with alone(folder.lock):
                if self._users > 1 or others_hold(folder.leases, lease):
                    raise EmbeddedServerError(in_use(folder))
                last_look()
                _running(folder).stop()
                kept = put_in_place(folder, incoming, "replaced")
                self._server = _bring_up(folder, lease, self._tell)
            return kept

    def _started(self) -> Postmaster:
        if self._server is None:
            raise EmbeddedServerError(f"The database in {self._data_dir} has not been started.")
        return self._server

    def _join(self) -> None:
        folder = Folder.prepare(self._data_dir)
        with alone(folder.lock):
            lease = self._lease or Lease.take(folder.leases)
            try:
                server = _bring_up(folder, lease, self._tell)
            except BaseException:
                if self._lease is None:
                    with suppress(EmbeddedServerError):  # the first failure is the one to tell
                        _leave(folder, lease)
                raise
            self._folder, self._lease, self._server = folder, lease, server


def _bring_up(folder: Folder, lease: Lease, tell: Tell) -> Postmaster:
    """Return the running server with its database in it; call it alone()."""
    carry_through(folder)
    sweep(folder)
    passwords = Passwords(folder.secrets)
    major = older_major(folder)
    if major is not None and passwords.owner() is not None:
        if others_hold(folder.leases, lease):
            raise EmbeddedServerError(in_use(folder))
        MajorUpgrade(folder, passwords, tell).run(major)
    running = _running(folder)
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


def in_use(folder: Folder) -> str:
    """Say that somebody else uses the server, and what to do."""
    return (
        f"Another console or command uses the database in {folder.path}; close it and try again. "
        "Nothing was changed."
    )


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
    with server.connect(OWNER_ROLE, password, "postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
