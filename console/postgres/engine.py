"""The pool of connections to one ledger: how each is made, and with which settings of its session."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import Error as DriverError
from sqlalchemy import create_engine, event

from console.errors import ConsoleError
from console.postgres.driver_errors import is_broken

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Engine

    from console.postgres.breaker import Breaker
    from console.settings import Settings

_RECYCLE_S = 3600


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


def local_settings(settings: Settings) -> str:
    """Return the same for one transaction: a pooler in transaction mode knows no session."""
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in _session_settings(settings).items())


def startup_options(settings: Settings) -> str:
    """Return the session's settings as a connection begins with them."""
    options = " ".join(f"-c {name}={value}" for name, value in _session_settings(settings).items())
    # Transactions say theirs in BEGIN, behind a pooler too; this is for what is asked outside of one.
    options += " -c default_transaction_isolation=read\\ committed"
    return f"{options} -c default_transaction_read_only=on" if settings.read_only else options


def engine_for(url: str, settings: Settings, breaker: Breaker, server: OwnServer | None) -> Engine:
    """Return the pool of connections to a ledger, each with the session's settings; none is made yet."""
    engine = create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_S,
        pool_timeout=10,
        connect_args={
            # A pooler refuses to start with options, and may give a prepared statement's session to others.
            **({"prepare_threshold": None} if settings.pooled else {"options": startup_options(settings)}),
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


def _refuse_commit_of_failed(connection: Any) -> None:
    """Refuse a COMMIT after a swallowed error: it saves nothing, and neither driver nor server says so."""
    driver = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INERROR":
        # SQLAlchemy takes the transaction for ended, and the pool cannot reset a connection inside one.
        driver.rollback()
        raise ConsoleError(
            "An error was passed over inside this transaction; it is rolled back, not committed."
        )
