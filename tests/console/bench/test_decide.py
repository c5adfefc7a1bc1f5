"""The measurements of the inbox measure: on a small ledger every figure is there, each in its statements."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.bench import decide
from console.bench.place import Place

if TYPE_CHECKING:
    import pytest

    from console.settings import Settings
    from tests.cluster import Cluster

# The name of the ledger's database is made of it; another test process has one of its own.
USERS = 1_001 + 2 * (os.getpid() % 2_000)
MANY = 5


def test_each_question_is_one_statement_beside_the_common_way(
    cluster: Cluster, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(cluster.url("postgres"), settings, USERS, 2_000, keep=False, say=lambda _sentence: None)
    asked = 120
    monkeypatch.setattr(decide, "MANY", MANY)
    found = decide.run(place, open_requests=asked, rounds=1)
    figures = [(one.figure.way, one.figure.statements, one.figure.budget) for one in found]
    assert figures == [
        ("console", 1, 1),
        ("a statement a request", 1 + 2 * asked, None),
        ("console", 1, 1),
        ("console", 1, 1),
        ("console", 2, 2),
        ("console", 1, 1),
        ("one by one", MANY, None),
    ]
    assert all(one.figure.ms > 0 for one in found)
