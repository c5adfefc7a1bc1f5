"""A full disk, a closed pipe and closed streams end a command in a sentence or in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

TOP: Final = Path(__file__).parents[3]
FULL: Final = Path("/dev/full")
LOST: Final = (
    "Standard output cannot be written: No space left on device; what the command did in the ledger stands.\n"
)

pytestmark = [
    pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full"),
    pytest.mark.usefixtures("own_folders"),
]


def ledgerctl(redirected: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell that redirects its streams."""
    command = f'exec "$0" -m console "$@" {redirected}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, *arguments],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["batch", "load", "--help"],
        ["mapping", "list"],
        ["--format", "csv", "mapping", "list"],
        ["--format", "json", "mapping", "list"],
        ["mapping", "suggest", "resources/sample/payout.csv"],
    ],
    ids=" ".join,
)
def test_a_full_disk_is_one_sentence(arguments: list[str]) -> None:
    done = ledgerctl(">/dev/full", *arguments)
    assert (done.returncode, done.stderr) == (1, LOST)


def test_a_closed_standard_output_is_one_sentence() -> None:
    done = ledgerctl(">&-", "mapping", "list")
    assert done.returncode == 1
    assert done.stderr == LOST.replace("No space left on device", "Bad file descriptor")


@pytest.mark.parametrize("arguments", [["--help"], ["mapping", "list"]], ids=" ".join)
def test_a_closed_pipe_is_silent(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "console", *arguments],
            cwd=TOP, stdout=writing, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("redirected", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["mapping", "list"], 0), (["mapping", "show", "none"], 2), (["mapping", "shaw"], 2)],
    ids=["done", "refused", "misspelt"],
)
def test_a_lost_remark_changes_nothing(redirected: str, arguments: list[str], code: int) -> None:
    done = ledgerctl(redirected, *arguments)
    assert done.returncode == code
    assert done.stdout.startswith("mapping") is (code == 0)


def test_money_that_moved_has_moved(
    as_role: Callable[[str], str],
    ledger_url: str,
    open_accounts: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_accounts({"anna": 500, "bert": 0})
    monkeypatch.setenv("LEDGER_DATABASE_URL", as_role("t_operator"))
    words = ["transfer", "--from", "anna", "--to", "bert", "--amount", "1", "--reference", "r"]
    done = ledgerctl(">/dev/full", *words)
    assert (done.returncode, done.stderr) == (1, LOST)
    with connected(ledger_url) as connection:
        query = "SELECT count(*) FROM ledger.transactions WHERE reference = 'r'"
        assert connection.execute(query).fetchall() == [(1,)]
