"""How a file that only its owner may read is written: whole or not at all, safe against a power cut."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Owner(Protocol):
    """A system account to which a file is handed."""

    @property
    def uid(self) -> int:
        """The account's number."""
        ...

    @property
    def gid(self) -> int:
        """The number of its group."""
        ...


def write_private(path: Path, content: str | bytes, *, owner: Owner | None = None) -> None:
    """Replace a file at once or not at all, readable for its owner only, safe against a power cut.

    A text is written as UTF-8, its lines ended as they are.
    """
    written = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if owner is not None and sys.platform != "win32":
                os.fchown(file.fileno(), owner.uid, owner.gid)
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    if sys.platform == "win32":
        return  # a folder cannot be opened there, and NTFS journals the rename
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
