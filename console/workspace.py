"""The ledger that one run of the console works with: the embedded one, or the one that a URL names."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg import Error as DriverError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from console import operators
from console.database import Database
from console.demo import make_demo
from console.driver_errors import translated
from console.embedded.folder import Folder
from console.embedded.leases import alone
from console.embedded.server import EmbeddedServer
from console.errors import UsageError
from console.money import Currency
from console.monitor.recorder import Recorder
from console.queries.currencies import currencies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from console.config import Paths, Settings
    from console.database import SessionFacts
    from console.demo import DemoPlan

    Progress = Callable[[int, int], None]

EMBEDDED: Final = "embedded"
FIRST_CURRENCY: Final = Currency("CR", 2)
"""What a new embedded ledger begins with: credits, the currency of the demo too."""

_DEMO_OPERATOR: Final = "checkout-service"


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open ledger; `admin_url` has a password in it and is for administrators' acts only.

    profile: `embedded`, or the server and database. environment: the word a window shows, `DEMO` or
    `LOCAL` for an embedded ledger, `LIVE` for any other.
    """

    database: Database
    recorder: Recorder
    admin_url: str
    profile: str
    environment: str
    facts: SessionFacts
    currencies: tuple[Currency, ...]

    @property
    def currency(self) -> Currency:
        """The ledger's first currency; raises UsageError on a ledger that has none yet."""
        if not self.currencies:
            raise UsageError("This ledger has no currency yet. Add one with: ledgerctl currency add EUR")
        return self.currencies[0]


@dataclass(frozen=True, slots=True)
class _Way:
    """How a ledger is reached, and what it is called."""

    url: str
    admin_url: str
    profile: str
    environment: str


@contextmanager
def open_workspace(
    settings: Settings, paths: Paths, *, demo: DemoPlan | None = None, progress: Progress | None = None
) -> Iterator[Workspace]:
    """Connect to the ledger that `settings` name; the embedded one is started and brought up to date.

    `demo` fills an embedded ledger without transactions first, telling `progress` rows done and in all.
    Raises UnavailableError when there is no server or no ledger. Left, it leaves the embedded server,
    which stops when nobody else uses it.
    """
    with _way(settings, paths, demo, progress) as way:
        recorder = Recorder()
        database = Database(way.url, recorder, settings)
        try:
            facts = database.session_facts()
            profile = way.profile or database.place
            known = currencies(database)
            yield Workspace(database, recorder, way.admin_url, profile, way.environment, facts, known)
        finally:
            database.close()


@contextmanager
def administration(settings: Settings, paths: Paths) -> Iterator[str]:
    """Yield the URL for administrators' acts on a ledger that need not be there yet."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with EmbeddedServer(paths.data) as server:
        yield server.owner_url


def add_currency(admin_url: str, currency: Currency) -> None:
    """Add a currency with its system accounts; asking again for the same one changes nothing."""
    with _as_admin(admin_url) as connection:
        _add_currency(connection, currency)


def schema_fingerprint() -> str:
    """Return the SHA-256 of all that a migration applies: functions change without a new revision."""
    models = Path(str(package_files.files("models")))
    digest = hashlib.sha256()
    for path in sorted([*models.rglob("*.sql"), *models.glob("migrations/versions/*.py")]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(models).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@contextmanager
def _way(
    settings: Settings, paths: Paths, demo: DemoPlan | None, progress: Progress | None
) -> Iterator[_Way]:
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        yield _Way(url, url, "", "LIVE")
        return
    with EmbeddedServer(paths.data) as server:
        desk = _Desk(server, operators.role_name(), Folder.of(paths.data).path / "prepare.lock")
        environment = desk.prepare(demo, progress)
        password = server.passwords.password_of(desk.role) or ""
        yield _Way(server.url_for(desk.role, password), server.owner_url, EMBEDDED, environment)


@dataclass(frozen=True, slots=True)
class _State:
    """Whether the embedded ledger is as this console needs it, and who made its first transaction."""

    ready: bool
    first_operator: str | None


@dataclass(frozen=True, slots=True)
class _Desk:
    """The embedded ledger and the person before it."""

    server: EmbeddedServer
    role: str
    lock: Path

    def prepare(self, demo: DemoPlan | None, progress: Progress | None) -> str:
        """Bring the ledger up to date if it is not; return the word for its environment.

        Only then, for a migration waits for every posting under way and holds new ones off. The lock
        keeps two first starts apart.
        """
        state = self._state()
        if not state.ready or (demo is not None and state.first_operator is None):
            with alone(self.lock):
                if not self._state().ready:
                    self._bring_up_to_date()
                if demo is not None and self._state().first_operator is None:
                    make_demo(self.server.owner_url, demo, progress=progress)
            state = self._state()
        return "DEMO" if state.first_operator == _DEMO_OPERATOR else "LOCAL"

    def _state(self) -> _State:
        with _as_admin(self.server.owner_url) as connection:
            applied = connection.scalar(
                text("SELECT obj_description(to_regnamespace('ledger'), 'pg_namespace')")
            )
            if (
                applied != schema_fingerprint()
                or self.server.passwords.password_of(self.role) is None
                or not operators.is_enrolled(connection, self.role)
            ):
                return _State(ready=False, first_operator=None)
            first = text("SELECT t.operator FROM ledger.transactions t ORDER BY t.id LIMIT 1")
            return _State(ready=True, first_operator=connection.scalar(first))

    def _bring_up_to_date(self) -> None:
        from console.migrate import migrate  # noqa: PLC0415 - Alembic, which most starts do not need

        migrate(self.server.owner_url)
        with _as_admin(self.server.owner_url) as connection:
            operators.enrol(connection, self.role, self.server.passwords)
            if not connection.scalar(text("SELECT EXISTS (SELECT FROM ledger.currencies)")):
                _add_currency(connection, FIRST_CURRENCY)
            # Last: what was cut short is begun again.
            connection.exec_driver_sql(f"COMMENT ON SCHEMA ledger IS '{schema_fingerprint()}'")


@contextmanager
def _as_admin(url: str) -> Iterator[Connection]:
    """Lend a connection in one transaction, outside the operator's pool and its record."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    except (DBAPIError, DriverError) as error:
        raise translated(error, engine.url) from error
    finally:
        engine.dispose()


def _add_currency(connection: Connection, currency: Currency) -> None:
    connection.execute(
        text("SELECT ledger.add_currency(:code, CAST(:exponent AS smallint))"),
        {"code": currency.code, "exponent": currency.exponent},
    )
