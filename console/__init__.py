"""What the ledger can do, without a screen."""

from __future__ import annotations

from typing import Final

PROGRAM: Final = "Ledger Console"


def console_version() -> str:
    """Return the version that pyproject.toml states, as the installation's metadata have it."""
    return version_of("ledger-console") or "of an unpacked archive"


def version_of(distribution: str) -> str:
    """Return the version of an installed distribution; nothing when it is not there."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - 20 ms that most starts do without

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
