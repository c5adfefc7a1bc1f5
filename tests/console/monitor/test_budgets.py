"""Every action of the code has a budget, and a test that goes over one fails."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.monitor.budgets import BUDGETS, STREAMS, budget
from console.monitor.recording.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).parents[3]
SENDERS = {"read", "write", "snapshot", "rehearse", "action"}
NAME = re.compile(r"[a-z]+\.[a-z{][a-z{}+-]*")
# What is put together at run time, and what it can be.
MADE = {
    "operators.{verb}": {"operators.disable", "operators.enable", "operators.unlock"},
    "activity.{verb}": {"activity.cancel", "activity.terminate"},
}


def actions_in(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the actions that a file sends; constants are looked up."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        is_sender = isinstance(called, ast.Attribute) and called.attr in SENDERS
        if not is_sender and not (isinstance(called, ast.Name) and called.id == "Operation"):
            continue
        first = node.args[0]
        if isinstance(first, ast.Name) and first.id in constants:
            yield constants[first.id]
        elif isinstance(first, ast.Constant) and isinstance(first.value, str) and NAME.fullmatch(first.value):
            yield first.value
        elif isinstance(first, ast.JoinedStr) and NAME.fullmatch(name := ast.unparse(first)[2:-1]):
            yield from MADE.get(name, {name})


def sent() -> set[str]:
    """Return the names of all actions in the code."""
    files = [path for name in ("console", "ui") for path in (TOP / name).rglob("*.py")]
    return {name for path in files for name in actions_in(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_action_has_a_budget() -> None:
    actions = sent()
    assert {"transactions.page", "operators.disable", "transfer.post", "queries.plan"} <= actions
    assert sorted(actions - BUDGETS.keys() - STREAMS) == []


def test_no_action_has_both_and_a_stream_has_no_budget() -> None:
    assert BUDGETS.keys() & STREAMS == set()
    assert {budget(action) for action in STREAMS} == {None}


def test_an_action_without_a_budget_would_be_found() -> None:
    tree = ast.parse('NAME = "b.c"\ndatabase.read("a.b", f)\nOperation(NAME, "x", {})\nfile.write("no")')
    assert set(actions_in(tree)) == {"a.b", "b.c"}


def overrun() -> None:
    recorder = Recorder()
    with recorder.action("transactions.page"):
        for _ in range(2):
            with recorder.statement("SELECT", "SELECT a FROM b"):
                pass


@pytest.mark.over_budget
def test_a_marked_test_may_go_over_a_budget(overruns: list[str]) -> None:
    overrun()
    assert overruns == ["transactions.page sent 2 statements, may send 1"]


def test_an_unmarked_test_fails_when_it_does(tmp_path: Path) -> None:
    written = tmp_path / "test_written.py"
    written.write_text(
        "import pytest\n"
        "from tests.console.monitor.test_budgets import overrun\n"
        "def test_over(): overrun()\n"
        "@pytest.mark.over_budget\n"
        "def test_on_purpose(): overrun()\n"
        "def test_within(): pass\n",
        encoding="utf-8",
    )
    options = ["-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-W", "ignore"]
    command = [sys.executable, "-m", "pytest", *options, "-c", "pyproject.toml", str(written)]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert "3 passed, 1 error" in done.stdout, done.stdout
    assert "transactions.page sent 2 statements, may send 1" in done.stdout
