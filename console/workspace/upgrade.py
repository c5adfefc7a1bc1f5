"""The embedded ledger brought to this console's schema: backed up first, and looked at afterwards."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from psycopg import Error as DriverError
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from console.errors import ConsoleError, FileRefusedError, SchemaError, StatementError, UnavailableError
from console.ledger.audit.verify.rules import chain
from console.postgres.driver_errors import translated
from console.postgres.embedded.cluster import OWNER_ROLE
from console.postgres.embedded.server import DATABASE
from console.postgres.schema import NewerSchemaError, is_newer
from console.postgres.steps import Step
from console.workspace.backup.facts import facts_of
from console.workspace.backup.files import SUFFIX
from console.workspace.backup.making import back_up
from console.workspace.migrate import migrate
from models.migrations import head_revision

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.embedded.server import EmbeddedServer
    from console.postgres.steps import Tell
    from console.workspace.backup.facts import Facts

logger = logging.getLogger(__name__)

KEPT: Final = 3
"""How many backups of before an upgrade are kept."""


class UpgradeError(ConsoleError):
    """The ledger cannot be brought to this console's schema, or is not after it what it was before."""


def upgrade(server: EmbeddedServer, backups: Path, tell: Tell) -> None:
    """Migrate the ledger of a server that runs; one of an older schema is backed up into `backups` first.

    Without a new revision nothing is backed up: then functions and rights are applied anew, in one
    transaction, and no row is touched. Raises NewerSchemaError for a newer ledger, before anything is
    written; UnavailableError where the backup cannot be made, for then nothing is migrated.
    """
    before = _facts(server)
    if before is not None and is_newer(before.schema):
        raise NewerSchemaError(before.schema)
    if before is None or before.schema == head_revision():
        migrate(server.owner_url)
        return
    was_whole = before.ledger is None or chain_is_whole(server.owner_url)
    backup = _backed_up(server, backups, before.schema, tell)
    tell(Step(f"Bringing the ledger from schema {before.schema} to {head_revision()}"))
    try:
        migrate(server.owner_url)
    except (SchemaError, StatementError) as error:
        raise UpgradeError(
            f"The ledger could not be brought from schema {before.schema} to {head_revision()} and is as it "
            f"was: {error} A backup of it is {backup}"
        ) from error
    tell(Step("Looking whether the ledger is what it was"))
    _compare(server, before, backup, was_whole=was_whole)
    _forget_old(backups)


def chain_is_whole(url: str) -> bool:
    """Whether the audit chain is what its hashes say, as far as this console can reckon it anew."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with Session(engine) as session:
            checks = [found for question in chain.QUESTIONS for found in question.ask(session, ())]
    except (DBAPIError, DriverError) as error:
        if getattr(error, "orig", None) is None or not _is_missing(error):
            raise translated(error, engine.url) from error
        # A chain of an early schema lacks columns that are asked for.
        return True
    finally:
        engine.dispose()
    return all(check.passed for check in checks)


def _is_missing(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", "") in {"42703", "42P01"}


def _backed_up(server: EmbeddedServer, backups: Path, schema: str, tell: Tell) -> Path:
    target = backups / f"before-{schema}-{datetime.now(UTC):%Y%m%dT%H%M%S}Z{SUFFIX}"
    try:
        backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        # In clear, and with the passwords: it lies beside the database that holds the same.
        back_up(server, target, progress=tell, with_passwords=True)
    except (FileRefusedError, OSError) as error:
        raise UnavailableError(
            f"The ledger has the older schema {schema} and is backed up before it is brought to "
            f"{head_revision()}, which failed: {error} Nothing was changed."
        ) from None
    return target


def _compare(server: EmbeddedServer, before: Facts, backup: Path, *, was_whole: bool) -> None:
    after = _facts(server)
    changed = ["the ledger itself"] if after is None else before.changed_books(after)
    if was_whole and not chain_is_whole(server.owner_url):
        changed.append("the audit chain")
    if changed:
        raise UpgradeError(
            f"After it was brought to schema {head_revision()} the ledger is not what it was: "
            f"{', '.join(changed)}. Do not work with it; restore the backup of before with the console that "
            f"made it: ledgerctl restore {backup}"
        )
    if not was_whole:
        logger.warning("the audit chain was not whole before the ledger was brought to a new schema")


def _facts(server: EmbeddedServer) -> Facts | None:
    try:
        with server.postmaster.connect(OWNER_ROLE, server.passwords.owner() or "", DATABASE) as connection:
            return facts_of(connection)
    except DriverError as error:
        raise translated(error, make_url(server.url_for(OWNER_ROLE, ""))) from error


def _forget_old(backups: Path) -> None:
    """Keep the newest backups of before an upgrade, by the time in their names."""
    found = sorted(backups.glob(f"before-*{SUFFIX}"), key=lambda file: file.name.rpartition("-")[2])
    for file in found[:-KEPT]:
        with suppress(OSError):
            file.unlink()
