"""Settings come from the environment and the file, and a wrong one is named without its value."""

from __future__ import annotations

import os
import tomllib
import traceback
from pathlib import Path

import pytest

from console.errors import UsageError
from console.settings import Paths, SettingNotKeptError, Settings, keep_setting


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for name in list(os.environ):
        if name.upper().startswith("LEDGER_"):
            monkeypatch.delenv(name)
    config = tmp_path / "config"
    config.mkdir()
    return Paths(data=tmp_path / "data", config=config, state=tmp_path / "state", log=tmp_path / "log")


def refusal(paths: Paths) -> str:
    with pytest.raises(UsageError) as caught:
        Settings.load(paths)
    return str(caught.value)


def test_defaults(paths: Paths) -> None:
    settings = Settings.load(paths)
    assert settings.model_dump() == {
        "database_url": None,
        "gate_password": None,
        "data_dir": None,
        "theme": "system",
        "slow_threshold_ms": 100,
        "page_size": 200,
        "pool_size": 4,
        "pool_overflow": 4,
        "statement_timeout_s": 15,
        "batch_timeout_s": 120,
        "lock_timeout_s": 3,
        "breaker_failures": 5,
        "breaker_pause_s": 5,
        "alert_statements": 10,
        "alert_p95_ms": 100,
        "alert_repeats": 3,
        "metrics_port": 0,
        "pooled": False,
        "keeper": True,
        "read_only": False,
        "lock_after_min": 15,
        "backup_folder": None,
        "backup_every_h": 0,
        "backup_keep": 14,
    }


def test_environment_wins_over_file(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    paths.settings_file.write_text('theme = "dark"\npage_size = 50\n', encoding="utf-8")
    monkeypatch.setenv("LEDGER_PAGE_SIZE", "75")
    settings = Settings.load(paths)
    assert (settings.theme, settings.page_size) == ("dark", 75)


def test_empty_variable_counts_as_absent(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_DATA_DIR", "")
    assert Settings.load(paths).data_dir is None


def test_file_with_byte_order_mark(paths: Paths) -> None:
    paths.settings_file.write_bytes(b'\xef\xbb\xbftheme = "light"\n')
    assert Settings.load(paths).theme == "light"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_database_url_names_the_driver(paths: Paths, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("LEDGER_DATABASE_URL", f"{scheme}://kim:geheim@db/ledger")
    settings = Settings.load(paths)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://kim:geheim@db/ledger"
    assert "geheim" not in repr(settings)


def test_wrong_database_url_never_shows_the_secret(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_DATABASE_URL", "mysql://kim:geheim@db/ledger")
    with pytest.raises(UsageError) as caught:
        Settings.load(paths)
    shown = "".join(traceback.format_exception(caught.value))
    assert "Environment variable LEDGER_DATABASE_URL must be a URL such as postgresql://" in shown
    assert "geheim" not in shown


@pytest.mark.parametrize(
    ("line", "key", "allowed"),
    [
        ('theme = "blue"', "theme", "one of system, light, dark, contrast"),
        ("page_size = 9", "page_size", "from 10 to 5000"),
        ('pool_size = "many"', "pool_size", "from 1 to 50"),
        ("pool_size = true", "pool_size", "from 1 to 50"),
        ('pooled = "perhaps"', "pooled", "true or false"),
        ("lock_timeout_s = 0.5", "lock_timeout_s", "from 1 to 600"),
        ('database_url = "sqlite:///geheim"', "database_url", "postgresql://"),
        ("data_dir = 7", "data_dir", "path of a folder"),
    ],
)
def test_bad_value_in_file(paths: Paths, line: str, key: str, allowed: str) -> None:
    paths.settings_file.write_text(line, encoding="utf-8")
    message = refusal(paths)
    assert message.startswith(f"{paths.settings_file}: {key} must be ")
    assert allowed in message
    assert "geheim" not in message


def test_bad_value_in_environment_is_blamed_on_the_variable(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.settings_file.write_text('theme = "dark"', encoding="utf-8")
    monkeypatch.setenv("LEDGER_THEME", "blue")
    expected = "Environment variable LEDGER_THEME must be one of system, light, dark, contrast."
    assert refusal(paths) == expected


def test_unknown_key_is_named(paths: Paths) -> None:
    paths.settings_file.write_text("page_sise = 100", encoding="utf-8")
    message = refusal(paths)
    assert f"{paths.settings_file}: there is no setting 'page_sise'" in message
    assert "page_size" in message


def test_every_mistake_is_named_at_once(paths: Paths) -> None:
    paths.settings_file.write_text('theme = "blue"\npage_size = 1', encoding="utf-8")
    message = refusal(paths)
    assert "theme must be" in message
    assert "page_size must be" in message


@pytest.mark.parametrize(
    ("content", "reason"), [(b"theme = ", "is not valid TOML"), (b"theme = '\xe9'", "is not UTF-8 text")]
)
def test_broken_file(paths: Paths, content: bytes, reason: str) -> None:
    paths.settings_file.write_bytes(content)
    message = refusal(paths)
    assert message.startswith(f"{paths.settings_file} ")
    assert reason in message


def test_unreadable_file(paths: Paths) -> None:
    paths.settings_file.mkdir()
    assert "settings.toml cannot be read: Is a directory" in refusal(paths)


def test_data_dir_overrides_the_data_folder_only(tmp_path: Path) -> None:
    standard = Paths.standard()
    moved = Paths.standard(data_dir=tmp_path)
    assert moved.data == tmp_path
    assert (moved.config, moved.state, moved.log) == (standard.config, standard.state, standard.log)
    assert "ledger-console" in standard.data.parts


def test_data_dir_is_made_absolute(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_DATA_DIR", "~/ledger")
    assert Settings.load(paths).data_dir == Path("~/ledger").expanduser()


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
