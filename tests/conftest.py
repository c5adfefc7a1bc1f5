"""Databases for every test: empty or with a ledger in it, as an administrator or as each of the roles."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from sqlalchemy.engine import make_url

from console.monitor.budgets import budget, over_budget
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from console.writes.ledger import Ledger
from tests.bookkeeping import assert_adds_up
from tests.cluster import CURRENCY, LOGINS, Cluster, connected, running_cluster
from tests.operators import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from console.monitor.recording.cost import ActionCost
    from tests.bookkeeping import Connection

# A slow machine is no failure; what takes long is measured in benchmarks.
hypothesis.settings.register_profile("console", deadline=None)
hypothesis.settings.load_profile("console")

BANK_CSV: Final = "LEDGER_BANK_CSV"

# What the driver sends around a question; budgets do not count it. ";" is the pool's ping.
_HOUSEKEEPING: Final = (";", "BEGIN", "COMMIT", "ROLLBACK", "SET ", "SAVEPOINT", "RELEASE")


class Statements:
    """The statements that the driver was asked to send, whoever asked; for budgets."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __len__(self) -> int:
        return len(self.texts)

    def note(self, query: object) -> None:
        """Count one statement unless it is housekeeping."""
        text = query.decode() if isinstance(query, bytes) else str(query)
        if not text.lstrip().upper().startswith(_HOUSEKEEPING):
            self.texts.append(text)

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """Collect the statements sent inside the block."""
        start = len(self.texts)
        found: list[str] = []
        try:
            yield found
        finally:
            found.extend(self.texts[start:])


def last_night() -> date:
    """Return the day of the last two o'clock in the night, in UTC as the tests' ledgers count."""
    return (datetime.now(UTC) - timedelta(hours=2)).date()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the tests' server, so that another PostgreSQL can be tried with that alone."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.sql)


@pytest.fixture(scope="session", autouse=True)
def overruns() -> Iterator[list[str]]:
    """Collect each action of this process that went over its budget, whichever recorder saw it."""
    found: list[str] = []
    make = Recorder.__init__

    def note(cost: ActionCost) -> None:
        if over_budget(cost):
            found.append(f"{cost.action} sent {cost.statements} statements, may send {budget(cost.action)}")

    def made(recorder: Recorder, *arguments: Any, **options: Any) -> None:
        make(recorder, *arguments, **options)
        recorder.on_action(note)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "__init__", made)
        yield found


@pytest.fixture(autouse=True)
def budgets_are_kept(request: pytest.FixtureRequest, overruns: list[str]) -> Iterator[None]:
    """Fail a test whose actions went over their budgets, unless it is marked over_budget."""
    overruns.clear()
    yield
    if request.node.get_closest_marker("over_budget") is None:
        assert overruns == []


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Lend the session's PostgreSQL: LEDGER_TEST_DATABASE_URL's, or an embedded one."""
    with running_cluster(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def ledger_template(cluster: Cluster) -> Iterator[str]:
    """Name the migrated database that each test's ledger is a copy of."""
    name = cluster.create_template()
    yield name
    cluster.drop(name)


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """Return the administrator's URL of an empty database."""
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(scope="session")
def template_night(ledger_template: str) -> date:
    """Return after which night the template was made: its copies are of before the next one."""
    return last_night() if ledger_template else date.min


@pytest.fixture
def ledger_url(cluster: Cluster, ledger_template: str, template_night: date) -> Iterator[str]:
    """Return the administrator's URL of a ledger with the currency CR and no customers."""
    name = cluster.create(ledger_template)
    if last_night() != template_night:
        # The ledger is verified at two in the night; a new one is not due for that.
        with connected(cluster.url(name)) as connection:
            connection.execute("UPDATE ledger.jobs SET since = clock_timestamp()")
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def as_role(cluster: Cluster, ledger_url: str) -> Callable[[str], str]:
    """Return the ledger's URL for one of tests.cluster.LOGINS."""
    database = make_url(ledger_url).database or ""

    def url_of(login: str) -> str:
        assert login in LOGINS
        return cluster.url(database, login)

    return url_of


@pytest.fixture
def staff(cluster: Cluster, ledger_url: str) -> Iterator[Staff]:
    """Hire operators of this test's own, and its gate."""
    made = Staff(cluster, ledger_url)
    yield made
    made.leave()


@pytest.fixture
def recorder() -> Recorder:
    """Return a recorder of its own."""
    return Recorder(capacity=2_000)


@pytest.fixture
def settings() -> Settings:
    """Return the defaults, whatever this machine's user has set."""
    return Settings.model_construct()


@pytest.fixture
def operator_database(as_role: Callable[[str], str], settings: Settings) -> Iterator[Database]:
    """Return the console's way to the ledger, as an operator; `operator_database.recorder` records it."""
    database = Database(as_role("t_operator"), Recorder(capacity=2_000), settings)
    yield database
    database.close()


@pytest.fixture
def operator_ledger(operator_database: Database) -> Ledger:
    """Return the way to write as an operator, without an outbox."""
    return Ledger(operator_database)


@pytest.fixture
def admin(ledger_url: str) -> Iterator[Connection]:
    """Lend the administrator's connection; after the test the books must add up."""
    with connected(ledger_url) as connection:
        yield connection
        assert_adds_up(connection)


@pytest.fixture
def operator(as_role: Callable[[str], str], admin: Connection) -> Iterator[Connection]:
    """Lend an operator's connection."""
    with connected(as_role("t_operator")) as connection:
        yield connection


@pytest.fixture
def viewer(as_role: Callable[[str], str], settings: Settings) -> Iterator[Database]:
    """Return the console's way to the ledger as a viewer, with its first connection made."""
    database = Database(as_role("t_viewer"), Recorder(capacity=2_000), settings)
    database.session_facts()
    yield database
    database.close()


@pytest.fixture
def open_accounts(as_role: Callable[[str], str]) -> Callable[..., None]:
    """Open customers with the balances given, in minor units, each by a deposit through ledger.transfer."""

    def open_each(balances: Mapping[str, int], currency: str = CURRENCY) -> None:
        with connected(as_role("t_operator")) as connection, connection.transaction():
            for username, balance in balances.items():
                opened = connection.execute(
                    "SELECT ledger.open_account(%s, %s, %s, p_reason => 'for a test') ->> 'status'",
                    [uuid4(), username, currency],
                ).fetchone()
                assert opened == ("opened",)
                if balance == 0:
                    continue
                posted = connection.execute(
                    "SELECT ledger.transfer(%s, '@external', %s, %s, %s) ->> 'status'",
                    [uuid4(), username, currency, balance],
                ).fetchone()
                assert posted == ("posted",)

    return open_each


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Count what psycopg's cursors are asked to send from now on, COPY included."""
    counter = Statements()

    def watch(method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(cursor: psycopg.Cursor[Any], query: Any, *arguments: Any, **options: Any) -> Any:
            counter.note(query)
            return method(cursor, query, *arguments, **options)

        return noted

    for name in ("execute", "executemany", "copy"):
        monkeypatch.setattr(psycopg.Cursor, name, watch(getattr(psycopg.Cursor, name)))
    return counter


@pytest.fixture(scope="session")
def bank_csv() -> Path:
    """Return the bank file of the environment; tests that need it are skipped without one."""
    given = os.environ.get(BANK_CSV)
    if not given:
        pytest.skip(f"{BANK_CSV} is not set; it names the bank's CSV file")
    path = Path(given)
    assert path.is_file(), f"{BANK_CSV} names no file: {path}"
    return path
