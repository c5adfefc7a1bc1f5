"""The embedded server starts, guards itself, and is shared by all who use it."""

from __future__ import annotations

import stat
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from console.errors import EmbeddedServerError
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.passwords import Passwords
from console.postgres.embedded.server import EmbeddedServer
from tests.console.postgres.embedded.conftest import ask, server_of, server_pid

if TYPE_CHECKING:
    from tests.console.postgres.embedded.conftest import Spawn

unix_only = pytest.mark.skipif(sys.platform == "win32", reason="file modes and sockets are Unix")


def test_first_start_then_restart_keeps_data(data_dir: Path) -> None:
    began = time.perf_counter()
    with EmbeddedServer(data_dir) as server:
        first_s = time.perf_counter() - began
        with psycopg.connect(server.owner_url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert server_of(data_dir) is None
    began = time.perf_counter()
    with EmbeddedServer(data_dir) as server:
        restart_s = time.perf_counter() - began
        assert ask(server.owner_url, "SELECT number FROM kept") == [(7,)]
    print(f"first start {first_s:.2f} s, restart {restart_s:.2f} s")  # noqa: T201 -- wanted in the report


def test_settings(made_dir: Path) -> None:
    wanted = {
        "server_encoding": "UTF8",
        "data_checksums": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "TimeZone": "UTC",
        "jit": "off",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.1" if sys.platform == "win32" else "",
        "unix_socket_permissions": "0700",
    }
    with EmbeddedServer(made_dir) as server:
        names = ", ".join(f"'{name}'" for name in wanted)
        question = f"SELECT jsonb_object_agg(name, setting) FROM pg_settings WHERE name IN ({names})"
        locale = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
        assert ask(server.owner_url, question) == [(wanted,)]
        assert ask(server.owner_url, locale) == [("b", "C.UTF-8")]
        assert make_url(server.owner_url).drivername == "postgresql+psycopg"


def test_nobody_enters_without_the_password(made_dir: Path) -> None:
    with EmbeddedServer(made_dir) as server:
        methods = ask(server.owner_url, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert methods == [("scram-sha-256",)]
        for password in ("", "wrong"):
            url = make_url(server.owner_url).set(drivername="postgresql", password=password)
            with pytest.raises(psycopg.OperationalError, match=r"no password supplied|authentication failed"):
                psycopg.connect(url.render_as_string(hide_password=False))


@unix_only
def test_file_modes(data_dir: Path) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.lstat().st_mode)

    folder = Folder.of(data_dir)
    with EmbeddedServer(data_dir):
        sockets = folder.path / "sockets"
        assert mode(data_dir) == 0o700
        assert mode(folder.path) & 0o066 == 0
        assert [mode(path) for path in (folder.pgdata, folder.leases, sockets)] == [0o700] * 3
        assert mode(sockets / ".s.PGSQL.5432") == 0o700
        private = [path for path in folder.path.rglob("*") if path.is_file()]
        assert {mode(path) for path in private if folder.pgdata not in path.parents} == {0o600}
        assert folder.secrets in private


def test_passwords_are_kept_by_all_threads(data_dir: Path) -> None:
    file = Folder.prepare(data_dir).secrets
    passwords = Passwords(file)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: passwords.remember(f"role{number}", f"word{number}"), range(24)))
        owners = set(pool.map(lambda _: passwords.make_owner(), range(8)))
    again = Passwords(file)
    assert [again.password_of(f"role{number}") for number in range(24)] == [f"word{n}" for n in range(24)]
    assert {again.owner()} == owners
    assert again.password_of("nobody") is None


def test_url_for_a_role_with_awkward_names(made_dir: Path) -> None:
    password = "a b/?#%&=:@'\"+ü"
    with EmbeddedServer(made_dir) as server:
        with psycopg.connect(server.owner_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute('CREATE DATABASE "two words/+?"')
            connection.execute("CREATE ROLE \"kim@home:1\" LOGIN PASSWORD 'a b/?#%&=:@''\"+ü'")
        server.passwords.remember("kim@home:1", password)
        kept = server.passwords.password_of("kim@home:1") or ""
        url = server.url_for("kim@home:1", kept, "two words/+?")
        question = "SELECT session_user::text, current_database()::text"
        assert ask(url, question) == [("kim@home:1", "two words/+?")]
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connected:
            assert connected.execute(text(question)).one() == ("kim@home:1", "two words/+?")


def test_urls_need_a_started_server(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    with pytest.raises(EmbeddedServerError, match="has not been started"):
        server.url_for("kim", "word")
    server.stop()
    assert not data_dir.exists()


def test_second_process_joins_and_the_last_stops(made_dir: Path, spawn: Spawn) -> None:
    with EmbeddedServer(made_dir) as server:
        pid = server_pid(made_dir)
        client = spawn(made_dir)
        assert client.first_line() == server.owner_url
        assert server_pid(made_dir) == pid
    assert server_pid(made_dir) == pid
    assert client.leave() == 0
    assert server_of(made_dir) is None
    assert list(Folder.of(made_dir).leases.iterdir()) == []


def test_processes_that_start_at_once_make_one_cluster(data_dir: Path, spawn: Spawn) -> None:
    clients = [spawn(data_dir) for _ in range(3)]
    urls = {client.first_line() for client in clients}
    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT 1") == [(1,)]
    assert Folder.of(data_dir).log.read_text(encoding="utf-8").count("starting PostgreSQL") == 1
    assert [client.leave() for client in clients] == [0, 0, 0]
    assert server_of(data_dir) is None


def test_objects_in_one_process_count_each_start(made_dir: Path) -> None:
    first, second = EmbeddedServer(made_dir), EmbeddedServer(made_dir)
    with first, first, second:
        pid = server_pid(made_dir)
        first.stop()
        assert server_pid(made_dir) == pid
        first.start()
    assert server_of(made_dir) is None


def test_threads_that_come_and_go(made_dir: Path) -> None:
    shared = EmbeddedServer(made_dir)
    together = threading.Barrier(4)

    def use(number: int) -> int:
        answers = 0
        for turn in range(3):
            together.wait()
            with shared if (number + turn) % 2 else EmbeddedServer(made_dir) as server:
                answers += len(ask(server.owner_url, "SELECT 1"))
        return answers

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))) == [3] * 4
    assert server_of(made_dir) is None


@unix_only
@pytest.mark.parametrize("name", ["deep" * 30, "a, comma"])
def test_path_that_does_not_suit_a_socket(tmp_path: Path, name: str) -> None:
    data_dir = tmp_path / name
    folder = Folder.of(data_dir)
    with EmbeddedServer(data_dir) as server:
        assert ask(server.owner_url, "SELECT 1") == [(1,)]
        running = server_of(data_dir)
        assert running is not None
        short = Path(running.sockets)
        assert folder.path not in short.parents
        assert stat.S_IMODE(short.stat().st_mode) == 0o700
        with EmbeddedServer(data_dir) as joined:
            assert joined.owner_url == server.owner_url
    assert not short.exists()
    assert not (folder.path / "sockets.path").exists()


@unix_only
def test_path_with_signs_of_the_shell() -> None:
    with tempfile.TemporaryDirectory() as name:  # tmp_path is too long to leave room for the socket
        data_dir = Path(name) / 'it\'s "odd" $HOME `id` \\ ü;'
        with EmbeddedServer(data_dir) as server:
            assert ask(server.owner_url, "SELECT 1") == [(1,)]
            running = server_of(data_dir)
            assert running is not None
            assert running.sockets == str(data_dir / "server" / "sockets")
