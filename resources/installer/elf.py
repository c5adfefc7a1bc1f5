"""Reads from a bundle what its programs and libraries take from the user's system."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NEEDED: Final = re.compile(r"\(NEEDED\)\s+Shared library: \[([^]]+)\]")
_GLIBC: Final = re.compile(r"\bGLIBC_(\d+)\.(\d+)")
_FILE: Final = re.compile(r"^File: (.*)$", re.MULTILINE)
_AT_ONCE: Final = 200


def objects(folder: Path) -> list[Path]:
    """Return the programs and libraries below a folder, links not counted."""
    return [
        file
        for file in sorted(folder.rglob("*"))
        if not file.is_symlink() and file.is_file() and _is_elf(file)
    ]


def _is_elf(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def needed(folder: Path) -> dict[str, set[str]]:
    """Return the libraries that the bundle does not have, and what in it asks for each."""
    found: dict[str, set[str]] = {}
    own = {file.name for file in folder.rglob("*")}
    for name, text in _read(folder, "-dW"):
        for library in _NEEDED.findall(text):
            if library not in own:
                found.setdefault(library, set()).add(name)
    return found


def glibc(folder: Path) -> str:
    """Return the newest version of the C library that anything in the bundle asks for, such as 2.35."""
    versions = {
        (int(major), int(minor))
        for _name, text in _read(folder, "-VW")
        for major, minor in _GLIBC.findall(text)
    }
    return ".".join(map(str, max(versions)))


def _read(folder: Path, what: str) -> Iterator[tuple[str, str]]:
    """Yield the path and what readelf says of each, many at once: there are 400."""
    files = objects(folder)
    for start in range(0, len(files), _AT_ONCE):
        some = [str(file) for file in files[start : start + _AT_ONCE]]
        # With a single file readelf names none.
        done = subprocess.run(["readelf", what, *some, some[0]], capture_output=True, text=True, check=True)
        parts = _FILE.split(done.stdout)[1:]
        yield from zip(parts[::2], parts[1::2], strict=True)
