"""Where a command finds its mapping: among the saved ones or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.files.mappings.mapping import load_mapping
from console.files.mappings.store import MappingStore

if TYPE_CHECKING:
    from console.files.mappings.mapping import Mapping
    from console.settings import Paths


def mapping_store(paths: Paths) -> MappingStore:
    """Return where the operator's own mappings are kept."""
    return MappingStore(paths.config / "mappings")


def mapping(written: str, paths: Paths) -> Mapping:
    """Return a saved mapping by its name, or the one in a .toml file."""
    if written.endswith(".toml"):
        return load_mapping(Path(written))
    return mapping_store(paths).load(written)
