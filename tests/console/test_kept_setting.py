"""One setting is written, and the rest of the file stays as it is."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from console.settings import SettingNotKeptError, keep_setting

if TYPE_CHECKING:
    from pathlib import Path

KEY = "slow_threshold_ms"


def test_a_file_is_made_with_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    keep_setting(file, KEY, 250)
    assert file.read_text(encoding="utf-8") == "slow_threshold_ms = 250\n"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('# mine\ntheme = "dark"', '# mine\ntheme = "dark"\nslow_threshold_ms = 250\n'),
        ("  slow_threshold_ms=3 # fast\npage_size = 50\n", "slow_threshold_ms = 250\npage_size = 50\n"),
        ("slow_threshold_ms_of_mine = 1\n", "slow_threshold_ms_of_mine = 1\nslow_threshold_ms = 250\n"),
    ],
)
def test_the_rest_stays(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(before, encoding="utf-8")
    keep_setting(file, KEY, 250)
    assert file.read_text(encoding="utf-8") == after
    assert tomllib.loads(after)[KEY] == 250


def test_what_cannot_be_written_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    blocked = tmp_path / "folder"
    blocked.write_text("a file", encoding="utf-8")
    with pytest.raises(SettingNotKeptError, match="cannot be written"):
        keep_setting(blocked / "settings.toml", KEY, 250)
    foreign = tmp_path / "settings.toml"
    foreign.write_bytes(b"theme = '\xe4'\n")
    with pytest.raises(SettingNotKeptError, match="not UTF-8"):
        keep_setting(foreign, KEY, 250)
    assert foreign.read_bytes() == b"theme = '\xe4'\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "settings.toml"]
