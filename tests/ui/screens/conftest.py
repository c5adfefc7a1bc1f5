"""Screens on a real ledger, before any of the test's operators."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import pytest

from console.batches import load
from console.database import Database
from console.imports.mapping import load_mapping
from console.money import Currency
from console.monitor.recorder import Recorder
from tests.cluster import connected
from tests.ui.screens.batch_hands import PAYOUT
from ui.commands import Commands
from ui.context import Context
from ui.paging import State
from ui.screen import Navigator
from ui.screens.batches import Batches
from ui.screens.queries import Queries
from ui.sign_in import role_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from console.batches import LoadedBatch
    from console.config import Settings
    from ui.icons import Icons
    from ui.notices import Notices
    from ui.numbers import Formats
    from ui.theme import Theme
    from ui.worker import Worker


class Desks(Protocol):
    """Makes the context of a window for one of tests.cluster.LOGINS."""

    def __call__(self, login: str, database: Database | None = None) -> Context: ...


class Screens(Protocol):
    """Shows the batches of one of tests.cluster.LOGINS."""

    def __call__(self, login: str) -> Batches: ...


@pytest.fixture
def desk_of(  # noqa: PLR0917 - fixtures are given by name
    as_role: Callable[[str], str],
    settings: Settings,
    formats: Formats,
    worker: Worker,
    theme: Theme,
    icons: Icons,
    notices: Notices,
    store: QSettings,
) -> Iterator[Desks]:
    """Give windows' contexts to operators; their rights are those that the server states."""
    opened: list[Database] = []

    def make(login: str, database: Database | None = None) -> Context:
        if database is None:
            database = Database(as_role(login), Recorder(capacity=2_000), settings)
            opened.append(database)
        facts = database.session_facts()
        return Context(
            database=database,
            recorder=database.recorder,
            settings=database.settings,
            profile="test",
            environment="test",
            production=False,
            operator=facts.operator,
            role=role_word(facts.rights),
            currency=Currency("CR", 2),
            formats=formats,
            worker=worker,
            theme=theme,
            icons=icons,
            commands=Commands(store, notices.warn),
            notices=notices,
            navigator=Navigator(),
            store=store,
            rights=facts.rights,
        )

    yield make
    worker.shutdown(5_000)
    for database in opened:
        database.close()


@pytest.fixture
def context(desk_of: Desks, operator_database: Database) -> Context:
    """Return a context on a real ledger."""
    return desk_of("t_operator", operator_database)


@pytest.fixture
def quiet_context(desk_of: Desks, operator_database: Database) -> Context:
    """Return a context whose recorder holds nothing yet: the rights were asked by another."""
    asked = desk_of("t_operator")
    return replace(asked, database=operator_database, recorder=operator_database.recorder)


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """Return where the threshold is kept."""
    return tmp_path / "settings.toml"


@pytest.fixture
def queries(quiet_context: Context, qtbot: QtBot, settings_file: Path) -> Queries:
    """Show the live list of statements."""
    made = Queries(quiet_context, settings_file=settings_file)
    qtbot.addWidget(made)
    made.resize(1232, 820)
    made.show()
    return made


@pytest.fixture
def screen(context: Context, qtbot: QtBot, tmp_path: Path) -> Batches:
    """Show the screen once its list was read."""
    return shown(context, qtbot, tmp_path)


@pytest.fixture
def screen_of(desk_of: Desks, qtbot: QtBot, tmp_path: Path) -> Screens:
    """Show the screen of any operator once its list was read."""
    kept: list[Batches] = []

    def show(login: str) -> Batches:
        kept.append(shown(desk_of(login), qtbot, tmp_path))
        return kept[-1]

    return show


@pytest.fixture
def payees(open_accounts: Callable[..., None]) -> list[str]:
    """Open the accounts that the sample payout names."""
    with PAYOUT.open(encoding="utf-8") as file:
        names = [row["username"] for row in csv.DictReader(file)]
    open_accounts(dict.fromkeys(names, 1_000))
    return names


@pytest.fixture
def draft(operator_database: Database, context: Context, payees: list[str]) -> LoadedBatch:
    """Load the sample payout as t_operator."""
    mapping = load_mapping(PAYOUT.with_suffix(".mapping.toml"))
    return load(operator_database, PAYOUT, mapping, context.currency, name=f"payout of {len(payees)}")


@pytest.fixture
def rule(as_role: Callable[[str], str]) -> Callable[..., None]:
    """Ask for approvals of batches from an amount on."""

    def ask(checkers: int = 1, *, kind: str = "post_batch", from_amount: int = 0) -> None:
        with connected(as_role("t_admin")) as connection:
            row = connection.execute(
                "SELECT ledger.set_approval_rule(gen_random_uuid(), %s, 'CR', %s, %s::smallint, 'a test') "
                "->> 'status'",
                [kind, from_amount, checkers],
            ).fetchone()
        assert row == ("done",)

    return ask


def shown(context: Context, qtbot: QtBot, folder: Path) -> Batches:
    """Show the batches and wait for the list."""
    made = Batches(context, mappings=folder / "mappings")
    qtbot.addWidget(made)
    made.resize(1232, 820)
    made.show()
    qtbot.waitUntil(lambda: made.list.model.state in {State.EMPTY, State.READY})
    return made
