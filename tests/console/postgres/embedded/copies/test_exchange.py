"""One cluster in the place of another: cut short at any moment, there is one, and it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.errors import EmbeddedServerError
from console.postgres.embedded.copies.exchange import (
    carry_through,
    kept_clusters,
    put_in_place,
    remove_kept,
)
from console.postgres.embedded.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder.prepare(tmp_path)
    for name, word in (("pgdata", "old"), (".incoming-1/pgdata", "new")):
        (made.path / name).mkdir(parents=True)
        (made.path / name / "word").write_text(word)
    return made


def word(folder: Folder) -> str:
    return (folder.pgdata / "word").read_text()


def test_the_old_one_is_kept_until_it_is_removed(folder: Folder) -> None:
    kept = put_in_place(folder, folder.path / ".incoming-1" / "pgdata", "replaced")
    assert kept is not None
    assert (word(folder), (kept / "word").read_text()) == ("new", "old")
    assert kept_clusters(folder) == [kept]
    remove_kept(kept)
    assert kept_clusters(folder) == []


def test_where_none_was_none_is_kept(folder: Folder) -> None:
    folder.pgdata.rename(folder.path / "away")
    assert put_in_place(folder, folder.path / ".incoming-1" / "pgdata", "replaced") is None
    assert word(folder) == "new"


@pytest.mark.parametrize("renames", range(3))
def test_cut_short_after_the_decision_the_next_start_carries_it_through(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    left = [renames]
    rename, unlink = Path.rename, Path.unlink

    def cut(path: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return rename(path, target)

    def cut_at_last(_path: Path, *, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut)
        patch.setattr(Path, "unlink", cut_at_last)
        with pytest.raises(KeyboardInterrupt):
            put_in_place(folder, folder.path / ".incoming-1" / "pgdata", "replaced")
    assert Path.unlink is unlink
    carry_through(folder)
    assert word(folder) == "new"
    assert [(kept / "word").read_text() for kept in kept_clusters(folder)] == ["old"]
    carry_through(folder)
    assert word(folder) == "new"


def test_a_damaged_decision_is_asked_about(folder: Folder) -> None:
    (folder.path / "exchange.json").write_text("{")
    with pytest.raises(EmbeddedServerError, match="is damaged"):
        carry_through(folder)
    assert word(folder) == "old"
