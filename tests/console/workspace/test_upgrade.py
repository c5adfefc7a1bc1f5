"""An older ledger on this computer: backed up, migrated, compared; a newer one is left alone."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from console.errors import UnavailableError
from console.ledger.audit.verify.questions import verify
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.postgres.embedded.server import EmbeddedServer
from console.postgres.schema import NewerSchemaError, OlderSchemaError
from console.settings import Paths, Settings
from console.workspace import upgrade
from console.workspace.backup.files import check
from console.workspace.backup.restoring import restore
from console.workspace.migrate import alembic_config, head_version, migrate
from console.workspace.workspace import open_workspace
from tests.cluster import connected
from tests.console.workspace.backup import conftest as backed
from tests.console.workspace.backup.conftest import owner, state

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.steps import Step

own_settings, paths, template = backed.own_settings, backed.paths, backed.template


def downgrade(paths: Paths, revision: str) -> None:
    """Make the ledger one of an older schema."""
    with EmbeddedServer(paths.data) as server:
        config, engine = alembic_config(), create_engine(server.owner_url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL ROLE ledger_owner"))
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
            connection.execute(text("RESET ROLE"))
            connection.execute(text("COMMENT ON SCHEMA ledger IS 'of before'"))
        engine.dispose()


def make_newer(paths: Paths) -> None:
    with owner(paths) as connection:
        connection.execute("UPDATE ledger.schema_version SET version_num = '0999'")
        connection.execute("COMMENT ON SCHEMA ledger IS 'of a console to come'")


def test_an_older_one_is_backed_up_migrated_and_the_same(paths: Paths) -> None:
    before = state(paths)
    downgrade(paths, "0008")
    told: list[Step] = []
    with open_workspace(Settings.load(), paths, progress=told.append, is_served=False) as workspace:
        assert all(found.passed for found in verify(workspace.database).checks)
    assert before.differences(state(paths)) == []
    (backup,) = (paths.data / "backups").iterdir()
    header = check(backup)
    assert (header.facts.schema, header.has_passwords) == ("0008", True)
    assert backup.name.startswith("before-0008-")
    assert f"Bringing the ledger from schema 0008 to {head_version()}" in [step.words for step in told]
    # It is a backup as any other: restored, it is migrated as well.
    shutil.rmtree(paths.data / "server")
    restore(Settings.load(), paths, backup)
    assert before.differences(state(paths)) == []


def test_the_last_three_are_kept_and_functions_alone_need_none(paths: Paths) -> None:
    folder = paths.data / "backups"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"before-000{9 - day}-2026010{day}T000000Z.ledgerbackup").write_text("")
    with owner(paths) as connection:
        connection.execute("COMMENT ON SCHEMA ledger IS 'with other functions'")
    with open_workspace(Settings.load(), paths, is_served=False):
        assert len(list(folder.iterdir())) == 4
    downgrade(paths, "0009")
    with open_workspace(Settings.load(), paths, is_served=False):
        kept = sorted(file.name[7:11] for file in folder.iterdir())
    assert kept == ["0005", "0006", "0009"]


def test_without_a_backup_nothing_is_migrated(paths: Paths) -> None:
    downgrade(paths, "0009")
    (paths.data / "backups").write_text("a file where the folder should be")
    with pytest.raises(
        UnavailableError, match=r"older schema 0009 and is backed up .* failed: .* Nothing was"
    ):
        open_workspace(Settings.load(), paths, is_served=False).__enter__()
    assert state(paths).schema == "0009"


def test_what_is_not_the_same_afterwards_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    downgrade(paths, "0009")

    def lose(url: str) -> str:
        answer = migrate(url)
        with connected(url) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM ledger.transactions WHERE id = 60")
        return answer

    monkeypatch.setattr(upgrade, "migrate", lose)
    with pytest.raises(upgrade.UpgradeError, match="the number of transactions, the last transaction"):
        open_workspace(Settings.load(), paths, is_served=False).__enter__()


def test_a_newer_one_is_refused_before_anything_is_written(paths: Paths) -> None:
    make_newer(paths)
    before = state(paths)
    with pytest.raises(
        NewerSchemaError, match=r"schema 0999, and this console, .*, knows only schemas up to"
    ):
        open_workspace(Settings.load(), paths, is_served=False).__enter__()
    with (
        EmbeddedServer(paths.data) as server,
        pytest.raises(NewerSchemaError, match="Install a newer console"),
    ):
        migrate(server.owner_url)
    assert state(paths) == before
    assert not (paths.data / "backups").exists()


@pytest.mark.over_budget
@pytest.mark.parametrize(("version", "error"), [("0999", NewerSchemaError), ("0003", OlderSchemaError)])
def test_an_open_console_is_told_when_the_ledger_was_migrated_meanwhile(
    paths: Paths, version: str, error: type[Exception]
) -> None:
    with open_workspace(Settings.load(), paths, is_served=False) as workspace:
        with owner(paths) as connection:
            connection.execute("UPDATE ledger.schema_version SET version_num = %s", [version])
        for question in (
            "SELECT ledger.gone()",
            "SELECT * FROM ledger.gone",
            "SELECT gone FROM ledger.users",
        ):
            with pytest.raises(error, match=f"schema {version}"):
                workspace.database.read("books.load", partial(_asked, question))


def _asked(question: str, session: Session) -> object:
    return session.execute(text(question)).all()


def test_a_server_of_an_older_schema_says_what_to_do(ledger_url: str, settings: Settings) -> None:
    with connected(ledger_url) as connection:
        connection.execute("UPDATE ledger.schema_version SET version_num = '0003'")
    database = Database(ledger_url, Recorder(), settings)
    try:
        with pytest.raises(
            OlderSchemaError, match=r"ledgerctl migrate\. Consoles older than this one cannot"
        ):
            database.session_facts()
    finally:
        database.close()
