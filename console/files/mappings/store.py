"""The operator's own mappings, one TOML file each in one folder."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from console.errors import FileRefusedError, UsageError
from console.files.exports import refusing, replacing
from console.files.mappings.mapping import load_mapping, mapping_text

if TYPE_CHECKING:
    from pathlib import Path

    from console.files.mappings.mapping import Mapping

SUFFIX = ".mapping.toml"

# Lower case only: on two of three systems "Bank" and "bank" would be one file.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9 _-]{0,61}[a-z0-9])?")
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # device names on Windows, whatever the suffix


def place_beside(path: Path) -> Path:
    """Return where the mapping of a file lies if it lies beside it: `payout.mapping.toml` by `payout.csv`."""
    return path.with_name(f"{path.stem}{SUFFIX}")


def mapping_beside(path: Path) -> Mapping | None:
    """Return the mapping that lies beside a file, or None; raises WrongFileError for one that is no use."""
    place = place_beside(path)
    return load_mapping(place) if os.path.lexists(place) else None


class MappingStore:
    """Keeps mappings by name; the folder is made when the first one is saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> tuple[str, ...]:
        """Return the names of all saved mappings, in order."""
        if not self._folder.is_dir():
            return ()
        names = (path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))
        return tuple(sorted(name for name in names if _is_name(name)))

    def load(self, name: str) -> Mapping:
        """Return the mapping of this name; raises UsageError when there is none."""
        path = self._path(name)
        if not path.is_file():
            raise UsageError(f'There is no mapping named "{name}".')
        return load_mapping(path)

    def save(self, name: str, mapping: Mapping) -> None:
        """Keep the mapping, in place of one of the same name; a crash leaves the old or the new one."""
        path = self._path(name)
        with refusing(path):
            self._folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(mapping_text(mapping).encode())

    def delete(self, name: str) -> None:
        """Remove the mapping of this name; raises UsageError when there is none."""
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError as error:
            raise UsageError(f'There is no mapping named "{name}".') from error
        except OSError as error:
            reason = f"it cannot be deleted: {error.strerror or error}."
            raise FileRefusedError(str(path), reason) from error

    def _path(self, name: str) -> Path:
        if not _is_name(name):
            raise UsageError(
                "The name of a mapping has lower-case letters, digits, spaces, hyphens and underscores, "
                "at most 63, and begins and ends with a letter or digit."
            )
        return self._folder / f"{name}{SUFFIX}"


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _RESERVED.fullmatch(name) is None
