"""A ledger on which everything was done once, made once for all tests of tampering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.tamper.ledger import make_busy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster import Cluster


@pytest.fixture(scope="session")
def busy(cluster: Cluster, ledger_template: str) -> Iterator[str]:
    """Name the database; tests copy it, or roll back what they do."""
    name = cluster.create(ledger_template)
    make_busy(cluster.url(name), lambda login: cluster.url(name, login))
    yield name
    cluster.drop(name)


@pytest.fixture
def copy(cluster: Cluster, busy: str) -> Iterator[str]:
    """Return the administrator's URL of a copy of the test's own."""
    name = cluster.create(busy)
    yield cluster.url(name)
    cluster.drop(name)
