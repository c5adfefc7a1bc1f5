"""Running PostgreSQL's programs: as the right account, with a clean environment, never for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from console.errors import EmbeddedServerError
from console.postgres.embedded.account import elevation
from console.postgres.embedded.binaries import find_installation, program

if TYPE_CHECKING:
    from pathlib import Path

    from console.postgres.embedded.account import Account
    from console.postgres.embedded.folder import Folder


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one PostgreSQL installation, and who runs them."""

    installation: Path
    account: Account | None
    prefix: tuple[str, ...]

    @classmethod
    def find(
        cls,
        folder: Folder,
        account: Account | None,
        sockets: Path | None,
        *,
        installation: Path | None = None,
    ) -> Self:
        """Find the programs, ours or those of `installation`.

        Raises EmbeddedServerError when the account cannot reach what it needs.
        """
        installation = find_installation() if installation is None else installation
        if account is None:
            return cls(installation, None, ())
        if not account.may(1, program(installation, "postgres")):
            # No capability short of writing anywhere helps here.
            raise EmbeddedServerError(
                f"PostgreSQL runs as the account {account.name}, which may not execute the programs in "
                f"{installation / 'bin'}; allow it with chmod -R a+rX {installation.parent}."
            )
        needed = [*(installation / part for part in ("bin", "share", "lib")), folder.path]
        if sockets is not None:
            needed.append(sockets.parent)
        return cls(installation, account, elevation(account, needed))

    def run(self, name: str, *arguments: str, folder: Folder, timeout_s: float) -> Outcome:
        """Run a program to its end in the server's folder; raises EmbeddedServerError after timeout_s."""
        as_account = self.account if not self.prefix else None
        command = [*self.prefix, str(program(self.installation, name)), *arguments]
        # Files, not pipes: the server inherits them, and a pipe would stay open as long as the server lives.
        with tempfile.TemporaryFile() as output:
            try:
                done = subprocess.run(
                    command,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=folder.path,
                    env=clean_environment(),
                    timeout=timeout_s,
                    # Ctrl+C in a terminal is for the console, not for the server.
                    start_new_session=True,
                    creationflags=creation_flags(),
                    user=None if as_account is None else as_account.uid,
                    group=None if as_account is None else as_account.gid,
                    extra_groups=None if as_account is None else [],
                )
            except subprocess.TimeoutExpired:
                raise EmbeddedServerError(
                    f"PostgreSQL's {name} did not end within {timeout_s:g} seconds in {folder.path}; "
                    "the disk may be very slow. Try again."
                ) from None
            except OSError as error:
                reason = error.strerror or str(error)
                raise EmbeddedServerError(
                    f"PostgreSQL's {name} cannot be run from {self.installation}: {reason}."
                ) from None
            output.seek(0)
            return Outcome(done.returncode, output.read().decode("utf-8", "replace"))


def creation_flags() -> int:
    """Return what keeps a program from opening a window of its own, where there are such."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


def clean_environment() -> dict[str, str]:
    """Return our environment without what would mislead or must not reach the server."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("PG", "LEDGER_", "LC_"))
    }
    if hasattr(sys, "_MEIPASS"):
        # PyInstaller points the loader at its own libraries; the server brings its own.
        for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
            kept.pop(name, None)
            if original := kept.pop(f"{name}_ORIG", None):
                kept[name] = original
    return kept | {"LC_ALL": "C"}
