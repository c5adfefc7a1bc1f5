"""ledgerctl's profiles: kept, chosen, tried, shared, and what each lets a command do."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import keyring
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from console.cli.main import main
from console.ledger.operators.codes import digest_of
from console.postgres.embedded.server import EmbeddedServer
from console.settings import Paths
from console.settings.profiles.secrets import Secrets
from console.settings.profiles.store import ProfileStore
from tests.cluster import PASSWORD, connected
from tests.console.cli.conftest import Done
from tests.console.settings.profiles.keyrings import MemoryKeyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.bookkeeping import Connection
    from tests.operators import Staff

NOTE = ("account", "open", "carol", "--reason", "a test", "--currency", "CR")


class Here(Protocol):
    """Runs a command that is told of no ledger but by its arguments and by profiles."""

    def __call__(self, *arguments: str) -> Done: ...


@pytest.fixture
def here(own_folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Run commands without a URL in the environment; libpq knows the password."""
    for name in ("LEDGER_DATABASE_URL", "LEDGER_PROFILE", "LEDGER_READ_ONLY"):
        monkeypatch.setenv(name, "")  # empty is unset, and what an option leaves there is undone
    monkeypatch.setenv("PGPASSWORD", PASSWORD)

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        written = capsys.readouterr()
        return Done(code, written.out, written.err)

    return run


@pytest.fixture
def added(here: Here, ledger_url: str) -> Callable[..., None]:
    """Add profiles that lead to the test's ledger, as an operator."""
    url = make_url(ledger_url)
    host = url.host or str(url.query.get("host"))

    def add(name: str, *options: str) -> None:
        done = here(
            "profile", "add", name, "--host", f"{host}:{url.port or 5432}", "--database", url.database or "",
            "--operator", "t_operator", "--tls", "off", *options,
        )  # fmt: skip
        assert done.code == 0, done.err

    return add


@contextmanager
def connected_owner(folder: Path) -> Iterator[Connection]:
    """Lend the owner's connection to a ledger on this computer."""
    with EmbeddedServer(folder) as server, connected(server.owner_url) as connection:
        yield connection


def open_accounts_of(url: str) -> set[str]:
    """Return the customers of a ledger."""
    with connected(url) as connection:
        found = connection.execute("SELECT username FROM ledger.users WHERE kind = 'customer'")
        return {row[0] for row in found}


def test_profiles_are_added_listed_changed_and_removed(here: Here) -> None:
    assert (
        here("profile", "add", "Live", "--host", "db.example.org", "--database", "b", "--production").code
        == 0
    )
    assert here("profile", "add", "live", "--kind", "demo").code == 2
    assert here("profile", "add", "Try", "--kind", "demo").code == 0
    found = here("--format", "json", "profile", "list").data
    assert [(one["profile"], one["environment"], one["where"], one["production"]) for one in found] == [
        ("Live", "LIVE", "db.example.org/b", "yes"), ("Try", "DEMO", "this computer", None),
    ]  # fmt: skip
    done = here("profile", "change", "LIVE", "--tls", "require", "--no-production")
    assert "no longer production" in done.err
    assert "TLS is weaker" in done.err
    assert here("profile", "change", "live").code == 2
    assert here("profile", "change", "live", "--host", "me:hunter2@db").code == 2
    assert here("profile", "remove", "live").code == 0
    assert len(here("--format", "json", "profile", "list").data) == 1
    assert "there are: Try" in here("profile", "remove", "Live").err


def test_a_profile_is_used_when_it_is_named_or_chosen(here: Here, added: Callable[..., None]) -> None:
    added("Books")
    added("Other")
    assert here("--profile", "books", "balances", "nobody").code in {0, 1}
    named = here("--profile", "nope", "balances", "nobody")
    assert (named.code, "Books, Other" in named.err) == (2, True)
    assert here("profile", "use", "books").code == 0
    chosen = [one["for_commands"] for one in here("--format", "json", "profile", "list").data]
    assert chosen == ["yes", None]
    assert here("--format", "json", "server", "status").data["server"] != "embedded"
    assert here("profile", "use").code == 0


def test_a_folder_that_is_named_is_nearer_than_the_chosen_profile(
    here: Here, added: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added("Books")
    assert here("profile", "use", "books").code == 0
    elsewhere = str(tmp_path / "elsewhere")
    assert elsewhere in here("--data-dir", elsewhere, "server", "status").out
    monkeypatch.setenv("LEDGER_DATA_DIR", elsewhere)
    assert elsewhere in here("server", "status").out


def test_a_ledger_on_this_computer_is_its_profiles_operators(here: Here, tmp_path: Path) -> None:
    folder = tmp_path / "club"
    assert here("profile", "add", "Club", "--kind", "computer", "--operator", "anna",
                "--folder", str(folder)).code == 0  # fmt: skip
    backup = tmp_path / "club.ledgerbackup"
    assert here("--profile", "club", *NOTE).code == 0
    assert here("--profile", "club", "backup", "--plain", str(backup)).code == 0
    events = here("--profile", "club", "--format", "csv", "audit", "list").out
    assert ",anna," in events
    done = here("--profile", "club", "restore", str(backup))
    assert done.code == 0, done.err
    assert ",anna," in here("--profile", "club", "--format", "csv", "audit", "list").out
    with connected_owner(folder) as connection:
        found = connection.execute("SELECT name FROM ledger.operators").fetchall()
    assert found == [("anna",)]


def test_a_backup_that_has_no_place_is_one_sentence(here: Here, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    folder = str(tmp_path / "ledger")
    here("profile", "add", "Club", "--kind", "computer", "--folder", folder)
    short = tmp_path / "short"
    short.write_text("eleven char\n")
    done = here("--profile", "club", "backup", "--passphrase-file", str(short), str(tmp_path / "b"))
    assert done.code == 2
    assert "at least 12 characters" in done.err
    done = here("--profile", "club", "backup", "--plain", str(tmp_path / "file" / "b"))
    assert done.code != 0
    assert done.err.count("\n") == 1


def test_a_profile_and_a_url_equally_near_are_two_ledgers(
    here: Here, added: Callable[..., None], ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    added("Books")
    done = here("--profile", "books", "--database-url", ledger_url, "server", "status")
    assert (done.code, "name two ledgers" in done.err) == (2, True)
    monkeypatch.setenv("LEDGER_PROFILE", "books")
    monkeypatch.setenv("LEDGER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert here("server", "status").code == 2
    # What is typed is nearer than what is in the environment.
    assert here("--profile", "books", "server", "status").code == 0
    monkeypatch.setenv("LEDGER_PROFILE", "nope")
    assert here("--database-url", ledger_url, "server", "status").code == 0


def test_a_read_only_profile_writes_nothing_and_is_not_unlocked(
    here: Here, added: Callable[..., None], ledger_url: str
) -> None:
    added("Look", "--read-only")
    for options in ((), ("--unlock", "because")):
        done = here("--profile", "look", *options, *NOTE)
        assert (done.code, "opened read-only" in done.err) == (1, True)
    for command in (
        ("migrate",),
        ("demo",),
        ("currency", "add", "EUR"),
        ("keeper", "run", "--once"),
    ):
        done = here("--profile", "look", *command)
        assert (done.code, "opened read-only" in done.err) == (1, True), (command, done.err)
    assert open_accounts_of(ledger_url) == set()
    assert here("--profile", "look", "overview").code == 0


def test_production_is_written_to_with_a_reason_which_is_kept(
    here: Here, added: Callable[..., None], ledger_url: str
) -> None:
    added("Live", "--production")
    assert "opened read-only" in here("--profile", "live", *NOTE).err
    done = here("--profile", "live", "--unlock", " ", *NOTE)
    assert done.code == 1
    assert open_accounts_of(ledger_url) == set()
    done = here("--profile", "live", "--unlock", "ticket 4711", *NOTE)
    assert done.code == 0, done.err
    assert open_accounts_of(ledger_url) == {"carol"}
    with connected(ledger_url) as connection:
        kept = connection.execute(
            "SELECT count(*) FROM ledger.audit_events WHERE action = 'unlock_writing' AND outcome = 'done'"
        ).fetchone()
    assert kept == (1,)
    # An option of the moment is above the profile's own exception.
    assert "opened read-only" in here("--profile", "live", "--read-only", "--unlock", "x", *NOTE).err


def test_what_is_not_read_only_is_not_unlocked(here: Here, added: Callable[..., None]) -> None:
    added("Books")
    assert here("--profile", "books", "--unlock", "why", "server", "status").code == 2


def test_the_option_alone_makes_any_ledger_read_only(here: Here, ledger_url: str) -> None:
    done = here("--database-url", ledger_url, "--read-only", *NOTE)
    assert (done.code, "opened read-only" in done.err) == (1, True)


def test_a_connection_is_tried(here: Here, added: Callable[..., None]) -> None:
    added("Books")
    steps = here("--format", "json", "profile", "try", "books").data
    assert [one["state"] for one in steps] == ["passed"] * 3 + ["skipped"] + ["passed"] * 4
    assert here("profile", "change", "books", "--database", "none").code == 0
    done = here("--format", "json", "profile", "try", "books")
    assert done.code == 1
    assert [one["step"] for one in done.data if one["state"] == "failed"] == ["The database is there"]
    assert PASSWORD not in done.out + done.err


def test_a_password_is_kept_in_the_keyring_and_used_from_there(
    here: Here, added: Callable[..., None], own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    added("Books")
    assert here("--profile", "books", "server", "status").code == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    assert here("profile", "password", "books", "--password-stdin").code == 0
    assert here("--profile", "books", "server", "status").code == 0
    files = [one.read_bytes() for one in own_folders.rglob("*") if one.is_file()]
    assert files
    assert PASSWORD.encode() not in b"".join(files)
    assert here("profile", "remove", "books").code == 0
    assert backend.kept == {}


def test_a_code_is_taken_by_the_gate_that_the_keyring_knows_and_no_password_is_asked_for(
    here: Here, added: Callable[..., None], staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, name, code = MemoryKeyring(), staff.new_name(), "7QK2-M4XR-9TBD-PW3H"
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    with connected(staff.ledger_url) as connection:
        connection.execute(
            "SELECT ledger.create_operator(gen_random_uuid(), %s, '', '{ledger_viewer}', NULL, 'hired', %s)",
            [name, digest_of(code)],
        )
    added("Books", "--production", "--keep-password")
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setattr("getpass.getpass", lambda prompt: pytest.fail(f"it was asked: {prompt}"))
    words = ("--profile", "books", "operator", "redeem", name, "--password-stdin")

    def redeem() -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{code}\n{PASSWORD}\n"))
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        return here(*words)

    assert "A code is taken by the gate" in redeem().err
    profile = ProfileStore(Paths.standard()).named("books")
    Secrets().keep_gate(profile, SecretStr(PASSWORD))
    done = redeem()
    assert (done.code, "has a new password" in done.err) == (0, True), done.err
    with connected(staff.url(name)) as connection:
        assert connection.info.user == name


def test_without_a_keyring_it_says_so(
    here: Here, added: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    added("Books")
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    done = here("profile", "password", "books", "--password-stdin")
    assert (done.code, "asked for each time" in done.err) == (3, True)


def test_profiles_go_to_a_team_and_come_from_it(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "team.ledger-profiles.json"
    live = ("--host", "db.example.org", "--database", "b", "--operator", "anna", "--production")
    assert here("profile", "add", "Live", *live).code == 0
    assert here("profile", "export", str(file)).code == 0
    assert "anna" not in file.read_text(encoding="utf-8")
    content = json.loads(file.read_text(encoding="utf-8"))
    content["profiles"][0] |= {"production": False, "tls": "require"}
    file.write_text(json.dumps(content), encoding="utf-8")
    rows = here("--format", "json", "profile", "import", str(file)).data
    assert {one["field"] for one in rows} == {"production", "tls"}
    assert "no longer production" in rows[0]["weaker"]
    done = here("profile", "import", str(file), "--apply")
    assert (done.code, "--accept-weaker" in done.err) == (1, True)
    assert here("--format", "json", "profile", "list").data[0]["production"] == "yes"
    assert here("profile", "import", str(file), "--apply", "--accept-weaker").code == 0
    assert here("--format", "json", "profile", "list").data[0]["production"] is None
    content["profiles"].append({"name": "Bad", "password": "hunter2"})
    file.write_text(json.dumps(content), encoding="utf-8")
    done = here("profile", "import", str(file), "--apply")
    assert (done.code, "profile 2 ('Bad')" in done.err, "hunter2" in done.err) == (1, True, False)
