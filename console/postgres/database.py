"""The way to the database: pooled sessions that read, and the transactions that writes are made of."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from psycopg import Error as DriverError
from pybreaker import CircuitBreakerError
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from console.errors import (
    CancelledError,
    ConsoleError,
    DatabaseUnreachableError,
    OpenedReadOnlyError,
    SchemaError,
    UnavailableError,
)
from console.monitor.recording.attachment import attach
from console.postgres.breaker import Breaker
from console.postgres.driver_errors import is_broken, place, sqlstate_of, translated
from console.postgres.engine import engine_for, local_settings
from console.postgres.schema import other_schema
from console.postgres.unlocking import Unlocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from psycopg import Connection as Driver
    from sqlalchemy.pool import QueuePool

    from console.monitor.recording.recorder import Recorder
    from console.postgres.cancellation import Cancellation
    from console.postgres.engine import OwnServer
    from console.settings import Settings

    Answer = TypeVar("Answer")

_QUERY_CANCELED = "57014"
_READ_ONLY = "25006"
# A function, table or column that is not there, or of another type: what a migrated ledger answers.
_UNKNOWN_THINGS = frozenset({"42883", "42P01", "42703", "42804"})
_CANCEL_TIMEOUT_S = 5.0
OLDEST_SERVER: Final = 150_000
"""The oldest version that there is a ledger on, as server_version_num counts."""


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
        self._unlocking = Unlocking(read_only=settings.read_only)
        self._engine = engine_for(url, settings, self._breaker, server)
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

    @property
    def unlocked_for(self) -> float:
        """For how many seconds writes are let through: 0 when locked, infinite when it is not read-only."""
        return self._unlocking.left_s

    def unlock(self, until: float) -> None:
        """Let writes of a read-only database through until a moment of time.monotonic(), in seconds.

        Whether it may be unlocked at all is for the caller to know: console.workspace.unlocking asks.
        """
        self._unlocking.unlock(until)

    def lock(self) -> None:
        """Let no more writes through; one that has begun goes on to its end."""
        self._unlocking.lock()

    def refuse_locked(self) -> None:
        """Raise OpenedReadOnlyError while no writes are let through: for what writes past this database."""
        if self.unlocked_for <= 0:
            raise OpenedReadOnlyError

    def read(
        self, action: str, work: Callable[[Session], Answer], *, cancel: Cancellation | None = None
    ) -> Answer:
        """Answer a question; each statement sees the newest commits. No BEGIN, so one round trip each."""
        with self._recorder.action(action), self._connected(cancel, autocommit=True) as session:
            return work(session)

    def tried(
        self, action: str, work: Callable[[Session], Answer], *, cancel: Cancellation | None = None
    ) -> Answer:
        """Answer by one statement that writes and undoes it by itself; a locked database refuses it.

        As a question where anything may be written, and else in a transaction, which alone can write.
        """
        if not self._settings.read_only:
            return self.read(action, work, cancel=cancel)
        with self.transaction(action, cancel=cancel) as session:
            answer = work(session)
            session.rollback()
            return answer

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
        """Lend a session in READ COMMITTED; nothing is committed but by who asked for it.

        A read-only database's is READ ONLY for the server, unless it is unlocked when it begins.
        """
        writes = self._unlocking.left_s > 0
        with self._recorder.action(action), self._connected(cancel, readonly=not writes) as session:
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
        readonly: bool | None = None,
    ) -> Iterator[Session]:
        """Lend a session whose running statement `cancel` can end on the server."""
        pooled = self._settings.pooled
        # Behind a pooler each statement without a transaction may get another session, without our settings.
        options: dict[str, Any] = {
            "isolation_level": "AUTOCOMMIT" if autocommit and not pooled else isolation
        }
        # Stated for each: the pool leaves READ WRITE behind, which counts for more than the session's own.
        if readonly or self._settings.read_only:
            options["postgresql_readonly"] = readonly is not False
        with self._translating("All connections are busy; cancel something or wait.", cancel):
            with self._recorder.waiting(), self._wanted():
                lent = self._engine.connect()
            with lent.execution_options(**options) as connection, Session(connection) as session:
                if pooled:
                    session.execute(text(local_settings(self._settings)))
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
            if self._settings.read_only and sqlstate_of(error) == _READ_ONLY:
                raise OpenedReadOnlyError from error
            if sqlstate_of(error) in _UNKNOWN_THINGS and (other := self._other_schema()) is not None:
                raise other from error
            raise translated(error, self._url) from error

    def _other_schema(self) -> SchemaError | None:
        """Look whether somebody has migrated the ledger since this console opened it; one small question."""
        try:
            with self._recorder.aside("session.schema"), self._engine.connect() as connection:
                found = connection.scalar(text("SELECT v.version_num FROM ledger.schema_version v"))
        except (DBAPIError, DriverError, PoolTimeoutError, CircuitBreakerError):
            return None
        return None if found is None else other_schema(str(found))


def _hang_up(_driver: object, record: Any) -> None:
    """Close what comes back: disposing of a pool leaves what is in use to the collector of garbage."""
    record.invalidate()


def _cancel(driver: Driver[Any], recorder: Recorder) -> None:
    with recorder.statement("CANCEL"):
        driver.cancel_safe(timeout=_CANCEL_TIMEOUT_S)


def checked_facts(found: Any) -> SessionFacts:
    """Return what ledger.session_check() found; raises SchemaError where this console must not work."""
    wrong = None
    if found.version_number < OLDEST_SERVER:
        wrong = f"PostgreSQL {found.server_version} is too old; 15 or newer is needed."
    elif found.encoding != "UTF8":
        wrong = f"The database's encoding is {found.encoding}; only UTF8 is safe for names."
    elif found.synchronous_commit == "off":
        wrong = "The server runs with synchronous_commit = off: an acknowledged posting could be lost."
    elif found.replica:
        wrong = "This server is a read-only replica; connect to the primary."
    if wrong is not None:
        raise SchemaError(wrong)
    other = other_schema(found.schema_version or "")
    if other is not None:
        raise other
    return SessionFacts(found.operator, frozenset(found.rights), found.server_version, found.database)
