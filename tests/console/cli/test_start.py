"""What a command does not load: where the time of a short one went."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer

from console.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable

TOP: Final = Path(__file__).parents[3]
COMMANDS: Final = "console.cli.commands."

# Asked at the very end, after what main() has left to be done there.
_SCRIPT: Final = """
import atexit, gc, json, sys

def tell():
    print(json.dumps([sorted(sys.modules), gc.get_threshold()[0], gc.get_freeze_count()]))

atexit.register(tell)
from console.cli.main import main
sys.exit(main(sys.argv[1:]))
"""

pytestmark = pytest.mark.usefixtures("own_folders")


def run(*arguments: str) -> tuple[set[str], int, int]:
    """Run a command in a process of its own; return its modules, and how Python looks for garbage there."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *arguments], cwd=TOP, capture_output=True, text=True, check=True
    )
    modules, threshold, frozen = json.loads(done.stdout.splitlines()[-1])
    return set(modules), threshold, frozen


def commands_in(modules: set[str]) -> set[str]:
    """Return the modules of commands, without their packages."""
    found = {name.removeprefix(COMMANDS) for name in modules if name.startswith(COMMANDS)}
    return {name for name in found if not any(other.startswith(f"{name}.") for other in found)}


def test_balances_loads_what_it_needs(
    as_role: Callable[[str], str], open_accounts: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_accounts({"anna": 100})
    monkeypatch.setenv("LEDGER_DATABASE_URL", as_role("t_operator"))
    modules, threshold, frozen = run("balances", "anna")
    assert commands_in(modules) == {"balances"}
    strangers = {"alembic", "babel", "charset_normalizer", "http.server", "PySide6", "rich", "sqlglot"}
    assert strangers & modules == set()
    # The collector went through the modules again and again, and once more at the end.
    assert threshold > 10_000
    assert frozen > 10_000


def test_the_help_of_a_command_loads_no_database() -> None:
    modules, _threshold, _frozen = run("balances", "--help")
    assert commands_in(modules) == {"balances"}
    strangers = {"numpy", "psycopg", "psutil", "pydantic_settings", "sqlalchemy", "console.workspace"}
    assert strangers & modules == set()


def test_every_command_is_listed_and_found_by_its_name() -> None:
    tree: Any = typer.main.get_command(app)
    names = [
        line.split()[0] for line in help_of(tree).partition("Commands:\n")[2].splitlines() if line[2:3] > " "
    ]
    assert "balances" in tree.commands
    assert names[: len(tree.commands)] == list(tree.commands)
    assert {name for name in tree.commands if tree.commands[name].name != name} == set()


def test_the_shell_completes_names_of_commands() -> None:
    tree: Any = typer.main.get_command(app)
    context = typer.Context(tree, info_name="ledgerctl")
    assert [item.value for item in tree.shell_complete(context, "bal")] == ["balances"]
    batch = tree.commands["batch"]
    inner = typer.Context(batch, info_name="batch", parent=context)
    assert [item.value for item in batch.shell_complete(inner, "d")] == ["dry-run", "discard"]


def help_of(tree: Any) -> str:
    """Return the help of the whole command."""
    text: str = tree.get_help(typer.Context(tree, info_name="ledgerctl"))
    return text
