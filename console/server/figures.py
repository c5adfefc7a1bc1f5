"""The database as its server counts it: commits, cache, tables, indexes and replicas, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Row

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

TABLES_AT_MOST = 100
INDEXES_AT_MOST = 200

# A constraint's index is used by every write even when no query reads it, so it is never called unused.
_FIGURES = text("""
    SELECT clock_timestamp() AS at, current_setting('server_version') AS version, d.numbackends,
        current_setting('max_connections')::int AS connections_at_most,
        d.xact_commit, d.xact_rollback, d.blks_hit, d.blks_read, d.temp_files, d.temp_bytes, d.deadlocks,
        pg_catalog.pg_database_size(d.datid) AS size, d.stats_reset,
        pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS read_all,
        (SELECT json_agg(json_build_array(
            CASE t.schemaname WHEN 'ledger' THEN '' ELSE t.schemaname || '.' END || t.relname,
            t.n_live_tup, t.n_dead_tup, t.seq_scan, t.idx_scan,
            extract(epoch FROM greatest(t.last_autovacuum, t.last_vacuum)),
            extract(epoch FROM greatest(t.last_autoanalyze, t.last_analyze))))
            FROM (SELECT * FROM pg_catalog.pg_stat_user_tables
                ORDER BY n_dead_tup DESC, n_live_tup DESC, relname LIMIT :tables) t) AS tables,
        (SELECT json_agg(json_build_array(
            i.indexrelname, CASE i.schemaname WHEN 'ledger' THEN '' ELSE i.schemaname || '.' END || i.relname,
            i.idx_scan, i.size, i.held))
            FROM (SELECT u.*, pg_catalog.pg_relation_size(u.indexrelid) AS size,
                    x.indisunique OR x.indisexclusion AS held
                FROM pg_catalog.pg_stat_user_indexes u
                JOIN pg_catalog.pg_index x ON x.indexrelid = u.indexrelid
                ORDER BY u.idx_scan, size DESC, u.indexrelname LIMIT :indexes) i) AS indexes,
        (SELECT json_agg(json_build_array(
            coalesce(nullif(r.application_name, ''), 'replica ' || r.pid), r.state, r.sync_state,
            pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
                ELSE pg_catalog.pg_current_wal_lsn() END, r.replay_lsn),
            extract(epoch FROM r.replay_lag)) ORDER BY r.pid)
            FROM pg_catalog.pg_stat_replication r) AS replicas,
        (SELECT n.nspname::text FROM pg_catalog.pg_extension e
            JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements') AS statements_schema
    FROM pg_catalog.pg_stat_database d WHERE d.datname = current_database()""")


@dataclass(frozen=True, slots=True)
class TableUse:
    """One table: its rows as the server estimates them, and how it is read; times since the epoch."""

    name: str
    live_rows: int
    dead_rows: int
    sequential_scans: int
    index_scans: int | None
    vacuumed_at: float | None
    analysed_at: float | None

    @property
    def dead_share(self) -> float:
        """The dead rows' part of all, 0 to 1."""
        rows = self.live_rows + self.dead_rows
        return self.dead_rows / rows if rows else 0.0

    @property
    def index_share(self) -> float | None:
        """The part of its scans that went by an index, 0 to 1; None when nobody has read it."""
        scans = self.sequential_scans + (self.index_scans or 0)
        return (self.index_scans or 0) / scans if scans else None


@dataclass(frozen=True, slots=True)
class IndexUse:
    """One index; `keeps_rule` holds a key or a constraint, so it is needed however seldom it is read."""

    name: str
    table: str
    scans: int
    size_bytes: int
    keeps_rule: bool

    @property
    def unused(self) -> bool:
        """Whether nothing would miss it since the counting began."""
        return self.scans == 0 and not self.keeps_rule


@dataclass(frozen=True, slots=True)
class Replica:
    """One replica that is connected; None where the role may not see it or the server does not know yet."""

    name: str
    state: str | None
    sync_state: str | None
    behind_bytes: int | None
    behind_s: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One reading of the server's counters; they count since `counted_since`, and rates need two readings.

    statements_schema: where pg_stat_statements is installed, None where it is not.
    """

    at: datetime
    version: str
    connections: int
    connections_at_most: int
    commits: int
    rollbacks: int
    blocks_hit: int
    blocks_read: int
    temp_files: int
    temp_bytes: int
    deadlocks: int
    size_bytes: int
    counted_since: datetime | None
    sees_all: bool
    tables: tuple[TableUse, ...]
    indexes: tuple[IndexUse, ...]
    replicas: tuple[Replica, ...]
    statements_schema: str | None

    @property
    def dead_rows(self) -> int:
        """The dead rows of the tables listed."""
        return sum(table.dead_rows for table in self.tables)


@dataclass(frozen=True, slots=True)
class Rates:
    """What happened between two readings; `cache_hits` is 0 to 1, None when no block was asked for."""

    seconds: float
    transactions_per_s: float
    cache_hits: float | None
    temp_files: int
    deadlocks: int


def figures(database: Database, *, cancel: Cancellation | None = None) -> Figures:
    """Return the server's counters of this database now."""
    asked = {"tables": TABLES_AT_MOST, "indexes": INDEXES_AT_MOST}
    row = database.read(
        "server.figures", lambda session: session.execute(_FIGURES, asked).one(), cancel=cancel
    )
    return _figures(row)


def rates(before: Figures, after: Figures) -> Rates | None:
    """Return what happened between two readings; None when the counters began anew in between."""
    seconds = (after.at - before.at).total_seconds()
    ended = after.commits + after.rollbacks - before.commits - before.rollbacks
    hit, read = after.blocks_hit - before.blocks_hit, after.blocks_read - before.blocks_read
    if seconds <= 0 or min(ended, hit, read) < 0 or before.counted_since != after.counted_since:
        return None
    return Rates(
        seconds,
        ended / seconds,
        hit / (hit + read) if hit + read else None,
        after.temp_files - before.temp_files,
        after.deadlocks - before.deadlocks,
    )


def hit_ratio(reading: Figures) -> float | None:
    """Return the part of all blocks since the counting began that were in the server's memory, 0 to 1."""
    blocks = reading.blocks_hit + reading.blocks_read
    return reading.blocks_hit / blocks if blocks else None


def _figures(row: Row[Any]) -> Figures:
    return Figures(
        row.at, row.version, row.numbackends, row.connections_at_most, row.xact_commit, row.xact_rollback,
        row.blks_hit, row.blks_read, row.temp_files, row.temp_bytes, row.deadlocks, row.size, row.stats_reset,
        row.read_all,
        tuple(TableUse(*one) for one in row.tables or ()),
        tuple(IndexUse(*one) for one in row.indexes or ()),
        tuple(Replica(*one) for one in row.replicas or ()),
        row.statements_schema,
    )  # fmt: skip
