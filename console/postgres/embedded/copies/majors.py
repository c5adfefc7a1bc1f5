"""From an older PostgreSQL to this one: the old programs run the old data, which are copied and compared."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from console.errors import EmbeddedServerError
from console.postgres.embedded.account import account_for
from console.postgres.embedded.binaries import MAJOR_VERSION, older_installation
from console.postgres.embedded.cluster import OWNER_ROLE
from console.postgres.embedded.copies.clients import Clients, CopyFailedError
from console.postgres.embedded.copies.contents import contents, differences
from console.postgres.embedded.copies.exchange import put_in_place
from console.postgres.embedded.copies.staging import Staging
from console.postgres.embedded.folder import size_of
from console.postgres.embedded.programs import Programs
from console.postgres.embedded.running import Running
from console.postgres.embedded.sockets import socket_folder
from console.postgres.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.embedded.copies.contents import Contents
    from console.postgres.embedded.folder import Folder
    from console.postgres.embedded.passwords import Passwords
    from console.postgres.embedded.postmaster import Postmaster
    from console.postgres.steps import Tell

_MB: Final = 1024 * 1024
_ROOM_BYTES: Final = 128 * _MB
_DATABASES: Final = """
    SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname"""


def older_major(folder: Folder) -> int | None:
    """Return the PostgreSQL that made the folder, when it is older than ours and its programs are here."""
    try:
        version = (folder.pgdata / "PG_VERSION").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    if not version.isdecimal() or int(version) >= MAJOR_VERSION:
        return None
    return int(version) if older_installation(int(version)) is not None else None


@dataclass(frozen=True, slots=True)
class MajorUpgrade:
    """One upgrade of one folder; the old data are only read and stay beside the new ones.

    The copy is made by the new programs' pg_dump, as PostgreSQL's manual advises: it knows of both versions
    what the old one cannot know of the new. Killed at any moment, the next start begins again.
    """

    folder: Folder
    passwords: Passwords
    tell: Tell

    def run(self, major: int) -> Path | None:
        """Copy, compare, exchange; return where the old data are kept. Call it alone()."""
        self._refuse_small_disk()
        old = self._old(major)
        self._say(major, f"starting PostgreSQL {major}", 0)
        server = old.ensure()
        staging = Staging.make(self.folder)
        try:
            self._say(major, "making the new database", 1)
            self._copy(major, server, staging, staging.start(self.passwords))
            staging.stop()
            old.stop()
            kept = put_in_place(self.folder, staging.folder.pgdata, str(major))
        except CopyFailedError as error:
            raise EmbeddedServerError(
                f"The database in {self.folder.pgdata} could not be brought from PostgreSQL {major} to "
                f"{MAJOR_VERSION} and is as it was. {error}"
            ) from None
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise EmbeddedServerError(
                f"The database in {self.folder.pgdata} could not be brought from PostgreSQL {major} to "
                f"{MAJOR_VERSION} and is as it was: {reason}"
            ) from None
        finally:
            staging.discard()
            if self.folder.pgdata.exists() and older_major(self.folder) is not None:
                old.stop()
        return kept

    def _copy(self, major: int, server: Postmaster, staging: Staging, fresh: Postmaster) -> None:
        installation, password = staging.running.programs.installation, self.passwords.owner() or ""
        source = Clients(installation, self.folder, server, password)
        target = Clients(installation, staging.folder, fresh, password)
        target.run_script(source.roles(with_passwords=True))
        databases = self._databases(server, password)
        for number, database in enumerate(databases):
            self._say(major, f"copying the database {database}", 2, number, len(databases))
            with self._connect(fresh, password, "postgres") as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            with source.dumped(database, compressed=False) as dump, target.filling(database) as filled:
                shutil.copyfileobj(dump, filled, _MB)
        for database in databases:
            self._say(major, "comparing every row of the old with the new", 3)
            wrong = differences(
                self._contents(server, password, database), self._contents(fresh, password, database)
            )
            with self._connect(fresh, password, database) as connection:
                # A dump has no statistics, and without them plans are those of an empty database.
                connection.execute("ANALYZE")
            if wrong:
                raise EmbeddedServerError(
                    f"The copy for PostgreSQL {MAJOR_VERSION} of the database {database} in "
                    f"{self.folder.pgdata} is not the same as the original: {', '.join(wrong[:5])}. "
                    "Nothing was changed; use the console that made it, and send this sentence to whoever "
                    "looks after it."
                )

    def _old(self, major: int) -> Running:
        account = account_for(self.folder.pgdata)
        sockets = socket_folder(self.folder, account)
        programs = Programs.find(self.folder, account, sockets, installation=older_installation(major))
        return Running(self.folder, programs, sockets)

    def _refuse_small_disk(self) -> None:
        needed, free = size_of(self.folder.pgdata) + _ROOM_BYTES, self.folder.free_bytes()
        if free < needed:
            raise EmbeddedServerError(
                f"The database in {self.folder.pgdata} must be copied for PostgreSQL {MAJOR_VERSION}, which "
                f"needs {needed // _MB:,} MB; the disk has {free // _MB:,} MB free. Free some space and "
                "start again; nothing was changed."
            )

    def _databases(self, server: Postmaster, password: str) -> list[str]:
        with self._connect(server, password, "postgres") as connection:
            return [name for (name,) in connection.execute(_DATABASES).fetchall()]

    def _contents(self, server: Postmaster, password: str, database: str) -> Contents:
        with self._connect(server, password, database) as connection:
            return contents(connection)

    def _connect(
        self, server: Postmaster, password: str, database: str
    ) -> psycopg.Connection[tuple[Any, ...]]:
        return server.connect(OWNER_ROLE, password, database)

    def _say(self, major: int, words: str, done: int, part: int = 0, parts: int = 1) -> None:
        self.tell(
            Step(
                f"From PostgreSQL {major} to {MAJOR_VERSION}: {words}",
                100 * (done * parts + part),
                400 * parts,
            )
        )
