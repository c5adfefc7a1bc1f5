"""What the tests of the Queries screen do and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from console.postgres.database import Database
    from ui.screens.queries.screen import Queries


def sleep(database: Database, seconds: float, action: str = "balances.lookup") -> None:
    """Let the server take its time, in an action."""
    database.read(
        action, lambda session: session.execute(text("SELECT pg_catalog.pg_sleep(:s)"), {"s": seconds}).all()
    )


def count_tables(database: Database, action: str = "transactions.page") -> None:
    """Send a quick statement of an action."""
    database.read(action, lambda session: session.execute(text("SELECT count(*) FROM pg_class")).all())


def drawn(queries: Queries) -> str:
    """Return what the graph says of itself."""
    return queries.list.chart.accessibleDescription()


def rows(queries: Queries) -> dict[str, int]:
    """Return the calls of each statement in the table."""
    return {row.label: row.calls for row in queries.list.model.rows}
