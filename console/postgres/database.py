"""The way to the database: pooled sessions that read, and the transactions that writes are made of."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from psycopg import Error as DriverError
from pybreaker import CircuitBreakerError
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from console.errors import (
    CancelledError,
    ConsoleError,
    DatabaseUnreachableError,
    SchemaError,
    UnavailableError,
)
from console.monitor.recording.attachment import attach
from console.postgres.breaker import Breaker
from console.postgres.driver_errors import is_broken, place, sqlstate_of, translated
from models.migrations import head_revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from psycopg import Connection as Driver
    from sqlalchemy import Dialect, Engine
    from sqlalchemy.pool import QueuePool

    from console.monitor.recording.recorder import Recorder
    from console.postgres.cancellation import Cancellation
    from console.settings import Settings

    Answer = TypeVar("Answer")

_QUERY_CANCELED = "57014"
_CANCEL_TIMEOUT_S = 5.0
_RECYCLE_S = 3600
_OLDEST_SERVER = 150_000


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections in use, and how many there may be; overflow are those above the pool's lasting ones.

    waiting: threads that want a connection while all are in use.
    """

    busy: int
    limit: int
    overflow: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Who the server says we are, and what it is."""

    operator: str
    rights: frozenset[str]
    server_version: str
    database: str


class OwnServer(Protocol):
    """A server that runs on this computer for one ledger alone."""

    @property
    def halted(self) -> bool:
        """Whether its process is there but stopped, so that it answers nobody."""
        ...

    @property
    def address(self) -> tuple[str, int]:
        """Where it answers: the folder of its socket or a host, and the port."""
        ...

    @property
    def process(self) -> int:
        """The number of its process."""
        ...

    def start_if_dead(self, process: int) -> bool:
        """Start it again if this process has gone; return whether it had."""
        ...


class Database:
    """One profile's database; safe on any thread. Every call blocks, so none on the GUI thread."""

    def __init__(
        self, url: str, recorder: Recorder, settings: Settings, *, server: OwnServer | None = None
    ) -> None:
        """`server` is what runs on this computer for this ledger alone: it is started again when it died."""
        self._url = make_url(url)
        self._recorder = recorder
        self._settings = settings
        self._counting = threading.Lock()
        self._wanting = 0
        self._breaker = Breaker(settings.breaker_failures, settings.breaker_pause_s, is_broken)
        self._server = server
        self._engine = _engine(url, settings, self._breaker, server)
        attach(recorder, self._engine)

    @property
    def place(self) -> str:
        """Name the server and database, without user or password."""
        return place(self._url)

    @property
    def settings(self) -> Settings:
        """The timeouts and sizes this database works with."""
        return self._settings

    @property
    def recorder(self) -> Recorder:
        """Where this database's statements are recorded."""
        return self._recorder

    @property
    def pool(self) -> PoolUse:
        """How much of the pool is in use now."""
        pool = cast("QueuePool", self._engine.pool)
        busy, limit = pool.checkedout(), self._settings.pool_size + self._settings.pool_overflow
        # Until the pool is full, SQLAlchemy's overflow counts what is missing, below zero.
        return PoolUse(busy, limit, max(0, pool.overflow()), self._wanting if busy >= limit else 0)

    @property
    def breaker(self) -> Breaker:
        """Whether connections are made, or the server is left alone for a while."""
        return self._breaker

    def read(
        self, action: str, work: Callable[[Session], Answer], *, cancel: Cancellation | None = None
    ) -> Answer:
        """Answer a question; each statement sees the newest commits. No BEGIN, so one round trip each."""
        with self._recorder.action(action), self._connected(cancel, autocommit=True) as session:
            return work(session)

    def snapshot(
        self, action: str, work: Callable[[Session], Answer], *, cancel: Cancellation | None = None
    ) -> Answer:
        """Answer a question whose statements must all see the same moment: reports and exports."""
        with (
            self._recorder.action(action),
            self._connected(cancel, isolation="REPEATABLE READ", readonly=True) as session,
        ):
            answer = work(session)
            # It has written nothing, but after a ROLLBACK the driver prepares all its statements anew.
            session.commit()
            return answer

    @contextmanager
    def transaction(self, action: str, *, cancel: Cancellation | None = None) -> Iterator[Session]:
        """Lend a session in READ COMMITTED; nothing is committed but by who asked for it."""
        with self._recorder.action(action), self._connected(cancel) as session:
            yield session

    def session_facts(self, *, cancel: Cancellation | None = None) -> SessionFacts:
        """Check the connection, in one statement; raises SchemaError where this console must not work."""
        statement = text("SELECT * FROM ledger.session_check()")
        with self._recorder.action("session.rights"), self._connected(cancel, autocommit=True) as session:
            return checked_facts(session.execute(statement).one())

    def pulse(self) -> float:
        """Ask the server for a sign of life; return the milliseconds it took.

        The pool's own check of a connection does it, so no statement is recorded.
        """
        if self._server is not None and self._server.halted:
            raise UnavailableError("The server's process is halted.")
        started = time.perf_counter()
        with self._translating("All connections are busy."):
            self._engine.connect().close()
        return (time.perf_counter() - started) * 1_000

    @contextmanager
    def own_connection(self) -> Iterator[Driver[Any]]:
        """Lend a connection outside of the pool, each statement committed: for whoever listens for long."""
        with self._translating("All connections are busy."):
            lent = self._engine.connect()
        with lent.execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = cast("Driver[Any]", connection.connection.driver_connection)
            connection.detach()
            try:
                yield driver
            finally:
                # It is in no pool; one that broke could not be reset, and the log would tell of it.
                driver.close()
                connection.invalidate()

    def close(self) -> None:
        """Close the pool; sessions still at work are closed when they come back."""
        event.listen(self._engine.pool, "checkin", _hang_up)
        self._engine.dispose()

    @contextmanager
    def _wanted(self) -> Iterator[None]:
        """Count a thread among those that want a connection."""
        with self._counting:
            self._wanting += 1
        try:
            yield
        finally:
            with self._counting:
                self._wanting -= 1

    @contextmanager
    def _connected(
        self,
        cancel: Cancellation | None,
        *,
        autocommit: bool = False,
        isolation: str = "READ COMMITTED",
        readonly: bool = False,
    ) -> Iterator[Session]:
        """Lend a session whose running statement `cancel` can end on the server."""
        pooled = self._settings.pooled
        # Behind a pooler each statement without a transaction may get another session, without our settings.
        options: dict[str, Any] = {
            "isolation_level": "AUTOCOMMIT" if autocommit and not pooled else isolation
        }
        if readonly:
            options["postgresql_readonly"] = True
        with self._translating("All connections are busy; cancel something or wait.", cancel):
            with self._recorder.waiting(), self._wanted():
                lent = self._engine.connect()
            with lent.execution_options(**options) as connection, Session(connection) as session:
                if pooled:
                    session.execute(text(_local_settings(self._settings)))
                if cancel is None:
                    yield session
                    return
                driver = cast("Driver[Any]", connection.connection.driver_connection)
                cancel.attach(lambda: _cancel(driver, self._recorder))
                try:
                    yield session
                finally:
                    cancel.detach()

    @contextmanager
    def _translating(self, busy: str, cancel: Cancellation | None = None) -> Iterator[None]:
        """Turn what goes wrong with a connection into our own errors; `busy`: when there is none left."""
        try:
            yield
        except ConsoleError:
            raise
        except CircuitBreakerError as error:
            raise DatabaseUnreachableError(self.place, str(error)) from error
        except PoolTimeoutError as error:
            raise UnavailableError(busy) from error
        except (DBAPIError, DriverError) as error:
            if cancel is not None and cancel.cancelled and sqlstate_of(error) == _QUERY_CANCELED:
                raise CancelledError from error
            raise translated(error, self._url) from error


def _session_settings(settings: Settings) -> dict[str, int | str]:
    return {
        "statement_timeout": settings.statement_timeout_s * 1000,
        "lock_timeout": settings.lock_timeout_s * 1000,
        "idle_in_transaction_session_timeout": 5000,
        # A server on Windows, as the embedded one is there, takes only 0.
        "client_connection_check_interval": 0 if sys.platform == "win32" else 1000,
        "timezone": "UTC",
        "jit": "off",
    }


def _local_settings(settings: Settings) -> str:
    """Return the same for one transaction: a pooler in transaction mode knows no session."""
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in _session_settings(settings).items())


def _engine(url: str, settings: Settings, breaker: Breaker, server: OwnServer | None) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in _session_settings(settings).items())
    # Transactions say theirs in BEGIN, behind a pooler too; this is for what is asked outside of one.
    options += " -c default_transaction_isolation=read\\ committed"
    engine = create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_S,
        pool_timeout=10,
        connect_args={
            # A pooler refuses to start with options, and may give a prepared statement's session to others.
            **({"prepare_threshold": None} if settings.pooled else {"options": options}),
            "application_name": "ledger-console",
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 5000,
        },
    )
    event.listen(engine, "commit", _refuse_commit_of_failed)

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, _record: object, args: list[Any], parameters: dict[str, Any]) -> object:
        def make() -> object:
            # Before it is tried: another thread may find the same dead server, and start it first.
            process = 0 if server is None else server.process
            try:
                return dialect.connect(*args, **parameters)
            except DriverError as error:
                if server is None or not is_broken(error) or not server.start_if_dead(process):
                    raise
                parameters["host"], parameters["port"] = server.address
                return dialect.connect(*args, **parameters)

        # A server of our own that is dead is started; the breaker spares one whose silence takes seconds.
        return make() if server is not None else breaker.connect(make)

    return engine


def _hang_up(_driver: object, record: Any) -> None:
    """Close what comes back: disposing of a pool leaves what is in use to the collector of garbage."""
    record.invalidate()


def _refuse_commit_of_failed(connection: Any) -> None:
    """Refuse a COMMIT after a swallowed error: it saves nothing, and neither driver nor server says so."""
    driver = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INERROR":
        # SQLAlchemy takes the transaction for ended, and the pool cannot reset a connection inside one.
        driver.rollback()
        raise ConsoleError(
            "An error was passed over inside this transaction; it is rolled back, not committed."
        )


def _cancel(driver: Driver[Any], recorder: Recorder) -> None:
    with recorder.statement("CANCEL"):
        driver.cancel_safe(timeout=_CANCEL_TIMEOUT_S)


def checked_facts(found: Any) -> SessionFacts:
    """Return what ledger.session_check() found; raises SchemaError where this console must not work."""
    wrong = None
    if found.version_number < _OLDEST_SERVER:
        wrong = f"PostgreSQL {found.server_version} is too old; 15 or newer is needed."
    elif found.encoding != "UTF8":
        wrong = f"The database's encoding is {found.encoding}; only UTF8 is safe for names."
    elif found.synchronous_commit == "off":
        wrong = "The server runs with synchronous_commit = off: an acknowledged posting could be lost."
    elif found.replica:
        wrong = "This server is a read-only replica; connect to the primary."
    elif found.schema_version != head_revision():
        wrong = (
            f"The ledger has schema {found.schema_version} and this console needs {head_revision()}. "
            "Run: ledgerctl migrate"
        )
    if wrong is not None:
        raise SchemaError(wrong)
    return SessionFacts(found.operator, frozenset(found.rights), found.server_version, found.database)
