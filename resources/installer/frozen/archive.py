"""Runs first in a frozen program on Linux: its modules come from the archive that was there at its start."""

from __future__ import annotations

import marshal
import os
import zlib
from importlib import import_module
from typing import Any, Final

_DATA: Final = 2
_NAMESPACE: Final = 3


def keep_open(archive: Any) -> None:
    """Let an archive of PyInstaller read each module by one call from a file that stays open.

    By itself it opens the program's file anew for each of the window's modules. When an upgrade has put
    another file there meanwhile, what is loaded late is read from places that hold something else.
    """
    opened = os.open(archive._filename, os.O_RDONLY | os.O_CLOEXEC)  # noqa: SLF001 - it has no other name
    start = archive._start_offset  # noqa: SLF001 - see above

    def extract(name: str, raw: bool = False) -> Any:  # noqa: FBT001, FBT002 - as the method it stands for
        kind, offset, length = archive.toc[name]
        if kind == _NAMESPACE:
            return None
        data = zlib.decompress(os.pread(opened, length, start + offset), bufsize=max(length, 1))
        return data if raw or kind == _DATA else marshal.loads(data)  # noqa: S302 - the program's own code

    archive.extract = extract


if __name__ == "__main__":
    keep_open(import_module("pyimod02_importers").pyz_archive)
