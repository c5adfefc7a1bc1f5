"""Data folders, real client processes, and a look at what they leave behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from console.postgres.embedded.folder import Folder
from console.postgres.embedded.postmaster import Postmaster
from console.postgres.embedded.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Spawn = Callable[[Path], "Client"]

REPOSITORY = Path(__file__).parents[4]


class Client:
    """A running tests.console.postgres.embedded.client."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def first_line(self) -> str:
        """Wait until it has started the server or failed."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> int:
        """Let it stop in order."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(timeout=60)


@contextmanager
def running_client(data_dir: Path, *prefix: str, **options: object) -> Iterator[Client]:
    command = [*prefix, sys.executable, "-m", "tests.console.postgres.embedded.client", str(data_dir)]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # type: ignore[call-overload]  # the options are those of Popen
        command, stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY, **options
    ) as process:
        try:
            yield Client(process)
        finally:
            process.kill()


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start client processes that do not outlive the test."""
    with ExitStack() as stack:
        yield lambda data_dir: stack.enter_context(running_client(data_dir))


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Name a data folder that is not there yet and whose server does not outlive the test."""
    folder = tmp_path / "data"
    yield folder
    server = server_of(folder)
    if server is not None:
        os.kill(server.pid, signal.SIGINT)
        wait_until(lambda: server_of(folder) is None)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database once: initdb syncs a thousand files to the disk, a copy need not."""
    folder = tmp_path_factory.mktemp("template") / "data"
    with EmbeddedServer(folder):
        pass
    return folder


@pytest.fixture
def made_dir(data_dir: Path, template: Path) -> Path:
    """Name a data folder with a database in it."""
    shutil.copytree(template, data_dir)
    if sys.platform != "win32":
        for path in [template, *template.rglob("*")]:
            status = path.lstat()
            os.chown(data_dir / path.relative_to(template), status.st_uid, status.st_gid)
    return data_dir


def server_of(data_dir: Path) -> Postmaster | None:
    pgdata = Folder.of(data_dir).pgdata
    return Postmaster.running(pgdata) if pgdata.exists() else None


def server_pid(data_dir: Path) -> int:
    server = server_of(data_dir)
    assert server is not None
    return server.pid


def wait_until(happened: Callable[[], bool], timeout_s: float = 20) -> None:
    give_up_at = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.005)


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()
