"""A ledger as it is opened: what it is called, where its files are, and what a read-only one leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from console.errors import OpenedReadOnlyError, RefusedError
from console.ledger.audit.verify.questions import verify
from console.settings import Paths, Settings
from console.settings.profiles.profile import Profile
from console.workspace.identity import Identity
from console.workspace.unlock import unlock
from console.workspace.workspace import administration, history_file, open_workspace
from console.writes.operation import Operation
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIVE = Identity("Books", "LIVE", "red", production=True, read_only=True, can_unlock=True)
OPEN = Operation(
    "account.open", "open_account", {"username": "carol", "currency": "CR", "reason": "for a test"}
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Return folders of this test's own."""
    return Paths(*(tmp_path / name for name in ("data", "config", "state", "log")))


@pytest.fixture
def closed(as_role: Callable[[str], str]) -> Settings:
    """Return read-only settings of the test's ledger."""
    return Settings.model_construct(database_url=SecretStr(as_role("t_operator")), read_only=True)


def test_a_profile_gives_its_name_and_word(closed: Settings, paths: Paths) -> None:
    with open_workspace(closed, paths, identity=LIVE) as workspace:
        assert workspace.identity == LIVE
        place = workspace.profile
    with open_workspace(closed, paths) as workspace:
        assert workspace.identity == Identity(place, "LIVE", "red", production=True, read_only=True)
        assert not workspace.identity.can_unlock


def test_an_identity_is_its_profiles_unless_the_user_set_read_only() -> None:
    made = {"name": "Live", "kind": "server", "hosts": ["db"], "database": "b", "production": True}
    profile = Profile.made(**made, colour="violet")
    free, shut = Settings.model_construct(), Settings.model_construct(read_only=True)
    assert Identity.of(profile, free) == Identity(
        "Live", "LIVE", "violet", production=True, read_only=True, can_unlock=True
    )
    assert not Identity.of(profile, shut).can_unlock
    assert Identity.of(Profile.made(name="Try", kind="demo"), shut) == Identity(
        "Try", "DEMO", "grey", production=False, demo=True, read_only=True
    )


def test_unlocked_it_is_written_to_and_its_audit_says_why(
    closed: Settings, paths: Paths, ledger_url: str
) -> None:
    with open_workspace(closed, paths, identity=LIVE) as workspace:
        with pytest.raises(OpenedReadOnlyError):
            workspace.ledger.perform(OPEN)
        for minutes, reason in ((0, "why"), (5, " ")):
            with pytest.raises(RefusedError):
                unlock(workspace, minutes, reason)
            assert workspace.database.unlocked_for == 0
        unlock(workspace, 5, "ticket 4711")
        assert 290 < workspace.database.unlocked_for <= 300
        workspace.ledger.perform(OPEN)
        workspace.keeper.start()  # nothing of it: who unlocks answers for what is done then
        assert workspace.keeper._thread is None
    with connected(ledger_url) as connection:
        found = connection.execute(
            "SELECT reason FROM ledger.audit_events WHERE action = 'unlock_writing' AND outcome = 'done'"
        ).fetchall()
    assert found == [("ticket 4711",)]


def test_what_is_read_only_for_good_is_not_unlocked(closed: Settings, paths: Paths) -> None:
    with open_workspace(closed, paths) as workspace:
        with pytest.raises(OpenedReadOnlyError):
            unlock(workspace, 5, "why")
        assert workspace.database.unlocked_for == 0
    with pytest.raises(OpenedReadOnlyError), administration(closed, paths):
        pass


def test_what_is_in_doubt_is_told_and_stays_in_doubt(closed: Settings, paths: Paths) -> None:
    key = uuid4()
    with open_workspace(closed, paths) as workspace:
        outbox = workspace.ledger.outbox
        assert outbox is not None
        entry, _ = outbox.note(key, OPEN)
        outbox.done(entry, known=False)
    with open_workspace(closed, paths) as workspace:
        assert [one.outcome for one in workspace.settled] == [None]
        assert "opened read-only" in workspace.settled[0].sentence
    free = closed.model_copy(update={"read_only": False})
    with open_workspace(free, paths) as workspace:
        assert "never reached the ledger" in workspace.settled[0].sentence


def test_a_read_only_ledger_can_be_verified(closed: Settings, paths: Paths) -> None:
    with open_workspace(closed, paths) as workspace:
        assert verify(workspace.database) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("postgresql+psycopg://me@/b?host=a,b&port=1,2", "postgresql+psycopg://you@/b?host=b,a&port=2,1"),
        ("postgresql+psycopg://me@/b?host=a:1&host=b", "postgresql+psycopg://me@/b?host=b:5432&host=a:1"),
    ],
)
def test_files_are_named_after_the_place_in_whichever_order(first: str, second: str, paths: Paths) -> None:
    files = {
        history_file(Settings.model_construct(database_url=SecretStr(url)), paths) for url in (first, second)
    }
    assert len(files) == 1
    other = first.replace("a", "c")
    assert history_file(Settings.model_construct(database_url=SecretStr(other)), paths) not in files


def test_one_host_of_a_profile_is_named_as_its_url_was(paths: Paths) -> None:
    profile = Profile.made(name="Any", kind="server", hosts=["db.example.org:6000"], database="books")
    plain = Settings.model_construct(
        database_url=SecretStr("postgresql+psycopg://me:secret@db.example.org:6000/books")
    )
    applied, folders = profile.applied(Settings.model_construct(), paths)
    assert history_file(applied, folders) == history_file(plain, paths)
    assert make_url(profile.url()).port == 6000
