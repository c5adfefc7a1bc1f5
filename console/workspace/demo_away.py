"""A demo ledger is thrown away: its data, and what this computer remembers of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from console.errors import ConsoleError, UsageError
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.leases import alone, any_held

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import Paths
    from console.settings.profiles.profile import Profile

_THROWN: Final = "pgdata-thrown-away"


def throw_away(profile: Profile, paths: Paths) -> None:
    """Remove the data of a demo's profile for good; raises ConsoleError while a console uses it.

    Only a demo's, and only in the folder that the console itself gave it: whatever else stands there stays.
    """
    if profile.kind != "demo" or profile.folder:
        raise UsageError(f"{profile.name} is no demo that this console made; nothing was removed.")
    data = profile.data_folder(paths)
    folder = Folder.of(data)
    if folder.path.is_dir():
        with alone(folder.lock):
            if folder.leases.is_dir() and any_held(folder.leases):
                raise ConsoleError("Another window still works with this demo; close it, then throw it away.")
            if folder.pgdata.is_dir():
                # From here on nobody starts a server on it.
                folder.pgdata.rename(folder.pgdata.with_name(_THROWN))
    _remove(data)


def _remove(data: Path) -> None:
    """Remove the folder; what cannot be removed is named."""
    if not data.exists():
        return
    try:
        shutil.rmtree(data)
    except OSError as error:
        raise ConsoleError(
            f"{error.filename or data} cannot be removed: {error.strerror or error}. Remove the rest by hand."
        ) from None
