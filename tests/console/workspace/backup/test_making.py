"""Making a backup: whole, private, of one moment; or no file at all."""

from __future__ import annotations

import signal
import stat
import sys
import time
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from console.errors import CancelledError, FileRefusedError, SchemaError, UsageError
from console.postgres.cancellation import Cancellation
from console.settings import Paths, Settings
from console.workspace.backup.errors import NotOwnLedgerError
from console.workspace.backup.files import SUFFIX, Content, check, read_header, reading
from console.workspace.backup.making import make_backup
from tests.console.workspace.backup.conftest import pay, state

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.steps import Step

    Spawn = Callable[..., subprocess.Popen[str]]

PASSPHRASE = "three plain words"


def test_it_says_of_itself_what_the_ledger_is_and_holds_the_roles(paths: Paths, tmp_path: Path) -> None:
    told: list[Step] = []
    secret = make_backup(
        Settings.load(), paths, tmp_path / "a.ledgerbackup", passphrase=PASSPHRASE, progress=told.append
    )
    plain = make_backup(Settings.load(), paths, tmp_path)
    assert plain.file.parent == tmp_path
    assert plain.file.suffix == SUFFIX
    assert told[-1].words == "Reading the backup through"
    now = state(paths)
    for report, passphrase in ((secret, PASSPHRASE), (plain, None)):
        header = read_header(report.file)
        assert now.differences(header.facts) == []
        assert check(report.file, passphrase) == header
        assert stat.S_IMODE(report.file.stat().st_mode) == 0o600
        with reading(report.file) as reader:
            roles = Content(reader.pieces(passphrase), report.file).roles()
        assert b"CREATE ROLE ledger_owner;" in roles
        # Nobody gets at a password, even hashed, by a file that everybody can read; nor the superuser ever.
        assert (b"SCRAM-SHA-256" in roles) == header.has_passwords == (passphrase is not None)
        assert b"ROLE ledger_admin_local" not in roles.replace(b"GRANTED BY ledger_admin_local", b"")


def test_what_is_there_is_not_written_over(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("mine")
    with pytest.raises(UsageError, match=r"mine\.txt: there is a file of this name already"):
        make_backup(Settings.load(), paths, file)
    with pytest.raises(UsageError, match="there is no such folder"):
        make_backup(Settings.load(), paths, tmp_path / "nowhere" / "a")
    assert file.read_text() == "mine"


def test_a_cancelled_one_leaves_nothing(paths: Paths, tmp_path: Path) -> None:
    target, cancel = tmp_path / "out", Cancellation()
    target.mkdir()

    def stop(step: Step) -> None:
        if step.words.startswith("Copying"):
            cancel.cancel()

    with pytest.raises(CancelledError):
        make_backup(Settings.load(), paths, target, progress=stop, cancel=cancel)
    assert list(target.iterdir()) == []


def test_it_is_of_one_moment_while_others_post(paths: Paths, tmp_path: Path) -> None:
    before = state(paths)
    paid: list[int] = []

    def pay_meanwhile(step: Step) -> None:
        if step.words.startswith("Copying") and not paid:
            paid.append(1)
            pay(paths, "meanwhile")

    report = make_backup(Settings.load(), paths, tmp_path / "a", progress=pay_meanwhile)
    assert paid
    assert before.differences(report.header.facts) == []
    assert before.differences(state(paths)) != []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_full_disk_leaves_nothing(paths: Paths, tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on every system

    target = tmp_path / "out"
    target.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(step: Step) -> None:
        # Not earlier: the server that is started would be limited, too.
        if step.words.startswith("Looking"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))

    try:
        with pytest.raises(
            FileRefusedError, match=r"the disk is full; free some space\. Nothing was left behind"
        ):
            make_backup(Settings.load(), paths, target, progress=limit)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("turn", range(3))
def test_killed_it_leaves_no_file_that_looks_whole(
    paths: Paths, tmp_path: Path, spawn: Spawn, turn: int
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    process = spawn("--data-dir", str(paths.data), "backup", str(target / "a.ledgerbackup"), "--plain")
    time.sleep(0.4 + turn / 3)
    process.kill()
    process.communicate()
    for file in target.glob("*"):
        if not file.name.startswith("."):
            check(file)
    assert make_backup(Settings.load(), paths, target / "b.ledgerbackup").header.facts.transactions == 60


def test_interrupted_it_says_so(paths: Paths, tmp_path: Path, spawn: Spawn) -> None:
    target = tmp_path / "out"
    target.mkdir()
    process = spawn("--data-dir", str(paths.data), "backup", str(target), "--plain")
    # A file has begun: so the command listens to Ctrl+C.
    give_up_at = time.monotonic() + 30
    while not list(target.glob(".*")) and process.poll() is None:
        assert time.monotonic() < give_up_at
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _out, complaint = process.communicate(timeout=30)
    if process.returncode:
        assert (process.returncode, complaint) == (130, "Cancelled. Nothing was changed.\n")
        assert list(target.iterdir()) == []
    else:
        assert len(list(target.iterdir())) == 1


def test_a_server_of_others_is_not_backed_up_from_here(tmp_path: Path, paths: Paths) -> None:
    settings = Settings.load().model_copy(
        update={"database_url": SecretStr("postgresql://somebody@127.0.0.1/ledger")}
    )
    with pytest.raises(NotOwnLedgerError, match="pg_dump"):
        make_backup(settings, paths, tmp_path)


def test_where_there_is_no_ledger_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(SchemaError, match="nothing to back up"):
        make_backup(Settings.load(), Paths.standard(tmp_path / "empty"), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
