"""What a statement reads on a ledger of many accounts, as the server planned and ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import TextClause


def reads(
    url: str, statement: TextClause, values: Mapping[str, Any], tables: set[str]
) -> list[dict[str, Any]]:
    """Run a statement under EXPLAIN; return the nodes of its plan that read one of the tables."""
    written = statement.compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    with connected(url) as connection:
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {written}".encode(), values).fetchone()
    assert row is not None
    return [node for node in _walk(row[0][0]["Plan"]) if node.get("Relation Name") in tables]


def rows_read(node: dict[str, Any]) -> int:
    """Return what a node gave and what it threw away, over all its loops."""
    return int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def _walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for child in node.get("Plans", []) for inner in _walk(child))]


def fill(url: str, rows: int) -> None:
    """Write accounts and movements past the ledger's functions: what is looked at is only the plan."""
    with connected(url) as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "INSERT INTO ledger.users (username, display_name, email)"
            " SELECT 'c' || n, 'Customer ' || n, 'C' || n || '@example.org' FROM generate_series(1, %s) n",
            [rows],
        )
        connection.execute(
            "INSERT INTO ledger.wallets (user_id, currency, kind)"
            " SELECT id, %s, kind FROM ledger.users WHERE kind = 'customer'",
            [CURRENCY],
        )
        connection.execute(
            "INSERT INTO ledger.transactions (posted_at, effective_at, from_wallet, to_wallet, amount, kind,"
            " currency, reference) SELECT now(), now(), 1, 2, 100 * (1 + n %% 50), 'transfer', %s, 'R-' || n"
            " FROM generate_series(1, %s) n",
            [CURRENCY, rows],
        )
        connection.execute("ANALYZE ledger.users, ledger.wallets, ledger.transactions")
