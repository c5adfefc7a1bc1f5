"""The ledger's administrator, and a second currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.models.books.acts import add

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of an administrator of the ledger, who is none of the server."""
    return connect("t_admin")


@pytest.fixture
def euro(admin: Connection) -> str:
    """Add a currency that nothing is in."""
    add(admin, "EUR", 2)
    return "EUR"
