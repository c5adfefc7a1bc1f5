"""Where a command finds its mapping: among the saved ones or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.output import say
from console.errors import UsageError
from console.files.mappings.mapping import load_mapping
from console.files.mappings.store import MappingStore, mapping_beside, place_beside
from console.files.places import opened

if TYPE_CHECKING:
    from console.files.mappings.mapping import Mapping
    from console.settings import Paths


def mapping_store(paths: Paths) -> MappingStore:
    """Return where the operator's own mappings are kept."""
    return MappingStore(paths.config / "mappings")


def mapping(written: str | None, file: Path, paths: Paths) -> Mapping:
    """Return a saved mapping by its name, the one in a .toml file, or unasked the one beside the CSV file.

    Raises UsageError where there is none: what moves money is not guessed from the columns' names.
    """
    if written is None:
        with opened(file):
            pass  # a path that leads to no file says so, rather than ask for a mapping
        name = place_beside(file).name
        found = mapping_beside(file)
        if found is None:
            raise UsageError(
                f"{file.name} needs a mapping: give --mapping, or put {name} beside it. "
                f"ledgerctl mapping suggest {file} proposes one."
            )
        say(f"Using {name}.")
        return found
    if written.endswith(".toml"):
        return load_mapping(Path(written))
    return mapping_store(paths).load(written)
