"""The file of profiles: private, whole, shared by several consoles, and never written over when damaged."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from console.settings.profiles import store as module
from console.settings.profiles.profile import Profile, ProfileError
from console.settings.profiles.store import (
    MOST_PROFILES,
    ProfileStore,
    ProfilesUnusableError,
    UnknownProfileError,
)
from tests.console.settings.profiles.conftest import server

if TYPE_CHECKING:
    from console.settings import Paths


def test_profiles_are_kept_in_their_order(paths: Paths) -> None:
    store = ProfileStore(paths)
    assert (store.exists, store.list(), store.last_used()) == (False, (), None)
    one, two, three = server(name="One"), server(name="Two"), Profile.made(name="Three", kind="demo")
    for profile in (one, two, three):
        store.add(profile)
    store.use(two.id)
    store.reorder([three.id, one.id])
    again = ProfileStore(paths)
    assert again.exists
    assert again.list() == (three, one, two)
    assert again.last_used() == two
    store.change(two.changed(name="Deux"))
    store.remove(one.id)
    assert [one.name for one in again.list()] == ["Three", "Deux"]
    store.remove(two.id)
    assert again.last_used() is None


def test_what_the_window_opens_is_not_what_commands_use(paths: Paths) -> None:
    store, one, two = ProfileStore(paths), server(name="One"), server(name="Two")
    store.merge([one, two])
    store.use(two.id)
    assert store.of_commands() is None
    store.use_for_commands(one.id)
    assert (store.of_commands(), store.last_used()) == (one, two)
    store.use_for_commands("")
    assert store.of_commands() is None


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_only_its_owner_may_read_the_file(paths: Paths) -> None:
    store = ProfileStore(paths)
    store.add(server())
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["books", "BOOKS", "\uff22ooks"])
def test_a_name_is_taken_in_whichever_case(paths: Paths, name: str) -> None:
    store = ProfileStore(paths)
    store.add(server(name="Books"))
    with pytest.raises(ProfileError, match="already"):
        store.add(server(name=name))
    assert store.named(name).name == "Books"
    with pytest.raises(UnknownProfileError, match="Books"):
        store.named("Bucks")
    assert len(store.list()) == 1


def test_there_is_an_end_to_profiles(paths: Paths) -> None:
    store = ProfileStore(paths)
    store.merge([server(name=f"Profile {number}") for number in range(MOST_PROFILES)])
    with pytest.raises(ProfileError, match="at most 200"):
        store.add(server(name="One more"))
    assert len(store.list()) == MOST_PROFILES


def test_the_largest_file_that_can_be_written_can_be_read(paths: Paths) -> None:
    long = "/" + "\u6f22" * 999
    store = ProfileStore(paths)
    store.merge([
        server(
            name=f"{number:03}" + "\u6f22" * 57, root_certificate=long, client_certificate=long,
            client_key=long, operator="\u6f22" * 63, database="\u6f22" * 63,
            hosts=[f"{'x' * 60}.{'y' * 60}.h{n}" for n in range(8)],
        )
        for number in range(MOST_PROFILES)
    ])  # fmt: skip
    assert len(store.list()) == MOST_PROFILES
    assert store.file.stat().st_size > 2_000_000


def test_a_profile_that_went_meanwhile_cannot_be_changed(paths: Paths) -> None:
    store, profile = ProfileStore(paths), server()
    store.add(profile)
    ProfileStore(paths).remove(profile.id)
    with pytest.raises(ProfileError, match="no longer there"):
        store.change(profile.changed(name="Other"))


def written(**values: Any) -> str:
    """Return the text of a file with one profile, changed."""
    return json.dumps({"format": 1, "last_used": "", "profiles": [server().model_dump(mode="json") | values]})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "not JSON", id="empty"),
        pytest.param(written()[:-9], "not JSON", id="cut short"),
        pytest.param("[]", "no object", id="a list"),
        pytest.param("{}", "no format", id="without format"),
        pytest.param('{"format": 1, "profiles": {}}', "no format", id="profiles are no list"),
        pytest.param('{"format": 1, "profiles": [7]}', "profile 1 is no object", id="a number"),
        pytest.param('{"format": 1, "format": 2, "profiles": []}', "stands twice", id="a key twice"),
        pytest.param('{"format": NaN, "profiles": []}', "NaN", id="NaN"),
        pytest.param("[" * 200_000, "nested too deeply", id="nested"),
        pytest.param(written(production="no"), "profile 1: Production must be", id="wrong type"),
        pytest.param(written(hosts=["me:hunter2@db"]), "profile 1: Hosts", id="a password"),
        pytest.param(written(password="hunter2"), "no field 'password'", id="an unknown field"),
        pytest.param('{"format": 2, "profiles": []}', "newer console", id="newer"),
        pytest.param(" " * 4_000_001, "larger than", id="large"),
        pytest.param("\udcff", "not UTF-8", id="not UTF-8"),
    ],
)
def test_a_damaged_file_is_told_and_stays_as_it_is(paths: Paths, text: str, words: str) -> None:
    store = ProfileStore(paths)
    store.file.parent.mkdir(parents=True)
    store.file.write_bytes(text.encode(errors="surrogateescape"))
    for call in (
        store.list,
        lambda: store.add(server(name="New")),
        lambda: store.remove("x"),
        store.last_used,
    ):
        with pytest.raises(ProfilesUnusableError, match=words) as refused:
            call()
        assert str(store.file) in str(refused.value)
        assert "hunter2" not in str(refused.value)
    assert store.file.read_bytes() == text.encode(errors="surrogateescape")


def test_two_of_one_name_in_the_file_are_damage(paths: Paths) -> None:
    store = ProfileStore(paths)
    store.file.parent.mkdir(parents=True)
    both = [server(name=name).model_dump(mode="json") for name in ("Books", "books")]
    store.file.write_text(json.dumps({"format": 1, "profiles": both}), encoding="utf-8")
    with pytest.raises(ProfilesUnusableError, match="already"):
        store.list()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe in the file system is POSIX's")
def test_a_pipe_is_not_waited_for(paths: Paths) -> None:
    store = ProfileStore(paths)
    store.file.parent.mkdir(parents=True)
    os.mkfifo(store.file)
    with pytest.raises(ProfilesUnusableError, match="no file"):
        store.list()


def test_consoles_that_add_at_once_lose_nothing(paths: Paths) -> None:
    threads = [
        threading.Thread(target=lambda number=number: ProfileStore(paths).add(server(name=f"P{number}")))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.name for one in ProfileStore(paths).list()) == sorted(f"P{n}" for n in range(12))


def test_a_console_that_keeps_the_file_is_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOCK_TIMEOUT_S", 0.1)
    store = ProfileStore(paths)
    store.add(server())
    with (
        FileLock(store.file.with_suffix(".lock"), thread_local=False),
        pytest.raises(ProfilesUnusableError, match="another console"),
    ):
        store.add(server(name="Other"))
    assert len(store.list()) == 1
