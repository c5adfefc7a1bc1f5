"""Open connections for the tests of the ledger's SQL."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import assert_adds_up
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection


@pytest.fixture
def admin(ledger_url: str) -> Iterator[Connection]:
    """Lend the administrator's connection; after the test, whatever it did, the books must add up."""
    with connected(ledger_url) as connection:
        yield connection
        assert_adds_up(connection)


@pytest.fixture
def connect(as_role: Callable[[str], str], admin: Connection) -> Iterator[Callable[[str], Connection]]:
    """Open connections as the roles; they are closed before the books are checked."""
    with ExitStack() as stack:
        yield lambda login: stack.enter_context(connected(as_role(login)))


@pytest.fixture
def operator(connect: Callable[[str], Connection]) -> Connection:
    """Lend an operator's connection."""
    return connect("t_operator")
