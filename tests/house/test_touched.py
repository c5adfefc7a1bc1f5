"""What `make check` runs after a change."""

from __future__ import annotations

import pytest

from tests.house.touched import TOP, touched

HOUSE = "tests/test_architecture.py"


@pytest.mark.parametrize(
    ("file", "tests"),
    [
        ("ui/screens/batches/load/fields.py", ["tests/ui/screens/batches"]),
        (
            "models/functions/batches/post_batch.sql",
            ["tests/console/ledger/batches", "tests/models/batches", "tests/ui/screens/batches"],
        ),
        ("console/ledger/batches/page.py", ["tests/console/ledger/batches", "tests/ui/screens/batches"]),
        ("console/server/locks.py", ["tests/console/server", "tests/ui/screens/server"]),
        ("console/money.py", ["tests/console"]),
        ("tests/ui/kit/test_worker.py", ["tests/ui/kit/test_worker.py"]),
        ("tests/ui/kit/test_taken_away.py", ["tests/ui/kit"]),
        ("docs/figures.md", []),
    ],
)
def test_a_change_touches_the_tests_of_its_subject(file: str, tests: list[str]) -> None:
    assert touched([file]) == sorted([HOUSE, *tests])
    assert all((TOP / test).exists() for test in tests)


def test_no_test_is_named_twice() -> None:
    assert touched(["console/money.py", "console/server/locks.py"]) == [
        "tests/console", HOUSE, "tests/ui/screens/server",
    ]  # fmt: skip
