"""Putting a finished cluster in the place of the one in use: decided by one rename, then carried through."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from console.errors import EmbeddedServerError
from console.postgres.embedded.folder import unusable
from console.postgres.embedded.postmaster import Postmaster
from console.settings.private import sync_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.embedded.folder import Folder

_DECISION: Final = "exchange.json"
KEPT_PREFIX: Final = "pgdata-"
"""How the folders of replaced clusters begin."""


def put_in_place(folder: Folder, incoming: Path, word: str) -> Path | None:
    """Replace the cluster by `incoming`, a folder below the server's; return where the old one is kept.

    Neither may be running; call it alone(). Killed before the decision is on the disk, nothing has happened;
    killed after it, the next start carries it through.
    """
    kept = f"{KEPT_PREFIX}{word}-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z" if folder.pgdata.exists() else None
    decision = {"incoming": str(incoming.relative_to(folder.path)), "kept": kept}
    try:
        write_private(folder.path / _DECISION, json.dumps(decision) + "\n")
    except OSError as error:
        raise unusable(folder.path, error) from None
    carry_through(folder)
    return None if kept is None else folder.path / kept


def carry_through(folder: Folder) -> None:
    """Finish an exchange that was decided, if there is one; call it alone(), with no server running."""
    file = folder.path / _DECISION
    try:
        decision = json.loads(file.read_text(encoding="utf-8"))
        incoming, kept = folder.path / decision["incoming"], decision["kept"]
    except FileNotFoundError:
        return
    except OSError as error:
        raise unusable(folder.path, error) from None
    except (ValueError, KeyError, TypeError):
        raise EmbeddedServerError(
            f"The file {file} says which database takes the place of which, and is damaged; look whether "
            f"{folder.pgdata} is the right one, then remove the file."
        ) from None
    try:
        if incoming.exists():
            if folder.pgdata.exists() and Postmaster.running(folder.pgdata) is not None:
                # A console of before this one knows of no exchanges, and has started the old cluster.
                raise EmbeddedServerError(
                    f"The database in {folder.path} is to be replaced and an older console uses it; "
                    "close that and try again."
                )
            if kept is not None and folder.pgdata.exists():
                folder.pgdata.rename(folder.path / kept)
            incoming.rename(folder.pgdata)
            sync_folder(incoming.parent)
        sync_folder(folder.path)
        file.unlink()
        sync_folder(folder.path)
    except OSError as error:
        raise unusable(folder.path, error) from None


def kept_clusters(folder: Folder) -> list[Path]:
    """Return the folders of replaced clusters, the oldest first."""
    found = [path for path in folder.path.glob(f"{KEPT_PREFIX}*") if path.is_dir()]
    return sorted(found, key=lambda path: path.name.rpartition("-")[2])


def remove_kept(path: Path) -> None:
    """Remove the folder of a replaced cluster for ever."""
    try:
        shutil.rmtree(path)
    except OSError as error:
        raise EmbeddedServerError(f"{path} cannot be removed: {error.strerror or error}.") from None
