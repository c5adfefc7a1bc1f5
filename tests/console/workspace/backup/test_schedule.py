"""Backups at set times: when one is due, which old ones go, and that a locked keyring makes none in clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from pydantic import SecretStr
from typing_extensions import override

from console.settings import Paths, Settings
from console.settings.profiles.secrets import Secrets
from console.workspace.backup import schedule
from console.workspace.backup.files import read_header
from console.workspace.backup.passphrase import PassphraseNotThereError, SetPassphrase
from console.workspace.backup.schedule import back_up_if_due, known_backups
from console.workspace.backup.timer import BackupTimer
from tests.console.workspace.backup.conftest import facts

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Keyring:
    """A keyring in memory, which may be locked."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    locked: bool = False
    name: str = "of this test"

    def get_password(self, service: str, user: str) -> str | None:
        if self.locked:
            raise RuntimeError
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        self.kept[service, user] = password

    def delete_password(self, service: str, user: str) -> None:
        del self.kept[service, user]


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv("LEDGER_BACKUP_EVERY_H", "24")
    monkeypatch.setenv("LEDGER_BACKUP_KEEP", "2")
    monkeypatch.setenv("LEDGER_BACKUP_FOLDER", str(tmp_path / "out"))
    return Settings.load()


def set_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    class Clock(datetime):
        @classmethod
        @override
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # the base has another name for it
            assert tz is UTC
            return at

    monkeypatch.setattr(schedule, "datetime", Clock)
    monkeypatch.setattr("console.workspace.backup.making.datetime", Clock)


def test_one_is_made_when_the_newest_is_old_and_the_oldest_go(
    paths: Paths, wanted: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    strange = tmp_path / "out" / "ledger-strange.ledgerbackup"
    strange.write_text("not a backup")
    made = []
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for hours, due in ((0, True), (23, False), (24, True), (50, True)):
        set_clock(monkeypatch, begin + timedelta(hours=hours))
        report = back_up_if_due(wanted, paths)
        assert (report is not None) == due
        if report is not None:
            made.append(report.file)
    known = known_backups(tmp_path / "out", facts(paths).ledger)
    assert [one.file for one in known] == made[1:]
    assert strange.exists()
    # A clock that went back holds nothing up.
    set_clock(monkeypatch, begin)
    assert back_up_if_due(wanted, paths) is not None


def test_none_is_made_where_none_is_wanted_or_another_makes_it(paths: Paths, wanted: Settings) -> None:
    assert back_up_if_due(wanted.model_copy(update={"backup_every_h": 0}), paths) is None
    with FileLock(paths.data / "backup.lock"):
        assert back_up_if_due(wanted, paths) is None
    assert back_up_if_due(wanted, paths) is not None


def test_a_locked_keyring_makes_none_in_clear(paths: Paths, wanted: Settings, tmp_path: Path) -> None:
    keyring = Keyring()
    secrets = Secrets(keyring)
    kept = SetPassphrase(paths.data, str(facts(paths).ledger), secrets)
    kept.keep(SecretStr("three plain words"))
    assert "three plain words" not in "".join(
        file.read_text(errors="replace") for file in paths.data.glob("*") if file.is_file()
    )
    keyring.locked = True
    with pytest.raises(PassphraseNotThereError, match="none is made without the passphrase"):
        back_up_if_due(wanted, paths, secrets=secrets)
    assert list((tmp_path / "out").iterdir()) == []
    keyring.locked = False
    report = back_up_if_due(wanted, paths, secrets=secrets)
    assert report is not None
    assert read_header(report.file).is_encrypted
    kept.forget()
    assert (keyring.kept, kept.get()) == ({}, None)


def test_an_open_console_makes_it_and_stops_at_once(
    paths: Paths, wanted: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.workspace.backup.timer.TICK_S", 0.01)
    told: list[object] = []
    timer = BackupTimer(wanted, paths)

    def hear(what: object) -> None:
        told.append(what)
        timer.stop()

    timer.told = hear
    timer.run()
    assert len(told) == 1
    assert read_header(told[0].file).facts.transactions == 60  # type: ignore[attr-defined]  # a report, or the next line fails
    idle = BackupTimer(wanted.model_copy(update={"backup_every_h": 0}), paths)
    idle.start()
    idle.stop()
