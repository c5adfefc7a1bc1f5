"""What a page's statement reads of the transactions, as the server planned and ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from tests.cluster import connected

if TYPE_CHECKING:
    from sqlalchemy import Select


def reads(
    ledger_url: str, statement: Select[Any], values: dict[str, Any], alias: str = "transactions"
) -> list[dict[str, Any]]:
    """Run a page's statement under EXPLAIN; return the nodes of its plan that read a table of an alias."""
    written = statement.compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    with connected(ledger_url) as connection:
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {written}".encode(), values).fetchone()
    assert row is not None
    return [node for node in _walk(row[0][0]["Plan"]) if node.get("Alias") == alias]


def _walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for child in node.get("Plans", []) for inner in _walk(child))]


def rows_read(node: dict[str, Any]) -> int:
    """Return what a node gave and what it threw away, over all its loops."""
    a_loop = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(a_loop * node["Actual Loops"])
