"""Who else acts upon an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection


@pytest.fixture
def as_admin(as_role: Callable[[str], str]) -> Iterator[Connection]:
    """Lend the connection of somebody who sets rules and erases."""
    with connected(as_role("t_admin")) as connection:
        yield connection
