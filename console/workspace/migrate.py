"""Bring a database to the schema this console knows: safe to run twice, and at once from two machines."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import stamina
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Error as DriverError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from console.postgres.driver_errors import sqlstate_of, translated
from console.postgres.schema import NewerSchemaError, is_newer
from models import applied
from models.migrations.script import run_script

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Two first runs at once both try to make the roles and the schema; the later one must look again.
_RACES = frozenset({"23505", "42710", "42P06", "42P07", "XX000", "40001", "40P01"})

# Alembic's context is one for the process; two threads would migrate each other's databases.
_ALEMBIC = threading.Lock()


def alembic_config() -> Config:
    """Return Alembic's configuration without an ini file, so that it works from a frozen program."""
    config = Config()
    config.set_main_option("script_location", str(applied.MIGRATIONS).replace("%", "%%"))
    return config


def head_version() -> str:
    """Return the revision this console was made for."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def migrate(url: str) -> str:
    """Create or upgrade the ledger in the database of `url`, as an administrator; returns the revision."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="READ COMMITTED")
    try:
        for attempt in stamina.retry_context(on=_is_race, attempts=20, wait_initial=0.05, wait_max=1.0):
            with attempt, engine.begin() as connection:
                _upgrade(connection)
    except (DBAPIError, DriverError) as error:
        raise translated(error, engine.url) from error
    finally:
        engine.dispose()
    return head_version()


def _is_race(error: Exception) -> bool:
    return isinstance(error, (DBAPIError, DriverError)) and sqlstate_of(error) in _RACES


def _upgrade(connection: Connection) -> None:
    """Do all of it in one transaction: a migration is whole or not there."""
    _refuse_newer(connection)
    run_script(connection, applied.ROLES)
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS ledger AUTHORIZATION ledger_owner"))
    connection.execute(text("SET LOCAL ROLE ledger_owner"))
    connection.execute(text("CREATE TABLE IF NOT EXISTS ledger.migration_lock (one boolean PRIMARY KEY)"))
    # A table lock, not an advisory one: it is the database's own and ends with the transaction.
    connection.execute(text("LOCK TABLE ledger.migration_lock IN ACCESS EXCLUSIVE MODE"))
    # Another may have migrated while this one waited.
    _refuse_newer(connection)
    connection.execute(text("SET LOCAL check_function_bodies = off"))
    config = alembic_config()
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")
    for function in applied.functions():
        run_script(connection, function)
    _make_role_functions(connection)
    run_script(connection, applied.GRANTS)
    run_script(connection, applied.BOUNDS)


def schema_of(connection: Connection) -> str | None:
    """Return the schema of the ledger in the connection's database; None where there is none."""
    if connection.scalar(text("SELECT to_regclass('ledger.schema_version')")) is None:
        return None
    found = connection.scalar(text("SELECT v.version_num FROM ledger.schema_version v"))
    return None if found is None else str(found)


def _refuse_newer(connection: Connection) -> None:
    """Raise NewerSchemaError where a newer console has been; its ledger is not ours to change."""
    found = schema_of(connection)
    if found is not None and is_newer(found):
        raise NewerSchemaError(found)


def _make_role_functions(connection: Connection) -> None:
    """Make what may change roles: it belongs to another owner, who may put it there only now."""
    connection.execute(text("GRANT USAGE, CREATE ON SCHEMA ledger TO ledger_roles"))
    connection.execute(text("SET LOCAL ROLE ledger_roles"))
    for function in applied.role_functions():
        run_script(connection, function)
    run_script(connection, applied.ROLE_GRANTS)
    connection.execute(text("SET LOCAL ROLE ledger_owner"))
