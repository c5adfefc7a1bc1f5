"""What the README says to type is typed here, in its order, and does what the README says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.operators import Staff
from ui.start.sizes import DEMO_SIZE

if TYPE_CHECKING:
    from tests.cluster import Cluster

TOP: Final = Path(__file__).parents[2]
BLOCKS: Final[list[str]] = re.findall(
    r"^```sh\n(.*?)^```", (TOP / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
REFUSED: Final = "refused"
"""A command whose comment begins so ends with 1."""


def commands(block: str) -> list[tuple[list[str], str]]:
    """Return the words and the comment of each command of a block."""
    parted = (line.partition("#") for line in block.splitlines())
    return [(shlex.split(command), comment.strip()) for command, _sign, comment in parted if command.strip()]


def block_of(program: str) -> str:
    """Return the one block that begins with a program."""
    (found,) = [block for block in BLOCKS if block.startswith(program)]
    return found


def run(
    words: list[str], environment: dict[str, str], *, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run ledgerctl as this checkout has it, by the words that stand in the README."""
    assert words[0] == "ledgerctl"
    return subprocess.run(
        [sys.executable, "-m", "console", *words[1:]], cwd=TOP, env=environment, input=typed, text=True,
        encoding="utf-8", capture_output=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user who has never run the console."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEDGER_", "XDG_"))}
    home = str(tmp_path / "home")
    return kept | {"HOME": home, "USERPROFILE": home, "LEDGER_DATA_DIR": str(tmp_path / "data")}


def test_each_block_is_tried_by_one_of_these_tests() -> None:
    assert [block.split()[0] for block in BLOCKS] == ["make", "ledgerctl", "export"]


def test_make_has_the_targets() -> None:
    for words, _comment in commands(block_of("make")):
        done = subprocess.run(
            [*words, "--dry-run"], cwd=TOP, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr


def test_a_payout_and_a_credit_run_on_the_demo(fresh: dict[str, str]) -> None:
    """`make run` makes the demo ledger; the commands after it are those of the README and no others."""
    size = ["--users", str(DEMO_SIZE[0]), "--transactions", str(DEMO_SIZE[1])]
    assert run(["ledgerctl", "demo", *size], fresh).returncode == 0
    for words, comment in commands(block_of("ledgerctl")):
        done = run(words, fresh)
        expected = 1 if comment.startswith(REFUSED) else 0
        assert done.returncode == expected, (words, done.stdout, done.stderr)
    listed = run(["ledgerctl", "--format", "csv", "transactions", "--limit", "52"], fresh).stdout
    assert (listed.count(",payout,"), listed.count(",grant,")) == (40, 12)


def test_a_server_of_ones_own(fresh: dict[str, str], cluster: Cluster, database_url: str) -> None:
    export, *rest = commands(block_of("export"))
    assert export[0][1].startswith("LEDGER_DATABASE_URL=postgresql://")
    staff = Staff(cluster, database_url)
    try:
        for words, comment in rest:
            asks = "asks for the password" in comment
            # A role is the whole server's, which these tests share.
            own = [staff.new_name() if word == "mara" else word for word in words]
            done = run(
                own + ["--password-stdin"] * asks,
                fresh | {"LEDGER_DATABASE_URL": database_url},
                typed="a long enough password\n" if asks else "",
            )
            assert done.returncode == 0, (words, done.stderr)
    finally:
        staff.leave()
