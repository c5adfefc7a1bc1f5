"""Contexts of an administrator whom the ledger looks after, and the hands in a deed's dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.settings import Settings
    from tests.operators import Staff
    from tests.ui.conftest import Contexts
    from ui.context import Context


@pytest.fixture
def second(staff: Staff, settings: Settings) -> Iterator[Ledger]:
    """Return the way to write as another admin."""
    database = Database(staff.url(staff.hire("admin")), Recorder(capacity=200), settings)
    yield Ledger(database)
    database.close()


@pytest.fixture
def boss_context(staff: Staff, settings: Settings, context_of: Contexts) -> Iterator[Context]:
    """Give the context of an administrator who may see since when sessions are there."""
    name = staff.hire("admin")
    with connected(staff.ledger_url) as connection:
        connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(name)))
    database = Database(staff.url(name), Recorder(capacity=2_000), settings)
    context = context_of("", database)
    yield context
    context.worker.shutdown(5_000)
    database.close()
