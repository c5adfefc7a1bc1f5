"""A demo is thrown away: never under another window, and never what is not the demo's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.errors import ConsoleError, UsageError
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.leases import Lease, alone
from console.settings import Paths
from console.settings.profiles.profile import Profile
from console.workspace.demo_away import throw_away

if TYPE_CHECKING:
    from pathlib import Path

DEMO = Profile.made(name="Demo", kind="demo")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Return folders with a demo's data, and a ledger of one's own around it."""
    made = Paths(*(tmp_path / name for name in ("data", "config", "state", "log")))
    for data in (made.data, DEMO.data_folder(made)):
        folder = Folder.of(data)
        folder.leases.mkdir(parents=True)
        folder.pgdata.mkdir()
        (folder.pgdata / "PG_VERSION").write_text("18\n", encoding="utf-8")
    return made


def test_all_of_it_goes_and_what_is_around_it_stays(paths: Paths) -> None:
    throw_away(DEMO, paths)
    assert not DEMO.data_folder(paths).exists()
    assert (Folder.of(paths.data).pgdata / "PG_VERSION").is_file()
    throw_away(DEMO, paths)  # gone already is gone


def test_another_window_keeps_it(paths: Paths) -> None:
    folder = Folder.of(DEMO.data_folder(paths))
    with alone(folder.lock):
        lease = Lease.take(folder.leases)
    with pytest.raises(ConsoleError, match="Another window still works with this demo"):
        throw_away(DEMO, paths)
    assert (folder.pgdata / "PG_VERSION").is_file()
    lease.release()
    throw_away(DEMO, paths)
    assert not folder.pgdata.exists()


@pytest.mark.parametrize("kind", ["computer", "demo"])
def test_a_folder_that_is_not_the_demos_is_refused(paths: Paths, tmp_path: Path, kind: str) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "taxes.ods").write_text("for the office", encoding="utf-8")
    profile = Profile.made(name="Mine", kind=kind, folder=str(theirs))
    with pytest.raises(UsageError, match="nothing was removed"):
        throw_away(profile, paths)
    assert (theirs / "taxes.ods").is_file()
