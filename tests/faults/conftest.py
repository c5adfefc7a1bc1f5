"""The harness's own server, which writes through to the disk and is stopped at once when a test wants it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.kit.bank import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.kit.bank import Server


@pytest.fixture(scope="session")
def fire_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Lend a server that tests may crash; never the one of LEDGER_TEST_DATABASE_URL."""
    with running_server(tmp_path_factory.mktemp("fire")) as server:
        yield server


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether this is the long run."""
    return os.environ.get("LEDGER_SOAK") == "1"
