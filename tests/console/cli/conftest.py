"""ledgerctl called in this process, on a ledger of the test's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from console.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What --format json wrote."""
        return json.loads(self.out)


class Run(Protocol):
    """Runs one command as one of tests.cluster.LOGINS."""

    def __call__(self, *arguments: str, role: str = "t_operator") -> Done: ...


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the console's files of this test out of the user's folders."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.delenv("LEDGER_DATA_DIR", raising=False)
    return home


@pytest.fixture
def ledgerctl(
    as_role: Callable[[str], str],
    own_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run commands on the test's ledger."""

    def run(*arguments: str, role: str = "t_operator") -> Done:
        monkeypatch.setenv("LEDGER_DATABASE_URL", as_role(role))
        capsys.readouterr()
        code = main(arguments)
        written = capsys.readouterr()
        return Done(code, written.out, written.err)

    return run
