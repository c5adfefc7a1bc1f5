"""What of an engine's work becomes a record: its statements, the reading of their rows, its COMMITs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, Self

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.sql import Composable
from sqlalchemy import event
from typing_extensions import override

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from console.monitor.recording.recorder import Clocks, Recorder


class RecordingCursor(psycopg.Cursor[Any]):
    """A cursor whose statements are recorded, and when it is closed how long their rows took to be read.

    Not SQLAlchemy's events before and after a statement: they cost 5 µs more, and do not see a row.
    """

    recorder: ClassVar[Recorder]
    # On the class: a cursor is made for each statement, and __init__ would be a call more.
    _place = -1
    _ended = 0.0
    _last_read = 0.0

    @override
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        started = (time.perf_counter(), time.time())
        try:
            super().execute(query, params, **options)
        except BaseException as error:
            self.recorder.record(self._text(query), started, -1, error)
            raise
        self._note(query, started)
        return self

    @override
    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        started = (time.perf_counter(), time.time())
        try:
            super().executemany(query, params_seq, **options)
        except BaseException as error:
            self.recorder.record(self._text(query), started, -1, error)
            raise
        self._note(query, started)

    @override
    def fetchone(self) -> Any:
        row = super().fetchone()
        self._last_read = time.perf_counter()
        return row

    @override
    def fetchmany(self, size: int = 0) -> list[Any]:
        rows = super().fetchmany(size)
        self._last_read = time.perf_counter()
        return rows

    @override
    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        self._last_read = time.perf_counter()
        return rows

    @override
    def close(self) -> None:
        if self._place >= 0:
            self._tell_reading()
        super().close()

    def _note(self, query: Any, started: Clocks) -> None:
        """Record a statement that succeeded; what was read of the one before is told."""
        ended = time.perf_counter()
        if self._place >= 0:
            self._tell_reading()
        text = query if type(query) is str else self._text(query)
        self._place = self.recorder.record(text, started, self.rowcount, ended=ended)
        self._last_read = self._ended = ended

    def _tell_reading(self) -> None:
        """Say how long the rows took, once."""
        if self._last_read > self._ended:
            self.recorder.set_fetch(self._place, (self._last_read - self._ended) * 1_000)
        self._place = -1

    def _text(self, query: Any) -> str:
        if isinstance(query, str):
            return query
        return (
            query.as_string(self) if isinstance(query, Composable) else bytes(query).decode(errors="replace")
        )


def attach(recorder: Recorder, engine: Engine) -> None:
    """Record every statement of the engine from now on; before it makes its first connection."""
    _Attachment(recorder, engine)


class _Attachment:
    """Tells the recorder what one engine does, on each connection that it makes from now on."""

    def __init__(self, recorder: Recorder, engine: Engine) -> None:
        self._recorder = recorder
        # After SQLAlchemy's own listeners: what it asks on a first connection is no question of ours.
        self._cursor = type("Cursor", (RecordingCursor,), {"recorder": recorder})
        self._commit = engine.dialect.do_commit
        event.listen(engine, "connect", self._connected)
        # The engine's commit event comes before the COMMIT, and none comes after it.
        vars(engine.dialect)["do_commit"] = self._timed_commit

    def _connected(self, connection: Any, _record: object) -> None:
        connection.cursor_factory = self._cursor

    def _timed_commit(self, connection: Any) -> None:
        """Commit, and record it where there was a transaction: without one nothing is sent."""
        driver = getattr(connection, "driver_connection", None)
        if driver is None or driver.info.transaction_status == TransactionStatus.IDLE:
            self._commit(connection)
            return
        started = (time.perf_counter(), time.time())
        try:
            self._commit(connection)
        except BaseException as error:
            self._recorder.record_commit(started, error)
            raise
        self._recorder.record_commit(started)
