"""Making PostgreSQL's data folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.errors import EmbeddedServerError
from console.postgres.embedded.binaries import MAJOR_VERSION
from console.postgres.embedded.folder import give, unusable
from console.settings.private import sync_folder, write_private

if TYPE_CHECKING:
    from console.postgres.embedded.folder import Folder
    from console.postgres.embedded.passwords import Passwords
    from console.postgres.embedded.programs import Programs

OWNER_ROLE: Final = "ledger_admin_local"

_UNFINISHED: Final = ".initdb-"
_INITDB_TIMEOUT_S: Final = 120
_NEEDED_BYTES: Final = 128 * 1024 * 1024
_MB: Final = 1024 * 1024
_TELLING: Final = ("error:", "FATAL:", "PANIC:", "HINT:", "invalid", "unrecognized")


@dataclass(frozen=True, slots=True)
class Cluster:
    """PostgreSQL's data folder and the programs that work on it."""

    folder: Folder
    programs: Programs

    def ensure(self, passwords: Passwords) -> None:
        """Make the data folder unless it is there; raises EmbeddedServerError if it cannot be used."""
        for leftover in self.folder.path.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self.folder.pgdata.exists():
            self._check_version()
            if passwords.owner() is None:
                raise EmbeddedServerError(
                    f"The database in {self.folder.pgdata} is there but {self.folder.secrets} with its "
                    "password is not; restore that file from a backup."
                )
            return
        free = self.folder.free_bytes()
        if free < _NEEDED_BYTES:
            raise EmbeddedServerError(
                f"The disk of {self.folder.path} has only {free // _MB} MB free and a new database needs "
                f"{_NEEDED_BYTES // _MB} MB; free some space, or name another folder with LEDGER_DATA_DIR."
            )
        # The password is on the disk before the cluster that needs it.
        self._create(passwords.make_owner())

    def _check_version(self) -> None:
        try:
            version = (self.folder.pgdata / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise EmbeddedServerError(
                f"The folder {self.folder.pgdata} is there but holds no PostgreSQL database; "
                "move it away, or name another folder with LEDGER_DATA_DIR."
            ) from None
        except OSError as error:
            raise unusable(self.folder.pgdata, error) from None
        if version != str(MAJOR_VERSION):
            raise EmbeddedServerError(
                f"The database in {self.folder.pgdata} was made by PostgreSQL {version} and this console "
                f"brings PostgreSQL {MAJOR_VERSION}; use the console that made it to export the data, "
                "or name another folder with LEDGER_DATA_DIR."
            )

    def _create(self, password: str) -> None:
        """Run initdb beside the final place: whatever dies half way leaves no cluster, not half of one."""
        account = self.programs.account
        try:
            unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.folder.path))
            try:
                give(unfinished, account)
                write_private(unfinished / "password", password, owner=account)
                self._initdb(unfinished)
                (unfinished / "pgdata").rename(self.folder.pgdata)
                sync_folder(self.folder.path)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        except OSError as error:
            raise unusable(self.folder.path, error) from None

    def _initdb(self, unfinished: Path) -> None:
        outcome = self.programs.run(
            "initdb",
            f"--pgdata={unfinished / 'pgdata'}",
            f"--pwfile={unfinished / 'password'}",
            f"--username={OWNER_ROLE}",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            # Built in since PostgreSQL 17: the same order and case rules on every system, for ever.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
            folder=self.folder,
            timeout_s=_INITDB_TIMEOUT_S,
        )
        if outcome.code != 0:
            raise EmbeddedServerError(
                f"The database could not be made in {self.folder.path}: "
                f"{reason_in(outcome.output, self.folder)}"
            )


def reason_in(report: str, folder: Folder) -> str:
    """Pick from what a program or the server reported the words for the user."""
    if "No space left on device" in report:
        return f"the disk is full ({folder.free_bytes() // _MB} MB free); free some space and try again."
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in _TELLING)]
    return " / ".join((telling or lines)[-3:]) or "it gave no reason."
