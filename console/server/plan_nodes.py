"""A plan as a typed tree, and what the server knows of the tables in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

_CONDITIONS: Final = ("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter")
_TABLES: Final = text("""
    SELECT n.nspname AS schema, c.relname AS name, c.reltuples::float8 AS about_rows,
        array(SELECT a.attname::text FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
        array(SELECT DISTINCT a.attname::text FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = c.oid AND i.indisvalid) AS leading
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname, c.relname)
        IN (SELECT * FROM unnest(CAST(:schemas AS text[]), CAST(:names AS text[])))""")


@dataclass(frozen=True, slots=True)
class PlanNode:
    """One step of a plan; `rows` and `width` (bytes) are estimates, costs are the planner's units.

    join: `Inner`, `Left`…, empty where it is no join. condition: all conditions, as the server writes them.
    """

    kind: str
    relation: str
    schema: str
    alias: str
    index: str
    join: str
    condition: str
    filter: str
    startup_cost: float
    total_cost: float
    rows: float
    width: int
    children: tuple[PlanNode, ...]

    def walk(self) -> Iterator[PlanNode]:
        """Yield this step and all below it, from the top."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table of a plan: about how many rows, its columns, and those that an index begins with."""

    about_rows: float
    columns: tuple[str, ...]
    leading: frozenset[str]


def node_of(found: Mapping[str, Any]) -> PlanNode:
    """Return the tree of a plan in EXPLAIN's JSON."""
    return PlanNode(
        kind=str(found["Node Type"]),
        relation=str(found.get("Relation Name", "")),
        schema=str(found.get("Schema", "")),
        alias=str(found.get("Alias", "")),
        index=str(found.get("Index Name", "")),
        join=str(found.get("Join Type", "")),
        condition=" AND ".join(str(found[name]) for name in _CONDITIONS if name in found),
        filter=str(found.get("Filter", "")),
        startup_cost=float(found["Startup Cost"]),
        total_cost=float(found["Total Cost"]),
        rows=float(found["Plan Rows"]),
        width=int(found["Plan Width"]),
        children=tuple(node_of(child) for child in found.get("Plans", ())),
    )


def relations_of(session: Session, root: PlanNode) -> dict[tuple[str, str], PlannedTable]:
    """Return the tables of a plan by schema and name, in one statement."""
    wanted = sorted({(node.schema, node.relation) for node in root.walk() if node.relation})
    if not wanted:
        return {}
    values = {"schemas": [schema for schema, _ in wanted], "names": [name for _, name in wanted]}
    return {
        (row.schema, row.name): PlannedTable(row.about_rows, tuple(row.columns), frozenset(row.leading))
        for row in session.execute(_TABLES, values)
    }
