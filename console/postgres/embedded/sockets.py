"""The private folder of the server's socket, short enough for the system's limit."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.errors import EmbeddedServerError
from console.postgres.embedded.folder import give, unusable
from console.settings.private import write_private

if TYPE_CHECKING:
    from console.postgres.embedded.account import Account
    from console.postgres.embedded.folder import Folder

PORT: Final = 5432

_PATH_BYTES_MAX: Final = 103 if sys.platform == "darwin" else 107
_RECORD: Final = "sockets.path"


def socket_folder(folder: Folder, account: Account | None) -> Path | None:
    """Return a folder only the server's account may enter; None where sockets are not used."""
    if sys.platform == "win32":
        return None
    try:
        sockets = folder.path / "sockets"
        if _fits(sockets):
            sockets.mkdir(mode=0o700, exist_ok=True)
        else:
            sockets = _remembered(folder, account) or _make_short(folder)
        sockets.chmod(0o700)
        give(sockets, account)
    except OSError as error:
        raise unusable(folder.path, error) from None
    return sockets


def forget_short_folder(folder: Folder) -> None:
    """Remove the folder made for a long path, once the server has stopped."""
    record = folder.path / _RECORD
    with suppress(OSError):
        short = Path(record.read_text(encoding="utf-8"))
        record.unlink()
        shutil.rmtree(short)


def _fits(sockets: Path) -> bool:
    # libpq and the server read a comma as the end of one name among several.
    path = os.fsencode(sockets / f".s.PGSQL.{PORT}")
    return len(path) <= _PATH_BYTES_MAX and not any(sign in path for sign in b",\r\n")


def _remembered(folder: Folder, account: Account | None) -> Path | None:
    """Return the short folder of an earlier start, unless somebody else has made one of that name since."""
    try:
        short = Path((folder.path / _RECORD).read_text(encoding="utf-8"))
        status = short.lstat()
    except (OSError, UnicodeDecodeError):
        return None
    owner = os.geteuid() if account is None else account.uid
    ours = (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == owner
        and stat.S_IMODE(status.st_mode) == stat.S_IRWXU
    )
    return short if ours else None


def _make_short(folder: Folder) -> Path:
    for parent in (None, "/tmp"):  # noqa: S108 -- mkdtemp makes a new 0700 folder in it
        short = Path(tempfile.mkdtemp(prefix="ledger-", dir=parent))
        if _fits(short):
            write_private(folder.path / _RECORD, str(short))
            return short
        short.rmdir()
    raise EmbeddedServerError(
        f"The path {folder.path} is too long for a database socket; name a shorter one with LEDGER_DATA_DIR."
    )
