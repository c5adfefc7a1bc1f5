"""The folder of one embedded server."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from console.errors import EmbeddedServerError
from console.postgres.embedded.account import Account, user_name

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folder:
    """The server's own folder below the console's data folder; everything about the server is in here."""

    path: Path

    @classmethod
    def of(cls, data_dir: Path) -> Self:
        """Name the folder; nothing is made."""
        return cls(data_dir.expanduser().absolute() / "server")

    @classmethod
    def prepare(cls, data_dir: Path) -> Self:
        """Make the folder if need be; raises EmbeddedServerError when it is not ours or not writable."""
        folder = cls.of(data_dir)
        try:
            folder.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.path.mkdir(mode=0o700, exist_ok=True)
            _refuse_foreign(folder.path)
            folder.leases.mkdir(mode=0o700, exist_ok=True)
            if sys.platform != "win32":
                # Root's server runs as another account, which must pass; what it must not see is 0600.
                folder.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            with tempfile.TemporaryFile(dir=folder.path):
                pass
        except OSError as error:
            raise unusable(folder.path, error) from None
        return folder

    @property
    def pgdata(self) -> Path:
        """PostgreSQL's data folder."""
        return self.path / "pgdata"

    @property
    def secrets(self) -> Path:
        """The passwords of this server's roles."""
        return self.path / "secrets.json"

    @property
    def log(self) -> Path:
        """What the server reports."""
        return self.path / "server.log"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.path / "start.lock"

    @property
    def leases(self) -> Path:
        """One locked file for each client of the server."""
        return self.path / "leases"

    def free_bytes(self) -> int:
        """Return what is left on the disk."""
        return shutil.disk_usage(self.path).free


def size_of(path: Path) -> int:
    """Return the bytes of all files below; what vanishes meanwhile counts as nothing."""
    total = 0
    for file in path.rglob("*"):
        with suppress(OSError):
            total += file.lstat().st_size
    return total


def unusable(path: Path, error: OSError) -> EmbeddedServerError:
    """Say why a folder cannot be used and what to do."""
    reason = error.strerror or str(error)
    remedy = "free some space" if error.errno == errno.ENOSPC else "make it writable for this user"
    return EmbeddedServerError(
        f"The folder {path} cannot be used for the database ({reason[:1].lower()}{reason[1:]}); "
        f"{remedy}, or name another with LEDGER_DATA_DIR."
    )


def give(path: Path, owner: Account | None) -> None:
    """Hand a file or folder to the account that runs the server."""
    if owner is not None and sys.platform != "win32":
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)


def _refuse_foreign(path: Path) -> None:
    if sys.platform == "win32":
        return
    owner = path.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedServerError(
            f"The folder {path} belongs to {user_name(owner)}; run the console as that user, "
            "or name another folder with LEDGER_DATA_DIR."
        )
