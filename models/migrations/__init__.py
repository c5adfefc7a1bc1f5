"""The schema's history, as Alembic revisions."""

from __future__ import annotations

from pathlib import Path


def head_revision() -> str:
    """Return the newest revision, by the number its file's name begins with.

    Alembic would say the same, but importing it takes half a second of every start.
    """
    return max(revisions())


def revisions() -> frozenset[str]:
    """Return all revisions that there have been."""
    versions = Path(__file__).parent / "versions"
    return frozenset(path.name.partition("_")[0] for path in versions.glob("[0-9]*_*.py"))
