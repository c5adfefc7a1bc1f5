"""The beginning of both frozen commands: the name that it was called by says which."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import PurePath

COMMANDS = {"ledger-console": "ui.app", "ledgerctl": "console.cli.main"}
"""By name, for the packages above this one build on it; build.spec names their modules to PyInstaller."""


def module_of(called: str) -> str:
    """Return the module of the command that was called; the window's for a name that is neither."""
    return COMMANDS.get(PurePath(called).name.removesuffix(".exe"), COMMANDS["ledger-console"])


if __name__ == "__main__":
    sys.exit(import_module(module_of(sys.argv[0])).main())
