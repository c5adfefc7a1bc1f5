"""Making a backup: one moment of the ledger, read while others post, in a file that is whole or not there."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy.engine import make_url

from console import console_version
from console.errors import SchemaError
from console.postgres.cancellation import Cancellation
from console.postgres.driver_errors import translated
from console.postgres.embedded.binaries import MAJOR_VERSION, find_installation
from console.postgres.embedded.cluster import OWNER_ROLE
from console.postgres.embedded.copies.clients import Clients
from console.postgres.embedded.server import DATABASE, EmbeddedServer
from console.postgres.steps import Step, untold
from console.workspace.backup.container import PIECE_BYTES, Writer
from console.workspace.backup.errors import NotOwnLedgerError
from console.workspace.backup.facts import facts_of
from console.workspace.backup.files import Content, check, name_for, written_whole
from console.workspace.backup.header import BackupHeader
from console.workspace.backup.passphrase import refuse_short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.postgres.steps import Tell
    from console.settings import Paths, Settings
    from console.workspace.backup.facts import Facts

_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was made and read through: where it is, how large, and what it says of itself."""

    file: Path
    bytes: int
    header: BackupHeader


def make_backup(
    settings: Settings,
    paths: Paths,
    target: Path,
    *,
    passphrase: str | None = None,
    progress: Tell = untold,
    cancel: Cancellation | None = None,
) -> BackupReport:
    """Back up the ledger on this computer into a file, or into a folder under a name with its time.

    Others may go on posting: the backup holds the moment at which it began. Without a passphrase it has no
    operators' passwords in it. Raises NotOwnLedgerError, UsageError for a short passphrase, FileRefusedError
    where it cannot be written, CancelledError; then no file is there.
    """
    if settings.database_url is not None:
        raise NotOwnLedgerError
    if passphrase is not None:
        refuse_short(passphrase)
    with EmbeddedServer(paths.data, progress) as server:
        return back_up(server, target, passphrase=passphrase, progress=progress, cancel=cancel)


def back_up(
    server: EmbeddedServer,
    target: Path,
    *,
    passphrase: str | None = None,
    progress: Tell = untold,
    cancel: Cancellation | None = None,
    with_passwords: bool = False,
) -> BackupReport:
    """Back up the ledger of a server that runs; see make_backup.

    with_passwords: for a backup in clear that stays as private as the database itself.
    """
    cancel = cancel or Cancellation()
    clients = Clients(
        find_installation(), server.folder, server.postmaster, server.passwords.owner() or "", cancel
    )
    made_at = datetime.now(UTC)
    progress(Step("Looking at the ledger"))
    try:
        with closing(server.postmaster.connect(OWNER_ROLE, clients.password, DATABASE)) as connection:
            facts, snapshot = _moment(connection)
            if target.is_dir():
                target = target / name_for(facts.ledger, made_at)
            header = BackupHeader(
                console_version(),
                MAJOR_VERSION,
                made_at,
                facts,
                has_passwords=with_passwords or passphrase is not None,
            )
            with written_whole(target) as (file, unfinished):
                writer = Writer(file, header, passphrase)
                for content in _content(clients, snapshot, with_passwords=header.has_passwords):
                    cancel.check()
                    writer.write(content)
                    progress(Step(f"Copying the ledger: {file.tell() / _MB:,.1f} MB written"))
                writer.close()
                file.flush()
                progress(Step("Reading the backup through"))
                check(unfinished, passphrase, cancel)
    except psycopg.Error as error:
        raise translated(error, make_url(server.url_for(OWNER_ROLE, ""))) from error
    return BackupReport(target, target.stat().st_size, writer.header)


def _moment(connection: psycopg.Connection[tuple[Any, ...]]) -> tuple[Facts, str]:
    """Hold one moment of the ledger: its facts, and the snapshot that another session reads it by."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    facts = facts_of(connection)
    if facts is None:
        raise SchemaError("There is no ledger on this computer yet; there is nothing to back up.")
    (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
    return facts, snapshot


def _content(clients: Clients, snapshot: str, *, with_passwords: bool) -> Iterator[bytes]:
    yield Content.led(clients.roles(with_passwords=with_passwords))
    with clients.dumped(DATABASE, snapshot=snapshot) as dump:
        while piece := dump.read(PIECE_BYTES):
            yield piece
