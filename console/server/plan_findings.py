"""What in a plan will be slow on a large ledger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from console.server.plan_nodes import PlannedTable, PlanNode

LARGE_ROWS: Final = 100_000
"""A table with more rows than this is not to be read from end to end for a page."""
LARGE_LOOP: Final = 1_000_000
"""A nested loop is expected to look at fewer rows than this."""

_WORD: Final = re.compile(r'"(?:[^"]|"")+"|[a-z_][\w$]*')


class FindingKind(StrEnum):
    """What was found."""

    SEQUENTIAL_SCAN = "sequential scan"
    MISSING_INDEX = "missing index"
    NESTED_LOOP = "nested loop"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `node` is the step it is about."""

    kind: FindingKind
    node: PlanNode
    text: str


def findings(root: PlanNode, tables: Mapping[tuple[str, str], PlannedTable]) -> tuple[Finding, ...]:
    """Return what is to be looked at, from the top of the plan."""
    found: list[Finding] = []
    for node in root.walk():
        table = tables.get((node.schema, node.relation))
        if table is not None:
            found += _scan(node, table)
        if node.kind == "Nested Loop":
            found += _loop(node)
    return tuple(found)


def _scan(node: PlanNode, table: PlannedTable) -> Iterator[Finding]:
    if not node.kind.endswith("Seq Scan") or table.about_rows <= LARGE_ROWS:
        return
    size = f"about {table.about_rows:,.0f} rows"
    yield Finding(FindingKind.SEQUENTIAL_SCAN, node, f"{node.relation} is read from end to end, {size}.")
    asked = _columns(node.filter, table)
    bare = [name for name in asked if name not in table.leading]
    if asked and len(bare) == len(asked):
        names = ", ".join(bare)
        yield Finding(
            FindingKind.MISSING_INDEX,
            node,
            f"No index of {node.relation} begins with {names}, which is asked for.",
        )


def _columns(condition: str, table: PlannedTable) -> list[str]:
    """Return the table's columns that a condition names, in its order."""
    words = (word.strip('"') for word in _WORD.findall(condition))
    return list(dict.fromkeys(word for word in words if word in table.columns))


def _loop(node: PlanNode) -> Iterator[Finding]:
    if len(node.children) < 2:  # noqa: PLR2004 - an outer side and an inner one
        return
    outer, inner = node.children[0], node.children[1]
    looked_at = outer.rows * max(inner.rows, 1.0)
    if looked_at >= LARGE_LOOP:
        yield Finding(
            FindingKind.NESTED_LOOP,
            node,
            f"For each of about {outer.rows:,.0f} rows the inner side is asked again, for about "
            f"{max(inner.rows, 1.0):,.0f} each: {looked_at:,.0f} in all.",
        )
