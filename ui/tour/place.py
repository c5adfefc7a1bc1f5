"""Where a tour is taken: in a folder of its own, so that nothing of the user's is read or written."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from console.settings import Paths, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own_folder() -> Iterator[Path]:
    """Lend a temporary folder, and remove it with the ledger in it."""
    with tempfile.TemporaryDirectory(prefix="ledger-tour-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if sys.platform != "win32" and os.geteuid() == 0:
            # Root's server runs as another account, which must pass; what it must not see is 0600.
            folder.chmod(0o711)
        yield folder


def paths_of(folder: Path, tour: Path, named: str | None) -> Paths:
    """Return the tour's folders; the ledger's is `named`, or like all the others in the tour's own.

    The log stands beside the pictures: there it is of use when a stop has failed.
    """
    data = folder / "data" if named is None else Path(named).expanduser().absolute()
    return Paths(data, config=folder / "config", state=folder / "state", log=tour)


def settings_of(theme: str | None) -> Settings:
    """Return the defaults, whatever this computer's user has set; only the theme can be asked for."""
    return Settings.model_construct(theme=theme or "light")
