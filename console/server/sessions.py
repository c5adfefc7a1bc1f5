"""Who is at work in this database: sessions, what each waits for, and whom, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.monitor.recording.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# Waiters come from pg_locks, which everybody may read: pg_stat_activity hides the waits of others, and
# pg_blocking_pids stops all locking for a moment, so it is asked about those only. Who waits for a row
# waits for its holder's transaction: which table that is tells the tuple's lock, held or waited for.
_SESSIONS = text("""
    WITH waiting AS (
        SELECT DISTINCT ON (l.pid) l.pid, l.locktype, l.mode, l.waitstart, coalesce(l.relation, (
            SELECT min(t.relation::bigint)::oid FROM pg_catalog.pg_locks t
            WHERE t.pid = l.pid AND t.locktype = 'tuple' AND t.granted)) AS relation
        FROM pg_catalog.pg_locks l WHERE NOT l.granted ORDER BY l.pid, l.waitstart
    )
    SELECT a.pid, coalesce(a.usename::text, '') AS operator,
        coalesce(a.application_name, '') AS application, a.backend_type, a.state, a.wait_event_type,
        a.wait_event, coalesce(host(a.client_addr), '') AS client, a.backend_start,
        extract(epoch FROM seen.at - a.xact_start)::float8 AS transaction_s,
        extract(epoch FROM seen.at - a.query_start)::float8 AS statement_s,
        extract(epoch FROM seen.at - a.state_change)::float8 AS state_s,
        a.query, a.pid = pg_catalog.pg_backend_pid() AS is_own,
        NOT (may.read_all OR coalesce(pg_catalog.pg_has_role(a.usesysid, 'USAGE'), false)) AS is_hidden,
        coalesce(r.rolsuper, true) OR a.backend_type <> 'client backend'
            OR NOT (pg_catalog.pg_has_role(a.usesysid, 'ledger_viewer', 'USAGE')
                OR pg_catalog.pg_has_role(a.usesysid, 'ledger_keeper', 'USAGE')) AS is_foreign,
        w.locktype, w.mode, c.name AS relation,
        extract(epoch FROM seen.at - w.waitstart)::float8 AS waiting_s,
        CASE WHEN w.pid IS NULL THEN '{}'::int[] ELSE pg_catalog.pg_blocking_pids(a.pid) END AS blocked_by,
        may.read_all, seen.at
    FROM pg_catalog.pg_stat_activity a
    CROSS JOIN (SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS read_all) may
    CROSS JOIN (SELECT pg_catalog.clock_timestamp() AS at) seen
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
    LEFT JOIN waiting w ON w.pid = a.pid
    LEFT JOIN LATERAL (
        SELECT CASE n.nspname WHEN 'ledger' THEN '' ELSE n.nspname || '.' END || k.relname AS name
        FROM pg_catalog.pg_class k JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
        WHERE k.oid = w.relation) c ON true
    WHERE a.datname = pg_catalog.current_database()
    ORDER BY a.xact_start NULLS LAST, a.pid""")

NEEDS_MONITOR: Final = "needs pg_monitor"
CLIENT: Final = "client backend"
BUSY: Final = frozenset(
    {"active", "idle in transaction", "idle in transaction (aborted)", "fastpath function call"}
)


@dataclass(frozen=True, slots=True)
class LockWait:
    """What a session waits for: the mode wanted, of what kind of thing, of which table if that is known."""

    mode: str
    kind: str
    relation: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of this database; ages in seconds, None where there is none or the role may not see it.

    statement: the label of what runs, or ran last, without a single value; text: its whole shape.
    hidden: belongs to another, whose state and statement only members of pg_monitor see.
    foreign: belongs to nobody whom the ledger gave rights, or to the server itself.
    """

    pid: int
    operator: str
    application: str
    kind: str
    state: str | None
    wait_type: str | None
    wait_event: str | None
    client: str
    started_at: datetime | None
    transaction_s: float | None
    statement_s: float | None
    state_s: float | None
    statement: str
    text: str
    own: bool
    hidden: bool
    foreign: bool
    waits_for: LockWait | None
    blocked_by: tuple[int, ...]

    @property
    def busy(self) -> bool:
        """Whether it runs a statement or holds a transaction open."""
        return self.state in BUSY


@dataclass(frozen=True, slots=True)
class Activity:
    """All sessions of this database at one moment, the oldest transaction first."""

    at: datetime
    sessions: tuple[SessionRow, ...]
    sees_all: bool

    @property
    def hidden(self) -> int:
        """How many sessions are not seen in full."""
        return sum(row.hidden for row in self.sessions)

    @property
    def limits(self) -> str:
        """Say what the role cannot see; empty when it sees all."""
        if not self.hidden:
            return ""
        those = "1 session" if self.hidden == 1 else f"{self.hidden} sessions"
        return (
            f"{those} of others without state, age, client and statement: your role is not in pg_monitor. "
            "Who waits for whom is seen all the same."
        )


def sessions(database: Database, *, cancel: Cancellation | None = None) -> Activity:
    """Return who is at work now, and who waits for whom; statements are reduced to their shape here."""

    def ask(session: Session) -> Activity:
        rows = session.execute(_SESSIONS).all()
        # Many sessions run the same; their texts hold values and are not remembered beyond this call.
        shapes = {row.query: shape(row.query or "") for row in rows if not row.is_hidden}
        # Never empty: the session that asks is one of them.
        return Activity(rows[0].at, tuple(_session(row, shapes) for row in rows), rows[0].read_all)

    return database.read("activity.sessions", ask, cancel=cancel)


def shape(sql: str) -> tuple[str, str]:
    """Return a statement's label and its text without values; both empty when there is none."""
    if not sql.strip():
        return "", ""
    found = fingerprint(sql)
    return found.label, found.text


def _session(row: Row[Any], shapes: Mapping[str | None, tuple[str, str]]) -> SessionRow:
    label, full = ("", "") if row.is_hidden else shapes[row.query]
    wait = None if row.mode is None else LockWait(row.mode, row.locktype, row.relation, _age(row.waiting_s))
    return SessionRow(
        pid=row.pid,
        operator=row.operator,
        application=row.application,
        kind=row.backend_type,
        state=row.state or None,
        wait_type=row.wait_event_type,
        wait_event=row.wait_event,
        client=row.client,
        started_at=row.backend_start,
        transaction_s=_age(row.transaction_s),
        statement_s=_age(row.statement_s),
        state_s=_age(row.state_s),
        statement=label,
        text=full,
        own=row.is_own,
        hidden=row.is_hidden,
        foreign=row.is_foreign,
        waits_for=wait,
        blocked_by=tuple(dict.fromkeys(row.blocked_by)),
    )


def _age(seconds: float | None) -> float | None:
    """Return an age; what began after the moment of looking began just now."""
    return None if seconds is None else max(0.0, seconds)
