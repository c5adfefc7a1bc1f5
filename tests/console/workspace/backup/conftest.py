"""A small ledger on this computer, made once and copied for each test, and what one looks at in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.ledger.transactions.transfer import transfer
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.postmaster import Postmaster
from console.postgres.embedded.server import EmbeddedServer
from console.settings import Paths, Settings
from console.workspace.backup import container
from console.workspace.backup.losses import facts_now
from console.workspace.demo import plan
from console.workspace.workspace import open_workspace
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.workspace.backup.facts import Facts
    from tests.bookkeeping import Connection

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's settings away, and passphrases cheap."""
    monkeypatch.delenv("LEDGER_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(container, "_N", 2**4)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a demo ledger once."""
    folder = tmp_path_factory.mktemp("backed-up") / "data"
    with open_workspace(Settings.load(), Paths.standard(folder), demo=plan(20, 60), is_served=False):
        pass
    return folder


@pytest.fixture
def paths(tmp_path: Path, template: Path) -> Iterator[Paths]:
    """Name a data folder with the demo ledger in it, whose servers do not outlive the test."""
    data = tmp_path / "data"
    copy_of(template, data)
    yield Paths.standard(data)
    stop_all(data)


def copy_of(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    if sys.platform != "win32":
        for path in [source, *source.rglob("*")]:
            status = path.lstat()
            os.chown(target / path.relative_to(source), status.st_uid, status.st_gid)


def stop_all(data: Path) -> None:
    """End what a killed command has left running."""
    for pgdata in [Folder.of(data).pgdata, *Folder.of(data).path.glob(".incoming-*/pgdata")]:
        server = Postmaster.running(pgdata) if pgdata.exists() else None
        if server is not None:
            os.kill(server.pid, signal.SIGQUIT)


def facts(paths: Paths) -> Facts:
    with EmbeddedServer(paths.data) as server:
        found = facts_now(server)
    assert found is not None
    return found


def state(paths: Paths) -> Facts:
    """Return the facts without the size, which no two copies have in common."""
    return replace(facts(paths), bytes=0)


def pay(paths: Paths, reference: str, *, amount: int = 1) -> None:
    """Let the person before the console move money between the two who have most."""
    with owner(paths) as connection:
        (payer,), (payee,) = connection.execute("""
            SELECT u.username FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
            WHERE w.kind = 'customer' AND w.status = 'active'
            ORDER BY w.balance DESC, 1 LIMIT 2""").fetchall()
    with open_workspace(Settings.load(), paths, is_served=False) as workspace:
        transfer(
            workspace.ledger, payer=payer, payee=payee, amount=amount, currency="CR", reference=reference
        )


@contextmanager
def owner(paths: Paths) -> Iterator[Connection]:
    with EmbeddedServer(paths.data) as server, connected(server.owner_url) as connection:
        yield connection


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ledgerctl in a process of its own."""
    started: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")} | {
        "HOME": str(tmp_path)
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "console", *arguments], cwd=REPOSITORY, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
