"""What every migrate run applies anew, and in which order: the functions by subject, then the rights."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent

MIGRATIONS: Final = _HERE / "migrations"
ROLES: Final = _HERE / "rights" / "roles.sql"
GRANTS: Final = _HERE / "rights" / "grants.sql"
ROLE_GRANTS: Final = _HERE / "rights" / "role_grants.sql"
BOUNDS: Final = _HERE / "rights" / "bounds.sql"

# What stands between $$ is resolved when it first runs, but a body after RETURN when it is made: it may name
# only functions of an earlier subject, or of an earlier file of its own.
SUBJECTS: Final = (
    "writes", "audit", "books", "accounts", "transactions", "credits", "holds", "rules", "approvals",
    "batches", "operators", "operators/gate", "jobs", "server",
)  # fmt: skip
_OF_ROLES: Final = "roles"


def functions() -> list[Path]:
    """Return the files of ledger_owner's functions in the order they are applied."""
    return [file for subject in SUBJECTS for file in _files(subject)]


def role_functions() -> list[Path]:
    """Return the files of the functions that ledger_roles owns; they come last, for another owner."""
    return _files(_OF_ROLES)


def fingerprint() -> str:
    """Return the SHA-256 of all that is applied; functions change without a new revision.

    Of texts alone: a file that moves, or another order, is no reason to migrate a ledger again.
    """
    files = [
        ROLES, GRANTS, ROLE_GRANTS, BOUNDS, *functions(), *role_functions(),
        *MIGRATIONS.glob("sql/*.sql"), *MIGRATIONS.glob("versions/[0-9]*.py"),
    ]  # fmt: skip
    texts = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return hashlib.sha256(" ".join(texts).encode()).hexdigest()


def _files(subject: str) -> list[Path]:
    return sorted((_HERE / "functions" / subject).glob("*.sql"))
