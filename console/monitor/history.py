"""What statements cost by the minute, kept for a week in a small file that several consoles may share."""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from console.errors import UnavailableError
from console.monitor.recording.percentiles import Percentiles, bucket_us, percentiles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from console.monitor.recording.slices import MinuteFigures

KEPT_S: Final = 7 * 24 * 3_600
SIZE_LIMIT: Final = 20 * 1024 * 1024
_WAIT_S: Final = 5.0
_DAMAGED: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS statements (id TEXT PRIMARY KEY, label TEXT NOT NULL, text TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS minutes (
        minute INTEGER, fingerprint TEXT, action TEXT, writer INTEGER, calls INTEGER, failures INTEGER,
        rows INTEGER, total_ms REAL, p50_ms REAL, p95_ms REAL, p99_ms REAL, buckets BLOB,
        PRIMARY KEY (minute, fingerprint, action, writer)) WITHOUT ROWID""",
)
# Another version of the console may label the same statement otherwise.
_ADD_STATEMENT: Final = """
    INSERT INTO statements VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET label = excluded.label WHERE label <> excluded.label"""
_ADD_MINUTE: Final = "INSERT OR IGNORE INTO minutes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROWS: Final = """
    SELECT m.minute, m.fingerprint, s.label, s.text, m.action, m.calls, m.failures, m.rows, m.total_ms,
        m.p50_ms, m.p95_ms, m.p99_ms, m.buckets
    FROM minutes m JOIN statements s ON s.id = m.fingerprint
    WHERE m.minute >= ? AND m.minute < ? ORDER BY m.minute, m.total_ms DESC"""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One statement of one action in one minute of one console; `at` is seconds of the epoch.

    `buckets` and `counts` are its durations, so that any minutes can be added up to true percentiles.
    """

    at: float
    fingerprint: str
    label: str
    text: str
    action: str
    calls: int
    failures: int
    rows: int
    total_ms: float
    times: Percentiles
    buckets: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Summary:
    """Some rows as one: of a statement, or of an action, for which label and fingerprint are empty."""

    fingerprint: str
    label: str
    text: str
    actions: tuple[str, ...]
    calls: int
    failures: int
    rows: int
    total_ms: float
    times: Percentiles

    @property
    def mean_ms(self) -> float:
        """Milliseconds a call."""
        return self.total_ms / self.calls


class History:
    """The file. There is never a literal or a parameter in it: only what a fingerprint holds."""

    def __init__(self, file: Path, *, size_limit: int = SIZE_LIMIT) -> None:
        self.file = file
        self._size_limit = size_limit
        self._writer = int.from_bytes(os.urandom(7), "big")

    def add(self, minutes: Sequence[MinuteFigures]) -> None:
        """Keep some minutes, each once; forget what is too old or too much. Raises sqlite3.Error, OSError."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite would make it readable for others; its journal takes the rights of the file.
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        try:
            self._add(minutes)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) not in _DAMAGED:
                raise
            # Figures of the past are not worth a console that cannot keep those of today.
            self.file.write_bytes(b"")
            self._add(minutes)

    def rows(self, since: float, until: float) -> tuple[HistoryRow, ...]:
        """Return what was kept of the minutes that begin in a time, in seconds of the epoch."""
        if not self.file.exists():
            return ()
        try:
            with self._open() as connection:
                found = connection.execute(_ROWS, [int(-(-since // 60)), int(-(-until // 60))]).fetchall()
        except sqlite3.Error as error:
            raise UnavailableError(f"The history {self.file} cannot be read: {error}.") from error
        return tuple(_row(columns) for columns in found)

    def _add(self, minutes: Sequence[MinuteFigures]) -> None:
        with self._open() as connection:
            # Two consoles may begin at once: the second waits here, and finds the tables made.
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                connection.execute(statement)
            shapes = {one.fingerprint.id: one.fingerprint for one in minutes}
            connection.executemany(_ADD_STATEMENT, [(one.id, one.label, one.text) for one in shapes.values()])
            connection.executemany(_ADD_MINUTE, [self._values(one) for one in minutes])
            oldest = int((time.time() - KEPT_S) // 60)
            connection.execute("DELETE FROM minutes WHERE minute < ?", [oldest])
            self._shrink(connection)
            connection.execute("DELETE FROM statements WHERE id NOT IN (SELECT fingerprint FROM minutes)")
            connection.execute("COMMIT")
            connection.execute("PRAGMA incremental_vacuum").fetchall()

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Forget the oldest hours until the rest fits."""
        while _used_bytes(connection) > self._size_limit:
            (first,) = connection.execute("SELECT min(minute) FROM minutes").fetchone()
            if first is None:
                return
            connection.execute("DELETE FROM minutes WHERE minute < ?", [first + 60])

    def _values(self, one: MinuteFigures) -> tuple[object, ...]:
        times = one.times
        return (
            one.minute, one.fingerprint.id, one.action, self._writer, one.calls, one.failures, one.rows,
            one.total_ms, times.p50_ms, times.p95_ms, times.p99_ms, _packed(one.buckets, one.counts),
        )  # fmt: skip

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=_WAIT_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection


def by_statement(rows: Iterable[HistoryRow]) -> tuple[Summary, ...]:
    """Return one line a statement, the most expensive first."""
    apart: dict[str, list[HistoryRow]] = {}
    for row in rows:
        apart.setdefault(row.fingerprint, []).append(row)
    return _summaries(apart.values(), is_statement=True)


def by_action(rows: Iterable[HistoryRow]) -> tuple[Summary, ...]:
    """Return one line an action, the most expensive first; what was sent outside actions is one too."""
    apart: dict[str, list[HistoryRow]] = {}
    for row in rows:
        apart.setdefault(row.action, []).append(row)
    return _summaries(apart.values(), is_statement=False)


def _summaries(groups: Iterable[list[HistoryRow]], *, is_statement: bool) -> tuple[Summary, ...]:
    found = []
    for rows in groups:
        first = rows[0]
        names = (first.fingerprint, first.label, first.text) if is_statement else ("", "", "")
        buckets = np.concatenate([row.buckets for row in rows])
        counts = np.concatenate([row.counts for row in rows])
        found.append(
            Summary(
                *names,
                tuple(sorted({row.action for row in rows})),
                sum(row.calls for row in rows),
                sum(row.failures for row in rows),
                sum(row.rows for row in rows),
                sum(row.total_ms for row in rows),
                percentiles_of(bucket_us(buckets), counts),
            )
        )
    return tuple(sorted(found, key=lambda one: -one.total_ms))


def _used_bytes(connection: sqlite3.Connection) -> int:
    """Return what the file's pages that hold something take."""
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _packed(buckets: NDArray[np.int64], counts: NDArray[np.int64]) -> bytes:
    return zlib.compress(np.stack((buckets, counts)).astype("<i4").tobytes())


def _row(columns: Sequence[Any]) -> HistoryRow:
    """Return a row as it was written."""
    minute, fingerprint, label, text, action, calls, failures, rows, total_ms, *quantiles, packed = columns
    buckets, counts = np.frombuffer(zlib.decompress(packed), "<i4").reshape(2, -1).astype(np.int64)
    return HistoryRow(
        at=minute * 60.0,
        fingerprint=fingerprint,
        label=label,
        text=text,
        action=action,
        calls=calls,
        failures=failures,
        rows=rows,
        total_ms=total_ms,
        times=Percentiles(calls, *quantiles),
        buckets=buckets,
        counts=counts,
    )
