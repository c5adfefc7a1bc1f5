"""Widgets without a screen, and the parts that most tests need."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QSettings

from console.ledger.books.currencies import books
from console.ledger.operators.rights import Rights
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Paths
from console.workspace.identity import Identity
from console.writes.ledger import Ledger
from tests.ui.parts import make_formats
from tests.ui.sessions import Sessions
from ui.context import Context, Session
from ui.kit.commands import Commands
from ui.kit.notices import Notices
from ui.kit.sampling.lag import LagSampler
from ui.kit.sampling.sampler import ConsoleSampler
from ui.kit.theme.icons import Icons
from ui.kit.theme.theme import Mode, Theme
from ui.kit.worker import Collector, Worker
from ui.routes import Navigator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from console.errors import ConsoleError
    from console.settings import Settings
    from ui.kit.formats import Formats

_HERE = os.path.dirname(__file__)  # noqa: PTH120 - compared with the path of each test, as text
# What the offscreen plugin says of things that only a real window system has.
_OFFSCREEN = (r"^This plugin does not support (raise\(\)|grabbing the keyboard|propagateSizeHints\(\))$",)

IDENTITY: Final = Identity("test", "TEST", "grey", production=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen plugin's own words pass; every other Qt warning fails its test."""
    for item in items:
        if str(item.path).startswith(_HERE):
            item.add_marker(pytest.mark.qt_log_ignore(*_OFFSCREEN))


@pytest.fixture(autouse=True)
def collector(qapp: QApplication) -> Iterator[Collector]:
    """Collect on the GUI thread alone, as the console does."""
    made = Collector()
    yield made
    made.end()


@pytest.fixture(scope="session")
def the_theme(qapp: QApplication) -> Theme:
    """Return the one theme of the one application."""
    return Theme(qapp, Mode.LIGHT)


@pytest.fixture
def theme(the_theme: Theme) -> Iterator[Theme]:
    """Give the theme in light, whatever a test before made of it."""
    the_theme.set_mode(Mode.LIGHT)
    yield the_theme
    the_theme.set_mode(Mode.LIGHT)


@pytest.fixture
def icons(theme: Theme) -> Icons:
    """Return icons in the theme."""
    return Icons(theme)


@pytest.fixture
def notices() -> Notices:
    """Return notices that nothing shows yet."""
    return Notices()


@pytest.fixture
def formats() -> Formats:
    """Return formats that are the same on every machine."""
    return make_formats()


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    """Return settings in a file of their own."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def failures() -> list[ConsoleError]:
    """Return the list of what the worker had nowhere else to show."""
    return []


@pytest.fixture
def worker(qapp: QApplication, failures: list[ConsoleError]) -> Iterator[Worker]:
    """Give a worker whose threads must all have ended after the test."""
    made = Worker(failures.append)
    yield made
    assert made.shutdown(5_000)


@pytest.fixture
def make_session(theme: Theme, store: QSettings, tmp_path: Path) -> Iterator[Sessions]:
    """Return what starts the console; everything it began has ended after the test."""
    made = Sessions(theme, store, tmp_path)
    yield made
    made.end()
    # Now: what refers to a window after its test is a window that never goes, and this is where that shows.
    gc.collect()


class Contexts(Protocol):
    """Makes the context of a window for one of tests.cluster.LOGINS."""

    def __call__(self, login: str, database: Database | None = None) -> Context: ...


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Return folders of the test's own."""
    return Paths(tmp_path / "data", tmp_path / "config", tmp_path / "state", tmp_path / "log")


@pytest.fixture
def lag(qapp: QApplication) -> Iterator[LagSampler]:
    """Give a sampler that has begun."""
    made = LagSampler()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def context_of(  # noqa: PLR0917 - fixtures are given by name
    as_role: Callable[[str], str],
    settings: Settings,
    paths: Paths,
    formats: Formats,
    worker: Worker,
    lag: LagSampler,
    theme: Theme,
    icons: Icons,
    notices: Notices,
    store: QSettings,
) -> Iterator[Contexts]:
    """Give windows' contexts to operators; their rights are those that the server states."""
    opened: list[Database] = []

    def make(login: str, database: Database | None = None) -> Context:
        if database is None:
            database = Database(as_role(login), Recorder(capacity=2_000), settings)
            opened.append(database)
        facts = database.session_facts()
        ledger = Ledger(database)
        return Context(
            session=Session(IDENTITY, Rights.of(facts), books(database)),
            database=database,
            ledger=ledger,
            recorder=database.recorder,
            settings=database.settings,
            paths=paths,
            formats=formats,
            worker=worker,
            lag=lag,
            sampler=ConsoleSampler(ledger, lag),
            theme=theme,
            icons=icons,
            commands=Commands(store, notices.warn),
            notices=notices,
            navigator=Navigator(),
            store=store,
        )

    yield make
    worker.shutdown(5_000)
    for database in opened:
        database.close()


@pytest.fixture
def context(context_of: Contexts, operator_database: Database) -> Context:
    """Return a context on a real ledger."""
    return context_of("t_operator", operator_database)


@pytest.fixture
def quiet_context(context_of: Contexts, operator_database: Database) -> Context:
    """Return a context whose recorder holds nothing yet: the rights were asked by another."""
    asked = context_of("t_operator")
    return replace(
        asked,
        database=operator_database,
        ledger=Ledger(operator_database),
        recorder=operator_database.recorder,
    )
