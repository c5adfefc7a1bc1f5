"""Backups as files: looked at, read through, and written under their name only when they are whole."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from console.errors import FileRefusedError, WrongFileError
from console.settings.private import sync_folder
from console.workspace.backup.container import Reader
from console.workspace.backup.errors import DamagedBackupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from console.postgres.cancellation import Cancellation
    from console.workspace.backup.header import BackupHeader

SUFFIX: Final = ".ledgerbackup"

_LENGTH_BYTES: Final = 8
_ROLES_BYTES_MAX: Final = 256 * 1024 * 1024
_UNFINISHED: Final = ".part"
_DAY_S: Final = 86_400


def read_header(file: Path) -> BackupHeader:
    """Return what a backup says of itself; nothing but its head is read and no passphrase is needed."""
    with reading(file) as reader:
        return reader.header


def check(file: Path, passphrase: str | None = None, cancel: Cancellation | None = None) -> BackupHeader:
    """Read a backup through and return its header; raises DamagedBackupError where it is not whole.

    Without its passphrase an encrypted one is held against its checksum alone, which finds damage but not
    a file that somebody has put together.
    """
    with reading(file) as reader:
        if reader.header.is_encrypted and passphrase is None:
            reader.skip()
        else:
            for _piece in reader.pieces(passphrase):
                if cancel is not None:
                    cancel.check()
        return reader.header


def name_for(ledger: str | None, made_at: datetime) -> str:
    """Return the name of a new backup in a folder: which ledger, and when in UTC; names sort by time."""
    return f"ledger-{(ledger or 'unnamed')[:8]}-{made_at:%Y%m%dT%H%M%SZ}{SUFFIX}"


@contextmanager
def reading(file: Path) -> Iterator[Reader]:
    """Open a backup; raises WrongFileError where there is none that can be read."""
    try:
        opened = file.open("rb")
    except OSError as error:
        raise WrongFileError(str(file), f"it cannot be read: {error.strerror or error}") from None
    with opened:
        yield Reader(opened, file)


@contextmanager
def written_whole(target: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Yield a private file and its path; it gets its name when the block ends well, else it is gone."""
    if target.exists():
        raise WrongFileError(str(target), "there is a file of this name already; name another")
    if not target.parent.is_dir():
        raise WrongFileError(str(target), "there is no such folder")
    name: str | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=_UNFINISHED, dir=target.parent)
        with os.fdopen(descriptor, "w+b") as file:
            yield file, Path(name)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(target)
        name = None
        sync_folder(target.parent)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        why = (
            "the disk is full; free some space"
            if full
            else f"it cannot be written: {error.strerror or error}"
        )
        raise FileRefusedError(str(target), f"{why}. Nothing was left behind.") from None
    finally:
        if name is not None:
            with suppress(OSError):
                Path(name).unlink()


def sweep(folder: Path) -> None:
    """Remove what killed backups left unfinished more than a day ago."""
    for path in folder.glob(f".*{SUFFIX}-*{_UNFINISHED}"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _DAY_S:
                path.unlink()


class Content:
    """What is inside a backup: the roles' statements, then the database's dump."""

    def __init__(self, pieces: Iterator[bytes], path: Path) -> None:
        self._path = path
        self._pieces = pieces
        self._pending = b""

    @staticmethod
    def led(roles: bytes) -> bytes:
        """Return the roles' statements as a backup's content begins with them."""
        return len(roles).to_bytes(_LENGTH_BYTES, "big") + roles

    def roles(self) -> bytes:
        """Return the roles' statements; to be asked first, and once."""
        length = int.from_bytes(self._take(_LENGTH_BYTES), "big")
        return self._take(min(length, _ROLES_BYTES_MAX))

    def dump(self) -> Iterator[bytes]:
        """Yield the database's dump to its end."""
        if self._pending:
            yield self._pending
        yield from self._pieces

    def _take(self, length: int) -> bytes:
        while len(self._pending) < length:
            piece = next(self._pieces, b"")
            if not piece:
                raise DamagedBackupError(self._path, "its content ends too soon")
            self._pending += piece
        taken, self._pending = self._pending[:length], self._pending[length:]
        return taken
