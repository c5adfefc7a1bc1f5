"""A dump of a ledger with an erased account: no name and no e-mail, and all of it adds up."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from console.postgres.embedded.binaries import find_installation, program
from tests.cluster import driver_url
from tests.e2e.test_cli import Console, user_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME, EMAIL, NOTE = "Mara Lindqvist", "mara.lindqvist@example.com", "her sister called about it"


@pytest.fixture
def admin(tmp_path: Path, as_role: Callable[[str], str]) -> Console:
    """Return an administrator of the test's ledger."""
    return user_of(tmp_path, LEDGER_DATABASE_URL=as_role("t_admin"))


def dump(url: str) -> str:
    """Return all that the server would give a backup."""
    command = [str(program(find_installation(), "pg_dump")), "--dbname", driver_url(url)]
    return subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8").stdout


def test_a_dump_has_nothing_of_who_was_erased(admin: Console, ledger_url: str) -> None:
    reason = ("--reason", "asked by letter")
    for command in (
        ("account", "open", "mara", "--display-name", NAME, "--email", EMAIL, "--currency", "CR", *reason),
        ("account", "note", "mara", NOTE),
        # Refused, and kept as such: the name is taken.
        ("account", "open", "mara", "--display-name", NAME, "--email", EMAIL, "--currency", "CR", *reason),
        ("account", "erase", "mara", *reason),
        ("account", "close", "mara", *reason),
    ):
        admin.run(*command)
    before = dump(ledger_url)
    assert [value in before for value in (NAME, EMAIL, NOTE)] == [True, True, True]
    assert admin.data("account", "erase", "mara", *reason)["notes"] == 1
    after = dump(ledger_url)
    assert [value in after for value in (NAME, EMAIL, NOTE, "lindqvist", "sister")] == [False] * 5
    assert "account:mara" in after
    checked = admin.run("verify")
    assert checked.returncode == 0, checked.stdout
