"""One PostgreSQL for all tests of a session: databases copied from a template, a login for each role."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psutil
import psycopg
import stamina
from psycopg import errors, sql
from sqlalchemy.engine import make_url

from console.postgres.embedded.server import EmbeddedServer
from console.workspace.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT: Final = "LEDGER_TEST_DATABASE_URL"
CURRENCY: Final = "CR"
PASSWORD: Final = "only-for-tests"

# The group role of each login; the second operator is for whatever two people must not do to each other.
LOGINS: Final = {
    "t_viewer": "ledger_viewer",
    "t_support": "ledger_support",
    "t_operator": "ledger_operator",
    "t_operator2": "ledger_operator",
    "t_approver": "ledger_approver",
    "t_auditor": "ledger_auditor",
    "t_admin": "ledger_admin",
    "t_keeper": "ledger_keeper",
}

# The role that only counts attempts to sign in.
GATE: Final = "ledger_gate"

# Linux's file system in memory, and how much must be free there: a server's log and a test's databases.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
_ROOM: Final = 4 * 2**30

# Several test processes may make the roles of one server at the same moment.
_RACES: Final = (errors.UniqueViolation, errors.DuplicateObject, errors.InternalError_)


class Cluster:
    """A server on which tests may make databases and roles; `url` is its administrator's."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")

    def url(self, database: str, login: str | None = None) -> str:
        """Return SQLAlchemy's URL of a database, as the administrator or as one of LOGINS or the gate."""
        url = self._url.set(database=database)
        if login is not None:
            url = url.set(username=login, password=PASSWORD)
        return url.render_as_string(hide_password=False)

    def create(self, template: str | None = None) -> str:
        """Make a database and return its name."""
        name = f"t_{os.getpid()}_{uuid4().hex[:12]}"
        source = sql.Identifier(template or "template0")
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(sql.Identifier(name), source)
        )
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def create_template(self) -> str:
        """Make the migrated database that others are copied from; nobody may connect to it."""
        name = self.create()
        url = self.url(name)
        migrate(url)
        with connected(url) as connection:
            connection.execute("SELECT ledger.add_currency(%s, 2::smallint)", [CURRENCY])
        self._create_logins()
        self._run(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        return name

    def _create_logins(self) -> None:
        for login, group in LOGINS.items():
            role = sql.Identifier(login)
            for attempt in stamina.retry_context(on=_RACES, attempts=20, wait_initial=0.02, wait_max=0.5):
                with attempt:
                    if not self._has_role(login):
                        self._run(sql.SQL("CREATE ROLE {} LOGIN").format(role))
                    self._run(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(PASSWORD)))
                    self._run(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role))
        for attempt in stamina.retry_context(on=_RACES, attempts=20, wait_initial=0.02, wait_max=0.5):
            with attempt:
                self._run(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(GATE), sql.Literal(PASSWORD))
                )

    def _has_role(self, name: str) -> bool:
        with connected(self.url("postgres")) as connection:
            found = connection.execute("SELECT to_regrole(%s) IS NOT NULL", [name]).fetchone()
        return found == (True,)

    def _run(self, statement: sql.Composed) -> None:
        with connected(self.url("postgres")) as connection:
            connection.execute(statement)


@contextmanager
def data_folder(disk: Path) -> Iterator[Path]:
    """Lend a folder for a server's data, in memory where there is room, else `disk`.

    In memory a CREATE DATABASE takes 15 ms; on a virtual machine's ext4 it took 100 to 350.
    """
    if not _MEMORY.is_dir():
        yield disk
        return
    for left in _MEMORY.glob("ledger-tests-*"):
        if not psutil.pid_exists(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(_MEMORY).free < _ROOM:
        yield disk
        return
    with TemporaryDirectory(prefix=f"ledger-tests-{os.getpid()}-", dir=_MEMORY) as folder:
        yield Path(folder)


@contextmanager
def running_cluster(disk: Path) -> Iterator[Cluster]:
    """Lend the server that the environment names, or one of our own, on `disk` if it must be."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        yield Cluster(given)
        return
    with data_folder(disk) as folder, EmbeddedServer(folder) as server:
        cluster = Cluster(server.owner_url)
        with connected(cluster.url("postgres")) as connection:
            # The tests' data may be lost with the machine. synchronous_commit stays: the console asks for it.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("ALTER SYSTEM SET max_wal_size = '512MB'")
            connection.execute("SELECT pg_reload_conf()")
        yield cluster


@contextmanager
def connected(url: str, *, autocommit: bool = True) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Lend a connection of the bare driver, without the console between."""
    with psycopg.connect(driver_url(url), autocommit=autocommit) as connection:
        yield connection


def driver_url(url: str) -> str:
    """Return SQLAlchemy's URL as libpq reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
