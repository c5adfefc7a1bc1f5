"""The locks of this database, added up by table, kind and mode, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

LIMIT = 200

# The asking session's own are left out: they are there only because it asks.
_LOCKS = text("""
    SELECT coalesce(CASE n.nspname WHEN 'ledger' THEN '' ELSE n.nspname || '.' END || c.relname, ''),
        l.locktype, l.mode, count(*) FILTER (WHERE l.granted), count(*) FILTER (WHERE NOT l.granted),
        count(DISTINCT l.pid), max(extract(epoch FROM clock_timestamp() - l.waitstart))::float8
    FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND (
        l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
        OR l.pid IN (SELECT a.pid FROM pg_catalog.pg_stat_activity a WHERE a.datname = current_database()))
        AND NOT (l.locktype = 'virtualxid' AND l.granted)
    GROUP BY 1, 2, 3 ORDER BY 5 DESC, 4 DESC, 1, 2, 3 LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class LockRow:
    """Locks of one mode on one thing; relation is empty for what is no table, such as a transaction."""

    relation: str
    kind: str
    mode: str
    held: int
    waiting: int
    sessions: int
    longest_wait_s: float | None


def locks(
    database: Database, *, limit: int = LIMIT, cancel: Cancellation | None = None
) -> tuple[LockRow, ...]:
    """Return the locks held and waited for, those that somebody waits for first."""
    rows = database.read(
        "activity.locks", lambda session: session.execute(_LOCKS, {"limit": limit}).all(), cancel=cancel
    )
    return tuple(LockRow(*row) for row in rows)
