"""The last steps of a trial, inside the server: sign-in, database, ledger, rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.engine import make_url

from console.errors import ConsoleError
from console.ledger.operators.credentials import GateError, LockedOutError, WrongPasswordError, url_with
from console.ledger.operators.sign_in import GATE, sign_in
from console.monitor.recording.recorder import Recorder
from console.postgres.database import OLDEST_SERVER, SessionFacts
from console.postgres.engine import startup_options
from console.settings import Settings
from console.workspace.trial.refusals import refusal_of
from console.workspace.trial.steps import StepFailed, StepKey, Who
from models.migrations import head_revision, revisions

if TYPE_CHECKING:
    from pydantic import SecretStr

    from console.ledger.operators.credentials import Credentials
    from console.postgres.cancellation import Cancellation
    from console.settings.profiles.profile import Profile
    from console.workspace.trial.network import Found

    Driver = psycopg.Connection[Any]

_CONNECT_S: Final = 4
_LOOK: Final = """
    SELECT current_setting('server_version') AS version,
        current_setting('server_version_num')::integer AS version_number,
        current_setting('server_encoding') AS encoding,
        current_setting('synchronous_commit') AS synchronous_commit,
        pg_is_in_recovery() AS replica,
        EXISTS (SELECT FROM pg_namespace WHERE nspname = 'ledger') AS has_schema,
        EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'ledger' AND c.relname = 'schema_version') AS has_ledger,
        r.rolsuper OR (m.may_group AND has_database_privilege(current_database(), 'CREATE')) AS may_make,
        r.rolsuper OR (m.may_group AND r.rolcreatedb) AS may_make_database
    FROM pg_roles r CROSS JOIN LATERAL (
        -- Where another ledger of the server has made the groups, only who acts as their owner may give them.
        SELECT r.rolcreaterole AND (to_regrole('ledger_owner') IS NULL
            OR pg_has_role(r.oid, to_regrole('ledger_owner'), 'MEMBER')) AS may_group) m
    WHERE r.rolname = session_user"""
_CHECK: Final = "SELECT * FROM ledger.session_check()"
_NO_RIGHTS: Final = frozenset({"28000", "42501"})


@dataclass(frozen=True, slots=True)
class Way:
    """Who goes where: a profile, its host that answers, and who signs in."""

    profile: Profile
    found: Found
    credentials: Credentials
    gate_password: SecretStr | None = None
    roots: str = ""

    def url(self, database: str = "") -> str:
        """Return the URL of this one host; it has the password in it."""
        one = self.profile.changed(hosts=[str(self.found.host)])
        operator, password = self.credentials.operator, self.credentials.password.get_secret_value()
        url = make_url(one.url(operator, password, roots=self.roots))
        return url.set(database=database or self.profile.database).render_as_string(hide_password=False)


def count_attempt(way: Way, cancel: Cancellation) -> None:
    """Let the ledger's gate count this sign-in, where its password is known; raises StepFailed."""
    if way.gate_password is None:
        return
    gate_url = url_with(way.url(), GATE, way.gate_password.get_secret_value())
    try:
        sign_in(way.url(), gate_url, Recorder(), cancel=cancel)
    except WrongPasswordError as error:
        raise StepFailed(str(error), Who.YOU, "Type both again.") from None
    except LockedOutError as error:
        raise StepFailed(str(error), Who.ADMIN, "Wait, or: ledgerctl operator unlock") from None
    except GateError as error:
        raise StepFailed(str(error), Who.ADMIN, "Correct this profile's password of the gate.") from None
    except ConsoleError:
        # Whatever else is wrong, a missing ledger say, the steps themselves tell better.
        return


def connect(way: Way, database: str = "") -> Driver:
    """Sign in, with what the console itself asks for at a start; raises StepFailed."""
    url = make_url(way.url(database))
    parameters: dict[str, Any] = dict(url.get_dialect()().create_connect_args(url)[1])
    if way.found.addresses:
        # The one address that answered: a wrong password is tried once and not at each.
        parameters["hostaddr"] = way.found.address
    if not way.profile.pooler:
        parameters["options"] = startup_options(Settings.model_construct(read_only=True))
    parameters |= {"application_name": "ledger-console", "connect_timeout": _CONNECT_S}
    try:
        return psycopg.connect(autocommit=True, row_factory=namedtuple_row, **parameters)
    except psycopg.Error as error:
        kind, failed = refusal_of(error)
        if kind == "3D000":
            failed.can_create = _may_make_database(way)
        raise failed from None


def is_replica(driver: Driver) -> bool:
    """Whether the server is a copy of another."""
    row = driver.execute("SELECT pg_is_in_recovery() AS replica").fetchone()
    return row is not None and bool(row.replica)


def look_at_ledger(driver: Driver) -> tuple[str, SessionFacts]:
    """Return what was found of a ledger and who we are in it; raises StepFailed."""
    found: Any = driver.execute(_LOOK.encode()).fetchone()
    _refuse_server(found)
    if not found.has_ledger:
        raise _no_ledger(found)
    try:
        facts: Any = driver.execute(_CHECK.encode()).fetchone()
    except psycopg.Error as error:
        if error.sqlstate in _NO_RIGHTS:
            raise StepFailed(
                "You have no rights in this ledger: you are in none of its groups, or disabled.",
                Who.ADMIN,
                "An administrator gives them with: ledgerctl operator add, or operator enable",
                key=StepKey.RIGHTS,
            ) from None
        if error.sqlstate != "42883":
            raise StepFailed(
                f"The ledger does not answer: {error.diag.message_primary or error}",
                Who.SERVER,
                "See its log.",
            ) from None
        raise _older("of an older console", found) from None
    if facts.schema_version != head_revision():
        if facts.schema_version in revisions():
            raise _older(str(facts.schema_version), found)
        raise StepFailed(
            f"The ledger has schema {facts.schema_version}; this console knows {head_revision()} at most.",
            Who.YOU,
            "A newer console made it: update this one.",
        )
    words = f"schema {facts.schema_version}, PostgreSQL {found.version}"
    return words, SessionFacts(facts.operator, frozenset(facts.rights), found.version, facts.database)


def _refuse_server(found: Any) -> None:
    """Raise StepFailed for a server with which no ledger is safe."""
    if found.version_number < OLDEST_SERVER:
        raise StepFailed(
            f"The server is PostgreSQL {found.version}; {OLDEST_SERVER // 10_000} or newer is needed.",
            Who.SERVER,
            "It must be upgraded.",
        )
    if found.encoding != "UTF8":
        raise StepFailed(
            f"The database's encoding is {found.encoding}; only UTF8 is safe for names.",
            Who.SERVER,
            "A database is made with it: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'.",
        )
    if found.synchronous_commit == "off":
        raise StepFailed(
            "The server runs with synchronous_commit = off: an acknowledged posting could be lost.",
            Who.SERVER,
            "It must be on for this database: ALTER DATABASE … SET synchronous_commit = on.",
        )
    if found.replica:
        raise StepFailed(
            "This server is a copy of another, and takes no writes.",
            Who.YOU,
            "Write the host of the primary server, or all of them.",
        )


def _no_ledger(found: Any) -> StepFailed:
    if found.has_schema:
        return StepFailed(
            "The database has a schema named ledger that is no ledger of this console's.",
            Who.YOU,
            "Choose another database.",
        )
    if found.may_make:
        return StepFailed(
            "There is no ledger in this database yet.", Who.YOU, "You may make it here.", can_create=True
        )
    return StepFailed(
        "There is no ledger in this database yet, and this role may not make one.",
        Who.SERVER,
        "Who owns the database and may make roles does it with: ledgerctl migrate",
    )


def _older(version: str, found: Any) -> StepFailed:
    who = Who.YOU if found.may_make else Who.ADMIN
    return StepFailed(
        f"The ledger has schema {version}, and this console needs {head_revision()}.",
        who,
        "It is brought up to date, as an administrator of the database, with: ledgerctl migrate",
    )


def _may_make_database(way: Way) -> bool:
    """Whether the role may make the database that is missing, asked in the one that every server has."""
    try:
        with connect(way, "postgres") as driver:
            found: Any = driver.execute(_LOOK.encode()).fetchone()
            return bool(found.may_make_database) and not found.replica
    except (StepFailed, psycopg.Error):
        return False
