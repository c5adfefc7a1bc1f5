"""What the server counts: rates of two readings, tables, indexes, and statements where the extension is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from console.errors import SchemaError
from console.server import statements as server_statements
from console.server.figures import Figures, IndexUse, TableUse, figures, hit_ratio, rates
from console.server.statements import Reading, ServerStatement, between, since_start
from tests.bookkeeping import wait_until
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.conftest import Statements

# The columns that the console reads, as 15 and 16 call them and as 17 and 18 do; the extension itself is
# part of no server that the tests can count on.
# A name that must be quoted, and in which SQLAlchemy would see a parameter.
SCHEMA = 'stats :of "all"'
QUOTED = '"stats :of ""all"""'
LAYOUTS = {"15": "blk_read_time", "17": "shared_blk_read_time"}


def test_the_database_is_described_in_one_statement(
    operator_database: Database, statements: Statements, open_accounts: Callable[..., None], ledger_url: str
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    with connected(ledger_url) as admin:
        admin.execute("ANALYZE ledger.users")
    figures(operator_database)
    with statements.counted() as sent:
        found = figures(operator_database)
    assert len(sent) == 1
    assert found.size_bytes > 1_000_000
    assert found.connections >= 1
    assert found.connections_at_most >= found.connections
    assert 0 <= (hit_ratio(found) or 0) <= 1
    assert {"users", "wallets", "transactions"} <= {table.name for table in found.tables}
    assert {"transactions_pkey"} <= {index.name for index in found.indexes}
    assert all(not index.unused for index in found.indexes if index.keeps_rule)
    assert found.replicas == ()
    assert found.statements_schema is None
    assert "CREATE EXTENSION" in server_statements.ABSENT


def test_rates_are_of_two_readings(operator_database: Database, as_role: Callable[[str], str]) -> None:
    before = figures(operator_database)

    def counted() -> bool:
        # Each connection's own counters reach the server's at its end.
        with connected(as_role("t_operator")) as busy:
            for _ in range(20):
                busy.execute("SELECT count(*) FROM ledger.users")
        found = rates(before, figures(operator_database))
        return found is not None and found.transactions_per_s * found.seconds >= 20

    wait_until(counted)
    after = figures(operator_database)
    found = rates(before, after)
    assert found is not None
    assert found.cache_hits is not None
    assert (found.deadlocks, found.temp_files) == (0, 0)
    # Counters that began anew say nothing.
    assert rates(after, before) is None
    assert rates(before, replace(after, counted_since=after.at)) is None
    assert rates(before, replace(after, at=before.at)) is None


def test_shares_are_of_what_there_is() -> None:
    table = TableUse("t", 75, 25, 3, 1, None, None)
    assert (table.dead_share, table.index_share) == (0.25, 0.25)
    untouched = TableUse("t", 0, 0, 0, None, None, None)
    assert (untouched.dead_share, untouched.index_share) == (0.0, None)
    assert IndexUse("i", "t", 0, 8192, keeps_rule=False).unused
    assert not IndexUse("i", "t", 0, 8192, keeps_rule=True).unused
    assert not IndexUse("i", "t", 1, 8192, keeps_rule=False).unused


@pytest.mark.parametrize("version", sorted(LAYOUTS))
def test_statements_are_read_in_each_version_s_columns(
    version: str, operator_database: Database, ledger_url: str
) -> None:
    with connected(ledger_url) as admin:
        admin.execute(
            f"""
            CREATE SCHEMA {QUOTED};
            CREATE TABLE {QUOTED}.pg_stat_statements (userid oid, dbid oid, toplevel bool, queryid bigint,
                query text, calls bigint, total_exec_time float8, rows bigint, shared_blks_read bigint,
                temp_blks_written bigint, wal_bytes numeric, {LAYOUTS[version]} float8);
            GRANT USAGE ON SCHEMA {QUOTED} TO ledger_viewer;
            GRANT SELECT ON {QUOTED}.pg_stat_statements TO ledger_viewer;
            INSERT INTO {QUOTED}.pg_stat_statements
            SELECT r.oid, d.oid, true, q.id, q.query, q.calls, q.ms, 7, 5, 3, 800, 1.5
            FROM pg_database d, pg_roles r, (VALUES
                ('t_operator', 1, 'SELECT id FROM ledger.users WHERE email = $$marked-customer$$', 10, 40.0),
                ('t_operator', 2, 'SELECT count(*) FROM ledger.wallets', 1, 90.0),
                ('t_admin', NULL, '<insufficient privilege>', 2, 5.0),
                ('t_admin', NULL, '<insufficient privilege>', 3, 6.0)) q (role, id, query, calls, ms)
            WHERE d.datname = current_database() AND r.rolname = q.role""".encode()
        )
        before = server_statements.statements(operator_database, SCHEMA)
        admin.execute(
            f"""
            UPDATE {QUOTED}.pg_stat_statements SET calls = calls + 5, wal_bytes = wal_bytes + 200,
                total_exec_time = total_exec_time + 10 WHERE queryid = 1""".encode()
        )
        after = server_statements.statements(operator_database, SCHEMA)
    assert "marked-customer" not in repr(after)
    wallets, users, hidden = since_start(before)
    assert (wallets.label, wallets.calls, wallets.total_ms) == ("SELECT wallets count", 1, 90.0)
    assert (users.label, users.calls, users.mean_ms, users.read_ms) == ("SELECT users by email", 10, 4.0, 1.5)
    assert (hidden.operator, hidden.label, hidden.calls, hidden.total_ms) == (
        "t_admin", "hidden: needs pg_monitor", 5, 11.0,
    )  # fmt: skip
    (ran,) = between(before, after)
    assert (ran.label, ran.calls, ran.total_ms) == ("SELECT users by email", 5, 10.0)
    assert (ran.wal_bytes, ran.rows) == (200, 0)
    # What was reset in between counts from its new beginning.
    reset = Reading(after.at, {ran.key: replace(after.statements[ran.key], calls=2, total_ms=3.0)})
    assert [(one.calls, one.total_ms) for one in between(after, reset)] == [(2, 3.0)]


def test_statements_that_are_not_there_are_an_explained_failure(operator_database: Database) -> None:
    with pytest.raises(SchemaError):
        server_statements.statements(operator_database, "public")


def test_a_reading_later_than_another_is_later(operator_database: Database) -> None:
    first: Figures = figures(operator_database)
    second = figures(operator_database)
    assert second.at - first.at > timedelta(0)
    assert ServerStatement((1, 2, True), "", "", "", 0, 0.0, 0, 0, 0, 0, None).mean_ms == 0.0
