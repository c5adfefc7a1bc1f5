"""Whatever is planted where diagnostics look, nothing of it is in any file."""

from __future__ import annotations

import io
import stat
import sys
import threading
import zipfile
from typing import TYPE_CHECKING, Final

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from console.errors import ConsoleError
from console.ledger.jobs.states import Job
from console.monitor.watch import Alert, Level
from console.postgres.database import Database
from console.postgres.embedded.folder import Folder
from console.settings import Paths, Settings
from console.settings.profiles.profile import Profile
from console.settings.profiles.store import ProfileStore
from console.workspace.diagnostics.archive import DiagnosticsThereError, packed, save
from console.workspace.diagnostics.ledger import NotInTimeError, OpenLedger, within
from console.workspace.diagnostics.report import Sources, collect
from console.workspace.diagnostics.words import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.cancellation import Cancellation
    from tests.bookkeeping import Connection

# One each of what must never be given away; in small letters, as the files are looked through.
PLANTED: Final = (
    "hunter2secret", "gatehunter3", "mara.lang@example.org", "maralang", "ledgerhost.example.net",
    "payrolldb", "acmebank", "ref-77-4411", "12,345.67", "1234567", "operatorzoe", "keyfile",
)  # fmt: skip


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Return folders below a home that bears a user's name, with something planted in each file."""
    home = tmp_path / "maralang"
    monkeypatch.setenv("HOME", str(home))
    made = Paths(home / "data", home / "config", home / "state", home / "log")
    for folder in (made.data / "server", made.config, made.log):
        folder.mkdir(parents=True)
    made.log_file.write_text(
        "2026-10-09 08:53:20,123 ERROR ui.start.crash: uncaught mara.lang@example.org paid 12,345.67\n"
        "Traceback (most recent call last):\n"
        f'  File "{home}/acmebank/console/money.py", line 12, in maralang\n'
        "ValueError: postgresql://operatorzoe:hunter2secret@ledgerhost.example.net/payrolldb ref-77-4411\n",
        encoding="utf-8",
    )
    Folder.of(made.data).log.write_text(
        "2026-10-09 08:53:20.123 UTC [1234567] operatorzoe@payrolldb ERROR:  deadlock detected by maralang\n"
        "DETAIL:  mara.lang@example.org\n",
        encoding="utf-8",
    )
    store = ProfileStore(made)
    for number in (1, 2):
        store.add(Profile.made(
            name=f"acmebank {number}", kind="server", hosts=["ledgerhost.example.net:6543"],
            database="payrolldb", operator="operatorzoe", environment="ACMEBANK",
            client_certificate=str(home / "keyfile.crt"), client_key=str(home / "keyfile.key"),
        ))  # fmt: skip
    return made


@pytest.fixture
def planted(paths: Paths) -> Settings:
    url = "postgresql+psycopg://operatorzoe:hunter2secret@ledgerhost.example.net/payrolldb"
    return Settings.model_construct(
        database_url=SecretStr(url),
        gate_password=SecretStr("gatehunter3"),
        data_dir=paths.data,
        backup_folder=paths.data.parent / "acmebank" / "backups",
    )


def whole(sources: Sources) -> dict[str, str]:
    """Return all texts by name, none of which has anything that was planted."""
    found = {file.name: file.text for file in collect(sources)}
    for name, words in found.items():
        assert [secret for secret in PLANTED if secret in words.lower()] == [], name
        assert UNKNOWN not in name
    return found


def test_nothing_that_was_planted_is_in_any_file(
    planted: Settings, paths: Paths, operator_database: Database, admin: Connection
) -> None:
    recorder = operator_database.recorder

    def fail(statement: str) -> None:
        with pytest.raises(ConsoleError):
            operator_database.read("maralang", lambda session: session.execute(text(statement)))

    fail("SELECT 'mara.lang@example.org' AS maralang, 12345.67 FROM payrolldb.acmebank")
    fail("ALTER ROLE \"operatorzoe\" PASSWORD 'hunter2secret'")
    admin.execute("CREATE TABLE ledger.acmebank (maralang int)")
    try:
        alert = Alert(
            Level.WARNING, "N+1 in maralang: SELECT acmebank ran 1234567 times.", "maralang", None, 0
        )
        opened = OpenLedger(operator_database, (alert,))
        found = whole(Sources(planted, paths, (("Qt platform", "offscreen"),), opened))
    finally:
        admin.execute("DROP TABLE ledger.acmebank")
    assert recorder.snapshot().failed.any()
    assert "set, not shown" in found["settings.txt"]
    assert f"~/{UNKNOWN}/backups" in found["settings.txt"]
    assert found["profiles.txt"].count("host-1 (network, port of its own)") == 2
    assert "ValueError" in found["console-log.txt"]
    assert "console/money.py:12" in found["console-log.txt"]
    assert found["server-log-1.txt"] == "2026-10-09 08:53:20 ERROR deadlock detected\n"
    assert "UndefinedTable" in found["errors.txt"]
    assert "42P01" in found["errors.txt"]
    assert "server.figures" not in found["errors.txt"]
    assert "repeated statement" in found["alerts.txt"]
    assert "closed" in found["connections.txt"]
    assert "transactions" in found["server.txt"]
    assert f"\n{UNKNOWN} " in found["server.txt"]
    assert all(job.value in found["jobs.txt"] for job in Job)
    assert "was not verified yet" in found["jobs.txt"]
    assert "Not collected" not in "".join(found.values())


def test_a_part_that_cannot_be_had_keeps_no_other_away(paths: Paths) -> None:
    paths.profiles_file.write_text("{mara.lang@example.org", encoding="utf-8")
    found = whole(Sources(None, paths))
    assert found["profiles.txt"].startswith("Not collected: ProfilesUnusableError")
    assert found["settings.txt"] == "The settings cannot be read.\n"
    assert "server-log-1.txt" in found


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_said() -> None:
    asked = threading.Event()
    let_go = threading.Event()

    def ask(cancel: Cancellation) -> None:
        cancel.attach(asked.set)
        let_go.wait(10)

    with pytest.raises(NotInTimeError, match=r"within 0\.05 s"):
        within(0.05, ask)
    assert asked.wait(5)
    let_go.set()


def test_a_server_that_is_gone_leaves_the_rest(
    paths: Paths, settings: Settings, operator_database: Database
) -> None:
    gone = Database(
        "postgresql+psycopg://operatorzoe@127.0.0.1:1/payrolldb", operator_database.recorder, settings
    )
    found = whole(Sources(settings, paths, ledger=OpenLedger(gone)))
    gone.close()
    assert found["jobs.txt"].startswith("Not collected: DatabaseUnreachableError")
    assert "of 8" in found["connections.txt"]


def test_the_archive_has_the_very_texts_and_is_its_owners_alone(paths: Paths, tmp_path: Path) -> None:
    files = collect(Sources(None, paths))
    target = tmp_path / "out.zip"
    save(files, target, overwrite=False)
    with zipfile.ZipFile(target) as archive:
        found = {name.partition("/")[2]: archive.read(name).decode() for name in archive.namelist()}
    assert found == {file.name: file.text for file in files}
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(DiagnosticsThereError, match="overwrite"):
        save(files[:1], target, overwrite=False)
    save(files[:1], target, overwrite=True)
    with zipfile.ZipFile(io.BytesIO(packed(files[:1]))) as archive:
        assert len(archive.namelist()) == 1
    assert len(zipfile.ZipFile(target).namelist()) == 1
