"""The embedded ledger as a person finds it: made once, theirs as an operator, joined by a second process."""

from __future__ import annotations

import stat
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from console.errors import AccessDeniedError, SchemaError
from console.ledger.operators import enrolment
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.server import EmbeddedServer
from console.postgres.steps import Step
from console.settings import Paths, Settings
from console.workspace.demo import plan
from console.workspace.identity import Identity
from console.workspace.migrate import migrate
from console.workspace.own_ledger import FIRST_CURRENCY
from console.workspace.workspace import open_workspace
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

DEMO = plan(20, 200, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep one embedded server for the tests of this file."""
    folder = tmp_path_factory.mktemp("embedded")
    with EmbeddedServer(folder):
        yield folder


@pytest.fixture
def paths(data_dir: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.delenv("LEDGER_DATABASE_URL", raising=False)
    return Paths.standard(data_dir)


def test_the_embedded_ledger_is_made_joined_and_filled_once(paths: Paths, settings: Settings) -> None:
    with open_workspace(settings, paths) as first:
        assert (first.profile, first.identity.environment) == ("embedded", "LOCAL")
        assert first.facts.operator == enrolment.role_name()
        assert first.facts.rights == {"ledger_operator", "ledger_support", "ledger_viewer"}
        assert first.books.currencies == (FIRST_CURRENCY,)
        told: list[Step] = []
        with open_workspace(settings, paths, demo=DEMO, progress=told.append) as second:
            assert second.identity.environment == "DEMO"
            assert told == [Step("Making the demo ledger: 200 of 200 transactions", 200, 200)]
        with open_workspace(settings, paths, demo=DEMO) as third:
            assert third.identity.environment == "DEMO"
        # A demo is told whatever its profile calls it; what else a profile says stays.
        club = Identity("Club", "CLUB", "violet", production=False)
        with open_workspace(settings, paths, identity=club) as fourth:
            assert fourth.identity == Identity("Club", "DEMO", "violet", production=False, demo=True)


def test_the_operator_is_no_administrator(paths: Paths, settings: Settings) -> None:
    def cheat(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE ledger.wallets SET balance = 1")

    with open_workspace(settings, paths) as opened, pytest.raises(AccessDeniedError):
        opened.ledger.write("cheat", cheat)


def test_the_password_is_a_scram_verifier_there_and_private_here(paths: Paths, settings: Settings) -> None:
    with open_workspace(settings, paths) as opened:
        role = opened.facts.operator
        with connected(opened.admin_url) as connection:
            kept = connection.execute(
                "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]
            ).fetchone()
    assert kept is not None
    assert kept[0].startswith("SCRAM-SHA-256$")
    folder = Folder.of(paths.data)
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.secrets.stat().st_mode) == 0o600
    password = EmbeddedServer(paths.data).passwords.password_of(role)
    assert password
    assert password not in folder.log.read_text(encoding="utf-8", errors="replace")


def test_a_lost_role_is_made_again_with_the_password_that_is_kept(paths: Paths, settings: Settings) -> None:
    with open_workspace(settings, paths) as opened:
        role = opened.facts.operator
    with EmbeddedServer(paths.data) as server:
        with connected(server.owner_url) as connection:
            connection.execute(f'DROP ROLE "{role}"'.encode())
        before = server.passwords.password_of(role)
    with open_workspace(settings, paths) as opened:
        assert opened.facts.operator == role
        assert EmbeddedServer(paths.data).passwords.password_of(role) == before


def test_the_role_of_an_older_console_is_adopted(paths: Paths, settings: Settings) -> None:
    """It was granted its groups by the server's owner, from whom nobody else can take them."""
    with open_workspace(settings, paths) as opened:
        role = opened.facts.operator
    with EmbeddedServer(paths.data) as server, connected(server.owner_url) as connection:
        for statement in (
            f'DROP ROLE "{role}"',
            f'CREATE ROLE "{role}" LOGIN IN ROLE ledger_operator, ledger_support',
            "DELETE FROM ledger.operators",
        ):
            connection.execute(statement.encode())
        before = server.passwords.password_of(role)
    with open_workspace(settings, paths) as opened:
        assert opened.facts.operator == role
        assert EmbeddedServer(paths.data).passwords.password_of(role) == before
        with connected(opened.admin_url) as connection:
            rows = connection.execute(
                """SELECT DISTINCT m.grantor::regrole::text FROM pg_auth_members m
                WHERE m.member = to_regrole(quote_ident(%s))""",
                [role],
            ).fetchall()
            event = connection.execute(
                """SELECT action, detail #> '{outcome,groups}' FROM ledger.audit_events
                WHERE subject = 'operator:' || %s ORDER BY id DESC LIMIT 1""",
                [role],
            ).fetchone()
    assert rows == [("ledger_roles",)]
    assert event == ("create_operator", ["ledger_operator", "ledger_support"])


def test_a_ledger_that_is_up_to_date_is_not_migrated_again(
    paths: Paths, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_workspace(settings, paths):
        pass
    runs: list[str] = []

    def counted(url: str) -> str:
        runs.append(url)
        return migrate(url)

    monkeypatch.setattr("console.workspace.upgrade.migrate", counted)
    with open_workspace(settings, paths):
        assert runs == []
    with EmbeddedServer(paths.data) as server, connected(server.owner_url) as connection:
        connection.execute("COMMENT ON SCHEMA ledger IS 'of an older console'")
    with open_workspace(settings, paths):
        assert len(runs) == 1


def test_a_database_without_a_ledger_is_said(
    database_url: str, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_DATABASE_URL", database_url)
    with (
        pytest.raises(SchemaError, match="ledgerctl migrate"),
        open_workspace(Settings.load(), Paths.standard()),
    ):
        pass


def test_a_url_is_used_as_it_is(
    as_role: Callable[[str], str], own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = as_role("t_operator")
    monkeypatch.setenv("LEDGER_DATABASE_URL", url)
    with open_workspace(Settings.load(), Paths.standard()) as opened:
        assert (opened.facts.operator, opened.identity.environment) == ("t_operator", "LIVE")
        assert opened.admin_url == url
        assert "only-for-tests" not in opened.profile


@pytest.mark.parametrize(
    ("account", "role"),
    [
        ("anna", "anna"),
        ("root", "root"),
        (r"OFFICE\Anna Roth", "anna-roth"),
        ("Łukasz", "ukasz"),
        ("1000", enrolment.FALLBACK),
        ("", enrolment.FALLBACK),
        ("postgres", enrolment.FALLBACK),
        ("public", enrolment.FALLBACK),
        ("pg_anna", enrolment.FALLBACK),
        ("ledger_admin", enrolment.FALLBACK),
        ("ledger_admin_local", enrolment.FALLBACK),
        ("x" * 64, enrolment.FALLBACK),
        ('a"; DROP ROLE b', "a-drop-role-b"),
    ],
)
def test_no_account_is_taken_for_a_group(account: str, role: str) -> None:
    assert enrolment.role_of(account) == role
