"""What the whole server runs, by pg_stat_statements where it is: counters, and what two readings tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.server.sessions import NEEDS_MONITOR, shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

ABSENT: Final = (
    "pg_stat_statements is not installed in this database, so the server keeps no figures of its statements. "
    "An administrator adds it to shared_preload_libraries, restarts the server and runs: "
    "CREATE EXTENSION pg_stat_statements"
)

# Read as JSON, because 17 renamed blk_read_time to shared_blk_read_time and split off what is local.
_STATEMENTS: Final = """
    SELECT clock_timestamp(), s.queryid, s.userid::bigint, coalesce(s.toplevel, true),
        coalesce(pg_get_userbyid(s.userid)::text, ''), s.query, s.calls, s.total_exec_time, s.rows,
        s.shared_blks_read, s.temp_blks_written, s.wal_bytes::bigint,
        coalesce(to_jsonb(s) ->> 'shared_blk_read_time', to_jsonb(s) ->> 'blk_read_time')::float8,
        NOT (pg_has_role('pg_read_all_stats', 'USAGE') OR pg_has_role(s.userid, 'USAGE'))
    FROM {schema}.pg_stat_statements s
    WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())"""

Key = tuple[int | None, int, bool]


@dataclass(frozen=True, slots=True)
class ServerStatement:
    """What all runs of one statement by one role cost, since the counting began or between two readings.

    label and text hold no value, and say so when the role may not see the statement of another.
    """

    key: Key
    operator: str
    label: str
    text: str
    calls: int
    total_ms: float
    rows: int
    blocks_read: int
    temp_blocks: int
    wal_bytes: int
    read_ms: float | None

    @property
    def mean_ms(self) -> float:
        """The mean of its runs."""
        return self.total_ms / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of all statements of this database at one moment."""

    at: datetime | None
    statements: Mapping[Key, ServerStatement]


def statements(database: Database, schema: str, *, cancel: Cancellation | None = None) -> Reading:
    """Return the counters now; `schema` is where Figures found the extension.

    Raises StatementError where the extension is there and its library is not loaded.
    """
    quoted = schema.replace('"', '""').replace(":", "\\:")
    asked = text(_STATEMENTS.format(schema=f'"{quoted}"'))

    def ask(session: Session) -> Reading:
        rows = session.execute(asked).all()
        made: dict[Key, ServerStatement] = {}
        for _, query_id, role, top, operator, query, *counters, hidden in rows:
            label, full = (f"hidden: {NEEDS_MONITOR}", "") if hidden else shape(query or "")
            key = (query_id, role, top)
            statement = ServerStatement(key, operator, label, full, *counters)
            # What is hidden has no id either: all of one role's is one row.
            made[key] = _sum(made[key], statement) if key in made else statement
        return Reading(rows[0][0] if rows else None, made)

    return database.read("server.statements", ask, cancel=cancel)


def between(before: Reading, after: Reading) -> tuple[ServerStatement, ...]:
    """Return what ran between two readings, the most expensive first; what was reset counts whole."""
    ran = (_difference(before.statements.get(key), statement) for key, statement in after.statements.items())
    return _ordered(one for one in ran if one.calls)


def since_start(reading: Reading) -> tuple[ServerStatement, ...]:
    """Return all of one reading, the most expensive first."""
    return _ordered(reading.statements.values())


def _ordered(found: Iterable[ServerStatement]) -> tuple[ServerStatement, ...]:
    return tuple(sorted(found, key=lambda one: -one.total_ms))


def _difference(before: ServerStatement | None, after: ServerStatement) -> ServerStatement:
    return after if before is None or before.calls > after.calls else _sum(after, before, sign=-1)


def _sum(one: ServerStatement, other: ServerStatement, sign: int = 1) -> ServerStatement:
    read_ms = None if one.read_ms is None or other.read_ms is None else one.read_ms + sign * other.read_ms
    return ServerStatement(
        one.key, one.operator, one.label, one.text, one.calls + sign * other.calls,
        one.total_ms + sign * other.total_ms, one.rows + sign * other.rows,
        one.blocks_read + sign * other.blocks_read, one.temp_blocks + sign * other.temp_blocks,
        one.wal_bytes + sign * other.wal_bytes, read_ms,
    )  # fmt: skip
