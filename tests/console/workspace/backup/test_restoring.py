"""Restoring a backup: the same ledger again, or the one that was there, and never something between."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from console.errors import ConsoleError, EmbeddedServerError
from console.ledger.audit.verify.questions import verify
from console.ledger.audit.witness import Witness
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.server import EmbeddedServer
from console.postgres.schema import NewerSchemaError
from console.settings import Paths, Settings
from console.workspace.backup.errors import DamagedBackupError, PassphraseError, WouldLoseError
from console.workspace.backup.files import check
from console.workspace.backup.making import make_backup
from console.workspace.backup.restoring import restore
from console.workspace.workspace import open_workspace
from tests.cluster import driver_url
from tests.console.workspace.backup.conftest import copy_of, owner, pay, state, stop_all

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Spawn = Callable[..., subprocess.Popen[str]]

PASSPHRASE = "three plain words"
REASON = "the disk of the till broke"


@pytest.fixture
def backup(paths: Paths, tmp_path: Path) -> Path:
    """Back the ledger up, with the passphrase."""
    return make_backup(Settings.load(), paths, tmp_path / "a.ledgerbackup", passphrase=PASSPHRASE).file


def bring_back(paths: Paths, file: Path, *, over: str | None = None) -> Path | None:
    return restore(Settings.load(), paths, file, passphrase=PASSPHRASE, over_reason=over).kept


def see(paths: Paths) -> tuple[str, ...]:
    """Verify the ledger as `ledgerctl verify` does; return what the witness has against it."""
    with open_workspace(Settings.load(), paths, is_served=False) as workspace:
        report = verify(workspace.database)
        assert [check.code for check in report.checks if not check.passed] == []
        witness = Witness(paths.data)
        objections = witness.check(workspace.database).objections
        if not objections:
            witness.remember(report.head)
    return objections


def test_wiped_and_restored_it_is_the_same_ledger(paths: Paths, backup: Path) -> None:
    before = state(paths)
    shutil.rmtree(paths.data)
    assert bring_back(paths, backup) is None
    assert before.differences(state(paths)) == []
    assert see(paths) == ()
    pay(paths, "after the restore")


def test_operators_keep_their_passwords_by_an_encrypted_one_alone(paths: Paths, tmp_path: Path) -> None:
    with owner(paths) as connection:
        # As an operator whom an administrator has made.
        connection.execute("CREATE ROLE mara LOGIN PASSWORD 'a long password'")
        connection.execute("GRANT ledger_viewer TO mara")
    secret = make_backup(Settings.load(), paths, tmp_path / "secret", passphrase=PASSPHRASE).file
    plain = make_backup(Settings.load(), paths, tmp_path / "plain").file
    for file, may in ((secret, True), (plain, False)):
        shutil.rmtree(paths.data)
        restore(Settings.load(), paths, file, passphrase=PASSPHRASE if may else None)
        with EmbeddedServer(paths.data) as server:
            words = driver_url(server.url_for("mara", "a long password"))
            if may:
                with psycopg.connect(words) as connection:
                    found = connection.execute("SELECT count(*) FROM ledger.transactions").fetchone()
                    assert found == (60,)
            else:
                with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                    psycopg.connect(words)
        with open_workspace(Settings.load(), paths, is_served=False) as workspace:
            assert "ledger_operator" in workspace.facts.rights


def test_a_later_ledger_is_not_lost_without_a_reason_which_its_chain_keeps(
    paths: Paths, backup: Path
) -> None:
    assert see(paths) == ()
    pay(paths, "one")
    pay(paths, "two")
    with owner(paths) as connection:
        connection.execute("SELECT ledger.set_business_zone(gen_random_uuid(), 'Asia/Tokyo', 'we moved')")
    assert see(paths) == ()
    later = state(paths)
    with pytest.raises(WouldLoseError, match=r"since: 2 transactions, the first of .* and 1 event"):
        bring_back(paths, backup)
    assert later.differences(state(paths)) == []
    kept = bring_back(paths, backup, over=REASON)
    assert kept is not None
    assert kept.is_dir()
    now = state(paths)
    assert (now.transactions, now.event) == (later.transactions - 2, later.event)
    with owner(paths) as connection:
        action, reason, detail = connection.execute(
            "SELECT action, reason, detail FROM ledger.audit_events ORDER BY id DESC LIMIT 1"
        ).fetchone() or ("", "", {})
    assert (action, reason) == ("note_restore", REASON)
    assert detail["request"]["restored"]["replaced"]["event"] == later.event
    assert detail["request"]["restored"]["replaced"]["hash"] == later.event_hash
    # The witness was told, so it cries neither now nor later.
    assert see(paths) == ()


def test_an_older_copy_put_there_by_hand_is_still_told_by_the_witness(paths: Paths, tmp_path: Path) -> None:
    copy_of(paths.data / "server" / "pgdata", tmp_path / "older")
    with owner(paths) as connection:
        connection.execute("SELECT ledger.set_business_zone(gen_random_uuid(), 'Asia/Tokyo', 'we moved')")
    assert see(paths) == ()
    shutil.rmtree(paths.data / "server" / "pgdata")
    copy_of(tmp_path / "older", paths.data / "server" / "pgdata")
    assert len(see(paths)) == 1


def test_what_the_witness_has_seen_is_a_loss_although_the_ledger_is_gone(paths: Paths, backup: Path) -> None:
    with owner(paths) as connection:
        connection.execute("SELECT ledger.set_business_zone(gen_random_uuid(), 'Asia/Tokyo', 'we moved')")
    assert see(paths) == ()
    shutil.rmtree(paths.data / "server")
    with pytest.raises(WouldLoseError, match="has seen the ledger's audit trail up to event 4"):
        bring_back(paths, backup)
    bring_back(paths, backup, over=REASON)
    assert see(paths) == ()


def test_one_that_went_its_own_way_is_a_loss(paths: Paths, backup: Path, tmp_path: Path) -> None:
    other = Paths.standard(tmp_path / "other")
    bring_back(other, backup)
    for one, zone in ((paths, "Asia/Tokyo"), (other, "Asia/Seoul")):
        with owner(one) as connection:
            connection.execute("SELECT ledger.set_business_zone(gen_random_uuid(), %s, 'moved')", [zone])
    theirs = make_backup(Settings.load(), other, tmp_path / "b", passphrase=PASSPHRASE).file
    with pytest.raises(WouldLoseError, match="went different ways"):
        bring_back(paths, theirs)


def test_another_ledger_is_a_loss(paths: Paths, backup: Path, tmp_path: Path) -> None:
    other = Paths.standard(tmp_path / "other")
    with open_workspace(Settings.load(), other, is_served=False):
        pass
    with pytest.raises(WouldLoseError, match="Another ledger stands here"):
        bring_back(other, backup)


def test_one_that_cannot_be_opened_is_restored_over_with_a_reason(paths: Paths, backup: Path) -> None:
    before = state(paths)
    (paths.data / "server" / "pgdata" / "global" / "pg_control").write_bytes(b"broken")
    with pytest.raises(WouldLoseError, match="cannot be opened"):
        bring_back(paths, backup)
    bring_back(paths, backup, over=REASON)
    now = state(paths)
    assert (now.transactions, now.totals, now.event) == (before.transactions, before.totals, before.event + 1)


def test_nobody_loses_the_ground_under_the_feet(paths: Paths, backup: Path) -> None:
    with EmbeddedServer(paths.data), pytest.raises(EmbeddedServerError, match="uses the database"):
        bring_back(paths, backup)
    assert state(paths).transactions == 60


def test_what_is_wrong_with_the_file_changes_nothing(paths: Paths, backup: Path, tmp_path: Path) -> None:
    before, content = state(paths), backup.read_bytes()
    with pytest.raises(PassphraseError):
        restore(Settings.load(), paths, backup, passphrase="another")
    wrong = tmp_path / "wrong"
    for changed in (content[:-1], content[: len(content) // 2], content[:2000] + b"?" + content[2001:]):
        wrong.write_bytes(changed)
        with pytest.raises((DamagedBackupError, PassphraseError)):
            bring_back(paths, wrong)
    assert before.differences(state(paths)) == []
    assert list(Folder.of(paths.data).path.glob("pgdata-*")) == []


def test_a_backup_of_a_newer_ledger_is_refused(paths: Paths, tmp_path: Path) -> None:
    with owner(paths) as connection:
        connection.execute("UPDATE ledger.schema_version SET version_num = '0999'")
    file = make_backup(Settings.load(), paths, tmp_path / "newer").file
    with pytest.raises(NewerSchemaError, match="schema 0999, and this console"):
        restore(Settings.load(), Paths.standard(tmp_path / "other"), file)


@pytest.mark.parametrize("turn", range(3))
def test_killed_it_leaves_the_one_or_the_other(
    paths: Paths, backup: Path, spawn: Spawn, tmp_path: Path, turn: int
) -> None:
    pay(paths, "one")
    later, saved = state(paths), check(backup, PASSPHRASE).facts
    (tmp_path / "words").write_text(f"{PASSPHRASE}\n")
    process = spawn(
        "--data-dir", str(paths.data), "restore", str(backup), "--over", REASON,
        "--passphrase-file", str(tmp_path / "words"),
    )  # fmt: skip
    time.sleep(1 + 4 * turn / 3)
    process.kill()
    process.communicate()
    now = state(paths)
    assert now.transactions in {later.transactions, saved.transactions}
    assert see(paths) == ()
    assert list(Folder.of(paths.data).path.glob(".incoming-*")) == []
    stop_all(paths.data)


def test_a_reason_is_asked_for_before_anything_is_made(paths: Paths, backup: Path) -> None:
    pay(paths, "one")
    with pytest.raises(ConsoleError):
        bring_back(paths, backup)
    assert list(Folder.of(paths.data).path.glob(".incoming-*")) == []
