"""Folders and profiles for the tests of console.settings.profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.settings import Paths
from console.settings.profiles.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Return folders of this test's own, none of which is there yet."""
    return Paths(*(tmp_path / name for name in ("data", "config", "state", "log")))


def server(**values: Any) -> Profile:
    """Return a profile of a server."""
    return Profile.made(
        **{"name": "Books", "kind": "server", "hosts": ["db.example.org"], "database": "ledger"} | values
    )
