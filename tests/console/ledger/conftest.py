"""A ledger made by hand by an operator, and questions asked by a viewer, who may do nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from tests.bookkeeping import assert_adds_up
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings
    from tests.bookkeeping import Connection


@pytest.fixture
def admin(ledger_url: str) -> Iterator[Connection]:
    """Lend the administrator's connection; after the test the books must add up."""
    with connected(ledger_url) as connection:
        yield connection
        assert_adds_up(connection)


@pytest.fixture
def operator(as_role: Callable[[str], str], admin: Connection) -> Iterator[Connection]:
    """Lend an operator's connection."""
    with connected(as_role("t_operator")) as connection:
        yield connection


@pytest.fixture
def viewer(as_role: Callable[[str], str], settings: Settings) -> Iterator[Database]:
    """Return the console's way to the ledger as a viewer, with its first connection made."""
    database = Database(as_role("t_viewer"), Recorder(capacity=2_000), settings)
    database.session_facts()
    yield database
    database.close()
