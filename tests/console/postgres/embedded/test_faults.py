"""The embedded server comes back from everything that can die, and says what it cannot mend."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from console.errors import EmbeddedServerError
from console.postgres.embedded.cluster import reason_in
from console.postgres.embedded.folder import Folder, unusable
from console.postgres.embedded.postmaster import processes_of
from console.postgres.embedded.server import EmbeddedServer
from tests.console.postgres.embedded.conftest import ask, server_of, server_pid, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.console.postgres.embedded.conftest import Spawn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the faults are Unix signals")


@pytest.fixture
def foreigner() -> Iterator[int]:
    """Run a process that is no database."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        process.kill()


def prepared(data_dir: Path) -> Folder:
    """Make a folder with an empty pgdata in it."""
    folder = Folder.prepare(data_dir)
    folder.pgdata.mkdir()
    if os.geteuid() == 0:
        os.chown(folder.pgdata, 65534, 65534)
    return folder


def refusal(data_dir: Path) -> str:
    with pytest.raises(EmbeddedServerError) as caught:
        EmbeddedServer(data_dir).start()
    message = str(caught.value)
    assert "Traceback" not in message
    assert "\n" not in message
    return message


def test_killed_server_is_revived_with_its_data(made_dir: Path) -> None:
    with EmbeddedServer(made_dir) as server:
        with psycopg.connect(server.owner_url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(server_pid(made_dir), signal.SIGKILL)
        wait_until(lambda: server_of(made_dir) is None)
        server.revive()
        assert ask(server.owner_url, "SELECT number FROM kept") == [(7,)]
    assert server_of(made_dir) is None


def test_a_killed_server_is_started_once_and_joined_by_whoever_else_used_it(made_dir: Path) -> None:
    """A command, then the window that had the server when it died."""
    with EmbeddedServer(made_dir) as window:
        killed = window.process
        assert not window.start_if_dead(killed)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: server_of(made_dir) is None)
        with EmbeddedServer(made_dir) as command:
            started = server_pid(made_dir)
            assert ask(command.owner_url, "SELECT 1") == [(1,)]
            assert window.start_if_dead(killed)
            assert not window.start_if_dead(window.process)
            # Another thread that found the same dead server has waited meanwhile.
            assert window.start_if_dead(killed)
            assert window.process == started
        assert server_pid(made_dir) == started
        assert ask(window.owner_url, "SELECT 1") == [(1,)]


def test_one_that_is_being_stopped_is_waited_for_and_started_anew(made_dir: Path) -> None:
    """As a client leaves it that was killed while it stopped the server."""
    with EmbeddedServer(made_dir) as first:
        with psycopg.connect(first.owner_url.replace("+psycopg", "")):
            stopped = server_pid(made_dir)
            os.kill(stopped, signal.SIGTERM)  # ends when the last connection does
            wait_until(lambda: (server := server_of(made_dir)) is not None and not server.ready)
            with ThreadPoolExecutor(1) as pool:
                second = EmbeddedServer(made_dir)
                joining = pool.submit(second.start)
                with pytest.raises(TimeoutError):
                    joining.result(0.5)
                os.kill(stopped, signal.SIGINT)  # ends now
                joining.result(20)
        assert ask(second.owner_url, "SELECT 1") == [(1,)]
        assert server_pid(made_dir) != stopped
        second.stop()


def test_a_halted_server_is_told_from_a_dead_one(made_dir: Path) -> None:
    with EmbeddedServer(made_dir) as server:
        pid = server_pid(made_dir)
        assert not server.halted
        os.kill(pid, signal.SIGSTOP)
        try:
            wait_until(lambda: server.halted)
            assert not server.start_if_dead(pid)
        finally:
            os.kill(pid, signal.SIGCONT)
        wait_until(lambda: not server.halted)


def test_start_waits_for_children_of_a_killed_server(made_dir: Path) -> None:
    with EmbeddedServer(made_dir) as server:
        pid = server_pid(made_dir)
        child = next(number for number in processes_of(Folder.of(made_dir).pgdata) if number != pid)
        os.kill(child, signal.SIGSTOP)  # so it cannot notice, and keeps the shared memory
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(pid))
        log = Folder.of(made_dir).log

        def go_on_once_refused() -> None:
            wait_until(lambda: "pre-existing shared memory block" in log.read_text(encoding="utf-8"))
            os.kill(child, signal.SIGCONT)

        waker = threading.Thread(target=go_on_once_refused)
        waker.start()
        try:
            server.revive()
        finally:
            waker.join()
            with suppress(ProcessLookupError):  # it has ended, unless the test has failed
                os.kill(child, signal.SIGCONT)
        assert ask(server.owner_url, "SELECT 1") == [(1,)]


def test_numbers_that_now_belong_to_another_process(made_dir: Path, foreigner: int) -> None:
    with EmbeddedServer(made_dir):
        pgdata = Folder.of(made_dir).pgdata
        files = [pgdata / "postmaster.pid", Folder.of(made_dir).path / "sockets" / ".s.PGSQL.5432.lock"]
        before = [file.read_text(encoding="utf-8").split("\n") for file in files]
        os.kill(server_pid(made_dir), signal.SIGKILL)
        wait_until(lambda: processes_of(pgdata) == [])
        for file, lines in zip(files, before, strict=True):
            file.write_text("\n".join([str(foreigner), *lines[1:]]), encoding="utf-8")
    with EmbeddedServer(made_dir) as server:
        assert ask(server.owner_url, "SELECT 1") == [(1,)]
        assert psutil.pid_exists(foreigner)


def test_number_that_now_belongs_to_another_server(tmp_path: Path, made_dir: Path) -> None:
    with EmbeddedServer(tmp_path / "other") as other:
        shutil.copy(Folder.of(tmp_path / "other").pgdata / "postmaster.pid", Folder.of(made_dir).pgdata)
        with EmbeddedServer(made_dir) as server:
            assert server.owner_url != other.owner_url
            assert server_pid(made_dir) != server_pid(tmp_path / "other")
        assert ask(other.owner_url, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("content", ["", "no number\n"])
def test_lock_file_that_says_nothing(made_dir: Path, content: str) -> None:
    (Folder.of(made_dir).pgdata / "postmaster.pid").write_text(content, encoding="utf-8")
    with EmbeddedServer(made_dir) as server:
        assert ask(server.owner_url, "SELECT 1") == [(1,)]


def test_killed_client_does_not_keep_the_server_for_ever(made_dir: Path, spawn: Spawn) -> None:
    client = spawn(made_dir)
    url = client.first_line()
    pid = server_pid(made_dir)
    client.process.kill()
    client.process.wait()
    assert ask(url, "SELECT 1") == [(1,)]
    with EmbeddedServer(made_dir) as server:
        assert (server.owner_url, server_pid(made_dir)) == (url, pid)
    assert server_of(made_dir) is None
    assert list(Folder.of(made_dir).leases.iterdir()) == []


def test_first_start_killed_half_way(data_dir: Path, spawn: Spawn) -> None:
    client = spawn(data_dir)
    folder = Folder.of(data_dir)
    wait_until(lambda: any(folder.path.glob(".initdb-*/pgdata/base")))
    family = [*psutil.Process(client.process.pid).children(recursive=True), client.process]
    for process in family:
        with suppress(psutil.NoSuchProcess):  # one that its parent's end has ended
            process.kill()
    assert not folder.pgdata.exists()
    with EmbeddedServer(data_dir) as server:
        assert ask(server.owner_url, "SELECT 1") == [(1,)]
    assert list(folder.path.glob(".initdb-*")) == []


def test_first_start_killed_before_the_database_was_made(made_dir: Path) -> None:
    with EmbeddedServer(made_dir) as server:
        url = server.owner_url.replace("/ledger?", "/postgres?")
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("DROP DATABASE ledger")
    with EmbeddedServer(made_dir) as server:
        assert ask(server.owner_url, "SELECT current_database()::text") == [("ledger",)]


def test_data_of_another_version(data_dir: Path) -> None:
    folder = prepared(data_dir)
    (folder.pgdata / "PG_VERSION").write_text("16\n", encoding="ascii")
    message = refusal(data_dir)
    assert f"The database in {folder.pgdata} was made by PostgreSQL 16" in message
    assert "brings PostgreSQL 18" in message
    assert list(folder.leases.iterdir()) == []


def test_folder_that_is_no_database(data_dir: Path) -> None:
    folder = prepared(data_dir)
    assert f"The folder {folder.pgdata} is there but holds no PostgreSQL database" in refusal(data_dir)


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "with its password is not"), ("{", "damaged"), ("[]", "damaged")]
)
def test_passwords_lost(made_dir: Path, content: str | None, reason: str) -> None:
    secrets = Folder.of(made_dir).secrets
    secrets.unlink()
    if content is not None:
        secrets.write_text(content, encoding="utf-8")
    message = refusal(made_dir)
    assert str(secrets) in message
    assert reason in message


def test_wrong_password_stops_the_server_again(made_dir: Path) -> None:
    Folder.of(made_dir).secrets.write_text('{"owner_password": "guess"}', encoding="utf-8")
    message = refusal(made_dir)
    assert "password authentication failed" in message
    assert "guess" not in message
    assert server_of(made_dir) is None


def test_server_that_refuses_its_settings_says_why(made_dir: Path) -> None:
    folder = Folder.of(made_dir)
    with (folder.pgdata / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write("shared_buffers = 'plenty'\n")
    message = refusal(made_dir)
    assert 'invalid value for parameter "shared_buffers": "plenty"' in message
    assert str(folder.log) in message
    assert list(folder.leases.iterdir()) == []


def test_path_that_cannot_be_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    message = refusal(file / "data")
    assert message.startswith(
        f"The folder {file / 'data' / 'server'} cannot be used for the database (not a dir"
    )
    assert "LEDGER_DATA_DIR" in message


def test_too_little_space_for_a_new_database(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = shutil.disk_usage("/")._replace(free=5 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: few)
    message = refusal(data_dir)
    assert "only 5 MB free" in message
    assert not Folder.of(data_dir).pgdata.exists()


def test_full_disk_is_named(data_dir: Path) -> None:
    report = f"FATAL:  could not write to file: {os.strerror(errno.ENOSPC)}"
    assert reason_in(report, Folder.prepare(data_dir)).startswith("the disk is full (")
    error = unusable(data_dir, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert "free some space" in str(error)


def test_long_log_keeps_its_end(made_dir: Path) -> None:
    folder = Folder.prepare(made_dir)
    folder.log.write_bytes(b"old\n" * 2_000_000 + b"last words\n")
    with EmbeddedServer(made_dir):
        pass
    text = folder.log.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert "last words" in text
    assert "ready to accept connections" in text
