"""Profiles for a team: nothing of one's own leaves, and a hostile file changes nothing unseen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from console.errors import UsageError, WrongFileError
from console.settings.profiles.profile import Profile
from console.settings.profiles.store import ProfileStore
from console.settings.profiles.team import (
    SHARED,
    Coming,
    ImportRefusedError,
    apply_import,
    export_profiles,
    plan_import,
)
from tests.console.settings.profiles.conftest import server

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import Paths

LIVE: dict[str, Any] = {
    "name": "Live", "hosts": ["db.example.org"], "database": "ledger", "production": True, "read_only": True,
    "colour": "red", "environment": "LIVE", "root_certificate": "/etc/ssl/team.pem",
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a file of a team is."""
    return tmp_path / "team.ledger-profiles.json"


def write(file: Path, *profiles: object, **more: object) -> Path:
    """Write a file by hand."""
    file.write_text(json.dumps({"format": 1, "profiles": profiles} | more), encoding="utf-8")
    return file


def test_nothing_of_ones_own_leaves(file: Path) -> None:
    mine = server(
        operator="anna.secret", keep_password=True, client_certificate="/home/anna/c.pem",
        client_key="/home/anna/k.pem", **LIVE,
    )  # fmt: skip
    assert (
        export_profiles(file, [mine, Profile.made(name="Mine", kind="computer", folder="/home/anna/x")]) == 1
    )
    text = file.read_text(encoding="utf-8")
    assert "anna" not in text
    assert mine.id not in text
    assert set(json.loads(text)["profiles"][0]) == set(SHARED)
    with pytest.raises(UsageError, match="no profile of a server"):
        export_profiles(file, [Profile.made(name="Mine", kind="computer")])


def test_what_one_exports_another_imports_and_keeps_as_theirs(file: Path, paths: Paths) -> None:
    store = ProfileStore(paths)
    mine = server(
        name="live", operator="anna", keep_password=True, hosts=["old.example.org"], database="ledger"
    )
    store.add(mine)
    export_profiles(file, [server(**LIVE), server(name="Test", hosts=["t"], database="t")])
    plan = plan_import(file, store.list())
    assert [(one.profile.name, one.coming) for one in plan.entries] == [
        ("Live", Coming.CHANGED), ("Test", Coming.NEW),
    ]  # fmt: skip
    changed = plan.entries[0]
    assert {one.field: (one.before, one.after) for one in changed.changes}["hosts"] == (
        "old.example.org", "db.example.org",
    )  # fmt: skip
    assert "leads to another server" in changed.weaker[0]
    assert apply_import(store, plan.entries) == 2
    live = store.named("Live")
    assert (live.id, live.operator, live.keep_password) == (mine.id, "anna", True)
    assert live.production
    again = plan_import(file, store.list())
    assert {one.coming for one in again.entries} == {Coming.SAME}
    assert apply_import(store, again.entries) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"production": False, "read_only": True}, "no longer production"),
        ({"read_only": False}, "no longer read-only"),
        ({"tls": "require"}, "require instead of verify-full"),
        ({"hosts": ["evil.example.org"]}, "another server"),
        ({"database": "other"}, "another server or database"),
        ({"root_certificate": "/tmp/evil.pem"}, "another issuer"),  # noqa: S108 - named, never made
        ({"environment": "TEST"}, "look like another"),
        ({"colour": "green"}, "look like another"),
    ],
)
def test_a_change_that_protects_less_is_marked(file: Path, change: dict[str, Any], words: str) -> None:
    known = [server(**LIVE)]
    assert plan_import(write(file, LIVE), known).weaker == ()
    plan = plan_import(write(file, LIVE | change), known)
    assert [words in " ".join(one.weaker) for one in plan.weaker] == [True]


def test_what_protects_more_is_not_marked(file: Path) -> None:
    plain = LIVE | {"production": False, "read_only": False, "tls": "require"}
    plan = plan_import(write(file, LIVE), [server(**plain)])
    assert plan.entries[0].coming is Coming.CHANGED
    assert plan.weaker == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (7, "no object"),
        (LIVE | {"password": "hunter2"}, "no team's profile has: 'password'"),
        (LIVE | {"client_key": "/k.pem"}, "client_key"),
        (LIVE | {"kind": "computer"}, "kind"),
        (LIVE | {"id": "0" * 32}, "id"),
        (LIVE | {"hosts": ["me:hunter2@db"]}, "Hosts"),
        (LIVE | {"hosts": [7]}, "Hosts"),
        (LIVE | {"hosts": [f"h{n}" for n in range(9)]}, "Hosts"),
        (LIVE | {"production": "false"}, "Production must be true or false"),
        (LIVE | {"name": "Li\u202eve"}, "not seen"),
        (LIVE | {"name": "x" * 1_000}, "1 to 60"),
        (LIVE | {"name": None}, "Name must be"),
        (LIVE | {"name": "Mine"}, "on this computer has this name"),
        ({"name": "Live"}, "at least one host"),
        ({"x" * 500: 1}, "no team's profile has"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_reason(file: Path, values: Any, words: str) -> None:
    known = [Profile.made(name="Mine", kind="computer")]
    plan = plan_import(write(file, LIVE | {"name": "Good"}, values), known)
    assert [one.profile.name for one in plan.entries] == ["Good"]
    assert [one.place for one in plan.refused] == [2]
    assert words in plan.refused[0].reason
    assert "hunter2" not in repr(plan)
    assert len(repr(plan.refused)) < 600
    assert repr(plan.refused).isprintable()


def test_two_of_one_name_are_one_too_many(file: Path) -> None:
    plan = plan_import(write(file, LIVE, LIVE | {"name": "LIVE", "production": False}), [])
    assert [one.profile.name for one in plan.entries] == ["Live"]
    assert "another of this name" in plan.refused[0].reason


def test_a_file_that_is_none_is_refused_as_a_whole(file: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongFileError, match="no such file"):
        plan_import(file, [])
    with pytest.raises(WrongFileError, match="this is a folder"):
        plan_import(tmp_path, [])
    with pytest.raises(WrongFileError, match="format 1"):
        plan_import(write(file, format=2), [])
    with pytest.raises(WrongFileError, match="10,000 profiles"):
        plan_import(write(file, *[{} for _ in range(10_000)]), [])
    file.write_bytes(b'{"format": 1, "profiles": [' + b"[" * 400_000)
    with pytest.raises(WrongFileError, match="nested too deeply"):
        plan_import(file, [])
    with file.open("wb") as opened:
        opened.truncate(100_000_000)
    with pytest.raises(WrongFileError, match="larger than 1,000,000 bytes"):
        plan_import(file, [])


def test_a_symbolic_link_is_not_written_through(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("as it was", encoding="utf-8")
    file.symlink_to(target)
    with pytest.raises(WrongFileError, match="only a file"):
        export_profiles(file, [server()])
    assert target.read_text(encoding="utf-8") == "as it was"


def test_a_profile_that_changed_meanwhile_stops_all_of_it(file: Path, paths: Paths) -> None:
    store = ProfileStore(paths)
    store.add(server(**LIVE | {"tls": "require"}))
    plan = plan_import(write(file, LIVE, LIVE | {"name": "New"}), store.list())
    store.change(store.named("Live").changed(operator="anna"))
    with pytest.raises(ImportRefusedError, match="once more"):
        apply_import(store, plan.entries)
    assert [one.name for one in store.list()] == ["Live"]
