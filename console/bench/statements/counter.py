"""Counts the statements that the driver is asked to send, whoever asks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from console.postgres.database import Database

# What the driver sends around a question; budgets do not count it. ";" is the pool's ping.
_HOUSEKEEPING = (";", "BEGIN", "COMMIT", "ROLLBACK", "SET ", "SAVEPOINT", "RELEASE")


class Counter:
    """How many statements one connection has sent."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.statements = 0
        connection.cursor_factory = self._cursors()

    def _cursors(self) -> type[psycopg.Cursor[Any]]:
        """Return a cursor that tells this counter; SQLAlchemy and COPY use the connection's cursors too."""
        counter = self

        class Counting(psycopg.Cursor[Any]):
            @override
            def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
                counter.note(query)
                return super().execute(query, *arguments, **options)

            @override
            def executemany(self, query: Any, *arguments: Any, **options: Any) -> Any:
                counter.note(query)
                return super().executemany(query, *arguments, **options)

            @override
            def copy(self, statement: Any, *arguments: Any, **options: Any) -> Any:
                counter.note(statement)
                return super().copy(statement, *arguments, **options)

        return Counting

    def timed(self, way: Callable[[], object]) -> tuple[int, float]:
        """Return how many statements a way sent, and how many seconds it took."""
        before, started = self.statements, time.perf_counter()
        way()
        return self.statements - before, time.perf_counter() - started

    def note(self, query: object) -> None:
        """Count one statement unless it is housekeeping."""
        text = query.decode() if isinstance(query, bytes) else str(query)
        if not text.lstrip().upper().startswith(_HOUSEKEEPING):
            self.statements += 1


def count_statements(database: Database) -> Counter:
    """Count what the console sends; its pool must hold one connection only."""
    limit = database.pool.limit
    if limit != 1:
        raise ValueError(f"statements of {limit} connections cannot be counted on one")

    def attach(session: Session) -> Counter:
        driver = session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(type(driver))
        return Counter(driver)

    return database.read("bench.attach", attach)
