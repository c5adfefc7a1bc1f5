"""Which console this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

PROGRAM: Final = "Ledger Console"


def console_version() -> str:
    """Return the version that pyproject.toml states, as the installation's metadata have it."""
    return version_of("ledger-console") or "of an unpacked archive"


def version_of(distribution: str) -> str:
    """Return the version of an installed distribution; nothing when it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
