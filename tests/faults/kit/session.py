"""A client's connection, which never waits for ever: an answer that does not come ends it."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Literal, LiteralString, TypeAlias

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.faults.kit.outbox import Outcome

APPLICATION: Final = "fire"

# In a block, by itself, BEGIN, call and COMMIT at once, or in a block with a pause before and after.
Manner: TypeAlias = Literal["block", "alone", "pipeline", "slow"]
MANNERS: Final[tuple[Manner, ...]] = ("block", "alone", "pipeline")

_PATIENCE_S: Final = 2.5
_PAUSE_S: Final = 0.03
_POLL_S: Final = 0.05
_OPTIONS: Final = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": 3000,
        "lock_timeout": 1500,
        "idle_in_transaction_session_timeout": 1500,
        "client_connection_check_interval": 500,
    }.items()
)


class Session:
    """One connection at a time, made when it is needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._guard = threading.Lock()
        self._deadline: float | None = None
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._watch.start()

    def close(self) -> None:
        """Close the connection and stop watching it."""
        self._ended.set()
        self._watch.join()
        self.drop()

    def drop(self) -> None:
        """Give the connection up; the next call makes a new one."""
        with self._guard:
            connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    @property
    def lost(self) -> bool:
        """Whether there is no usable connection."""
        return self._connection is None or self._connection.closed

    @contextmanager
    def connection(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Lend the connection for one transaction; the whole block must end within the patience."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url, application_name=APPLICATION, options=_OPTIONS, connect_timeout=2
            )
        connection = self._connection
        with self._guard:
            self._deadline = time.monotonic() + _PATIENCE_S
        try:
            connection.autocommit = autocommit
            yield connection
        except BaseException:
            with suppress(psycopg.Error):
                connection.rollback()
            raise
        finally:
            with self._guard:
                self._deadline = None

    def call(self, statement: LiteralString, values: Sequence[object], manner: Manner) -> Outcome:
        """Call one of the ledger's functions; what it returns has been committed."""
        with self.connection(autocommit=manner == "alone") as connection:
            if manner == "pipeline":
                with connection.pipeline():
                    cursor = connection.execute(statement, values)
                    connection.commit()
            else:
                if manner == "slow":
                    connection.execute("SELECT")
                    time.sleep(_PAUSE_S)
                cursor = connection.execute(statement, values)
                if manner == "slow":
                    time.sleep(_PAUSE_S)
                if manner != "alone":
                    connection.commit()
            row = cursor.fetchone()
        assert row is not None
        answer: Outcome = row[0]
        return answer

    def _watching(self) -> None:
        while not self._ended.wait(_POLL_S):
            with self._guard:
                connection = self._connection
                if self._deadline is None or connection is None or time.monotonic() < self._deadline:
                    continue
                self._deadline = None
                with suppress(OSError, psycopg.Error):
                    copy = socket.socket(fileno=os.dup(connection.fileno()))
                    copy.shutdown(socket.SHUT_RDWR)
                    copy.close()
