"""Data of PostgreSQL 16, brought to the console's own: the same rows, roles and passwords, or as before."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from console.errors import EmbeddedServerError
from console.money import Currency
from console.postgres.embedded.account import account_for
from console.postgres.embedded.binaries import MAJOR_VERSION, older_installation
from console.postgres.embedded.cluster import OWNER_ROLE
from console.postgres.embedded.copies import majors
from console.postgres.embedded.copies.contents import contents, differences
from console.postgres.embedded.folder import Folder, give
from console.postgres.embedded.leases import Lease
from console.postgres.embedded.passwords import Passwords
from console.postgres.embedded.programs import Programs
from console.postgres.embedded.running import Running
from console.postgres.embedded.server import DATABASE, EmbeddedServer
from console.postgres.embedded.sockets import socket_folder
from console.settings import Paths, Settings
from console.settings.private import write_private
from console.workspace.migrate import migrate
from console.workspace.own_ledger import add_currency
from console.workspace.workspace import open_workspace
from tests.cluster import connected
from tests.console.workspace.backup.conftest import copy_of, stop_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.postgres.embedded.copies.contents import Contents
    from console.postgres.steps import Step

OLD = 16
REPOSITORY = Path(__file__).parents[5]

pytestmark = pytest.mark.skipif(older_installation(OLD) is None, reason="PostgreSQL 16 is not in this wheel")


def server_of_old(data: Path) -> Running:
    folder = Folder.prepare(data)
    account = account_for(folder.pgdata)
    sockets = socket_folder(folder, account)
    return Running(
        folder, Programs.find(folder, account, sockets, installation=older_installation(OLD)), sockets
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Contents]:
    """Make a ledger by PostgreSQL 16, with an operator and a second database; return what it holds."""
    data = tmp_path_factory.mktemp("sixteen") / "data"
    running = server_of_old(data)
    folder, account = running.folder, running.programs.account
    password = Passwords(folder.secrets).make_owner()
    work = folder.path / "making"
    work.mkdir()
    give(work, account)
    write_private(work / "password", password, owner=account)
    made = running.programs.run(
        "initdb", f"--pgdata={work / 'pgdata'}", f"--pwfile={work / 'password'}", f"--username={OWNER_ROLE}",
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", folder=folder, timeout_s=60,
    )  # fmt: skip
    assert made.code == 0, made.output
    (work / "pgdata").rename(folder.pgdata)
    server = running.ensure()
    with server.connect(OWNER_ROLE, password, "postgres") as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    url = server.url_for(OWNER_ROLE, password, DATABASE)
    migrate(url)
    add_currency(url, Currency("CR", 2))
    with server.connect(OWNER_ROLE, password, DATABASE) as connection:
        connection.execute("CREATE ROLE mara LOGIN PASSWORD 'a-long-password'")
        connection.execute("GRANT ledger_viewer TO mara")
        connection.execute("""
            INSERT INTO ledger.users (username, display_name)
            SELECT 'user' || n, 'Zoë ' || n FROM generate_series(1, 500) n""")
        found = contents(connection)
    running.stop()
    return data, found


@pytest.fixture
def data(tmp_path: Path, template: tuple[Path, Contents]) -> Iterator[Path]:
    copy_of(template[0], tmp_path / "data")
    yield tmp_path / "data"
    stop_all(tmp_path / "data")


def major_of(data: Path) -> int:
    return int((Folder.of(data).pgdata / "PG_VERSION").read_text())


def test_every_row_role_and_password_is_there(data: Path, template: tuple[Path, Contents]) -> None:
    told: list[Step] = []
    with EmbeddedServer(data, told.append) as server:
        with connected(server.owner_url) as connection:
            assert connection.info.server_version // 10_000 == MAJOR_VERSION
            assert differences(template[1], contents(connection)) == []
            changed = "UPDATE ledger.users SET display_name = 'Zoe 7' WHERE username = 'user7'"
            connection.execute(changed.encode())
            assert differences(template[1], contents(connection)) == ["table ledger.users"]
        psycopg.connect(server.url_for("mara", "a-long-password").replace("+psycopg", "")).close()
    assert [step.words for step in told][:2] == [
        "From PostgreSQL 16 to 18: starting PostgreSQL 16",
        "From PostgreSQL 16 to 18: making the new database",
    ]  # fmt: skip
    kept = list(Folder.of(data).path.glob("pgdata-16-*"))
    assert [(one / "PG_VERSION").read_text().strip() for one in kept] == ["16"]
    with open_workspace(Settings.load(), Paths.standard(data), is_served=False) as workspace:
        assert workspace.facts.server_version.startswith(f"{MAJOR_VERSION}.")


@pytest.mark.parametrize("turn", range(3))
def test_killed_the_next_start_begins_again(data: Path, template: tuple[Path, Contents], turn: int) -> None:
    command = [sys.executable, "-m", "tests.console.postgres.embedded.client", str(data)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as process:
        time.sleep(0.5 + 3 * turn / 3)
        process.kill()
    with EmbeddedServer(data) as server, connected(server.owner_url) as connection:
        assert connection.info.server_version // 10_000 == MAJOR_VERSION
        assert differences(template[1], contents(connection)) == []
    assert list(Folder.of(data).path.glob(".incoming-*")) == []
    assert len(list(Folder.of(data).path.glob("pgdata-16-*"))) == 1


def test_a_copy_that_is_not_the_same_is_not_used(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(majors, "differences", lambda _before, _after: ["table ledger.users"])
    with pytest.raises(EmbeddedServerError, match=r"not the same as the original: table ledger\.users"):
        EmbeddedServer(data).start()
    assert major_of(data) == OLD
    assert list(Folder.of(data).path.glob(".incoming-*")) == []


def test_a_small_disk_is_told_before_anything_is_made(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folder, "free_bytes", lambda _folder: 1024)
    with pytest.raises(EmbeddedServerError, match="must be copied for PostgreSQL 18, which needs"):
        EmbeddedServer(data).start()
    assert major_of(data) == OLD


def test_without_the_old_programs_it_is_refused_as_before(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(majors, "older_installation", lambda _major: None)
    with pytest.raises(EmbeddedServerError, match="was made by PostgreSQL 16"):
        EmbeddedServer(data).start()


def test_while_an_older_console_uses_it_nothing_is_done(data: Path) -> None:
    lease = Lease.take(Folder.prepare(data).leases)
    try:
        with pytest.raises(EmbeddedServerError, match="uses the database"):
            EmbeddedServer(data).start()
    finally:
        lease.release()
    assert major_of(data) == OLD
