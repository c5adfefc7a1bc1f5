"""A private file is whole or not there, and its owner's alone."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from console.settings import keep_setting
from console.settings.private import write_private

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


@posix
def test_only_its_owner_may_read_it_whatever_was_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before", encoding="utf-8")
    file.chmod(0o644)
    write_private(file, "after\n")
    assert file.read_bytes() == b"after\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "file"
    write_private(file, "before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(file, "after")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert file.read_text(encoding="utf-8") == "before"


@posix
def test_a_setting_that_is_kept_leaves_the_file_private(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    write_private(file, 'database_url = "postgresql://me:secret@db/ledger"\n')
    keep_setting(file, "slow_threshold_ms", 50)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
