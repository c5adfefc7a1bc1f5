"""What a computer remembers of its last verify: private, by ledger, and honest when it cannot be read."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.errors import UnavailableError
from console.ledger.audit.verify.check import Check
from console.ledger.audit.verify.questions import CHECKS, verify
from console.ledger.audit.verify.remembered import LastVerify, Remembered

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.database import Database


@pytest.fixture
def found(viewer: Database) -> LastVerify:
    return LastVerify.of(verify(viewer), "t_viewer", deep=False)


def test_the_last_one_of_each_ledger_is_kept_whole(found: LastVerify, tmp_path: Path) -> None:
    memory = Remembered(tmp_path / "data")
    assert memory.last(found.ledger) is None
    memory.keep(found)
    assert memory.last(found.ledger) == found
    assert {check.code for check in found.checks} == set(CHECKS)
    broken = Check("chain.hash", "Each", 2, "event 7", "a", "b")
    later = replace(found, checks=(broken,), objections=("cut off",), deep=True)
    memory.keep(later)
    memory.keep(replace(found, ledger="another"))
    assert Remembered(tmp_path / "data").last(found.ledger) == later
    assert (later.findings, later.passed) == ((broken,), False)
    assert not replace(found, objections=("cut off",)).passed


def test_what_was_not_read_is_no_finding(found: LastVerify) -> None:
    """A viewer may not read who the operators are."""
    assert {table for check in found.unread for table in check.unread} >= {"operators"}
    assert found.passed


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
def test_only_its_owner_may_read_it(found: LastVerify, tmp_path: Path) -> None:
    memory = Remembered(tmp_path)
    memory.keep(found)
    assert memory.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{}", '[{"ledger": 1}]', '[{"at": "2026-01-01"}]', '["x"]', "[1]"])
def test_a_file_that_was_spoilt_is_said(tmp_path: Path, content: str) -> None:
    memory = Remembered(tmp_path)
    memory.file.write_text(content)
    if content == "{}":
        assert memory.last("x") is None
        return
    with pytest.raises(UnavailableError, match="cannot be read"):
        memory.last("x")
