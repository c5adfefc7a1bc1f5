"""ledgerctl as its users run it: a process of its own, from a fresh machine to a posted batch."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import resources
from tests.cluster import connected
from tests.e2e.kill_post import Ground, rounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster import Cluster

REPOSITORY = Path(__file__).parents[2]
SAMPLE = Path(resources.__file__).parent / "sample"
BANK_MAPPING = str(SAMPLE / "bank.mapping.toml")


@dataclass(frozen=True, slots=True)
class Console:
    """A user's environment, and the command in it."""

    environment: dict[str, str]

    def command(self, *arguments: str) -> tuple[list[str], dict[str, Any]]:
        """Return what subprocess needs to run the command."""
        options = {"cwd": REPOSITORY, "env": self.environment, "text": True, "encoding": "utf-8"}
        return [sys.executable, "-m", "console", *arguments], options

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; whatever it was, there is no traceback."""
        command, options = self.command(*arguments)
        done = subprocess.run(command, **options, capture_output=True, check=False, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def data(self, *arguments: str) -> Any:
        """Run a command that succeeds and return its data."""
        done = self.run("--format", "json", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def user_of(folder: Path, **settings: str) -> Console:
    """Return a user who has never run the console, at home in this folder."""
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEDGER_", "XDG_"))}
    own = {"HOME": str(home), "USERPROFILE": str(home), "LEDGER_DATA_DIR": str(folder / "data")}
    return Console(kept | own | settings)


@pytest.fixture
def fresh(tmp_path: Path) -> Console:
    """Return a user who has never run the console."""
    return user_of(tmp_path)


@pytest.fixture
def operator(fresh: Console, as_role: Callable[[str], str]) -> Console:
    """Return an operator of the test's ledger."""
    return Console(fresh.environment | {"LEDGER_DATABASE_URL": as_role("t_operator")})


def test_a_fresh_machine_to_a_posted_batch(fresh: Console) -> None:
    assert fresh.data("server", "status")["running"] == "no, not made yet"
    bank = str(SAMPLE / "bank.csv")
    loaded = fresh.data("batch", "load", bank, "--mapping", BANK_MAPPING)
    assert (loaded["lines"], loaded["accounts_to_open"]) == (40, 7)
    number = str(loaded["batch"])
    assert fresh.data("batch", "validate", number)["content"] == loaded["content"]
    assert len(fresh.data("batch", "dry-run", number)) == 7
    posted = fresh.data("batch", "post", number, "--content", loaded["content"])
    assert (posted["lines"], posted["total"], posted["accounts_opened"]) == (40, loaded["total"], 7)
    refused = fresh.run("batch", "load", bank, "--mapping", BANK_MAPPING)
    assert refused.returncode == 1
    assert " as batch 1, posted. Nothing was written. Give --again " in refused.stderr
    again = fresh.run("--format", "json", "batch", "load", bank, "--mapping", BANK_MAPPING, "--again")
    assert again.returncode == 1
    assert again.stderr == "40 problems. Nothing was written.\n"
    problems = json.loads(again.stdout)
    assert {row["code"] for row in problems} == {"reference.posted"}
    assert [row["line"] for row in problems] == list(range(2, 42))
    assert fresh.run("verify").returncode == 0
    assert fresh.data("server", "status")["running"] == "no"


@pytest.mark.bank
def test_the_bank_file_posts_as_one_transaction_and_never_twice(
    operator: Console, bank_csv: Path, ledger_url: str
) -> None:
    loaded = operator.data("batch", "load", str(bank_csv), "--mapping", BANK_MAPPING)
    assert (loaded["lines"], loaded["accounts_to_open"]) == (28_205, 1_139)
    number = str(loaded["batch"])
    rehearsed = operator.data("batch", "dry-run", number)
    assert sum(_cents(row["after"]) for row in rehearsed) == 3_657_594_610
    assert _held(ledger_url) == (0, 0, None)
    posted = operator.data("batch", "post", number)
    assert (posted["lines"], posted["accounts_opened"]) == (28_205, 1_139)
    assert _held(ledger_url) == (28_205, 1_139, 3_657_594_610)
    again = operator.run(
        "--format", "csv", "batch", "load", str(bank_csv), "--mapping", BANK_MAPPING, "--again"
    )
    assert again.returncode == 1
    assert again.stderr == "28,205 problems. Nothing was written.\n"
    assert again.stdout.count(",reference,reference.posted,") == 28_205
    assert _held(ledger_url) == (28_205, 1_139, 3_657_594_610)


def test_an_unreachable_server_is_one_sentence_without_the_password(fresh: Console) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        url = f"postgresql://anna:secret-word@127.0.0.1:{taken.getsockname()[1]}/ledger"
        done = Console(fresh.environment | {"LEDGER_DATABASE_URL": url}).run("transactions")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("The database at 127.0.0.1/ledger cannot be reached: ")
    assert done.stderr.count("\n") == 1
    assert "secret-word" not in done.stderr


def test_a_database_without_a_ledger_is_unavailable_until_migrated(fresh: Console, database_url: str) -> None:
    administrator = Console(fresh.environment | {"LEDGER_DATABASE_URL": database_url})
    done = administrator.run("transactions")
    assert (done.returncode, "ledgerctl migrate" in done.stderr) == (3, True)
    assert administrator.run("migrate").returncode == 0
    assert administrator.run("demo", "--users", "100", "--transactions", "1000").returncode == 0
    assert len(administrator.data("transactions", "--limit", "1000")) == 1_000
    second = administrator.run("demo")
    assert (second.returncode, "needs an empty one" in second.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [["frobnicate"], ["transfer"], ["--format", "xml", "verify"], []])
def test_a_wrong_command_ends_with_2(fresh: Console, arguments: list[str]) -> None:
    assert fresh.run(*arguments).returncode == 2
    assert not Path(fresh.environment["LEDGER_DATA_DIR"]).exists()


def test_help_loads_no_database(fresh: Console) -> None:
    look = (
        "import sys; from console.cli.main import main; code = main(['batch', 'load', '--help']);"
        "heavy = {'sqlalchemy', 'psycopg', 'alembic', 'numpy', 'rich'} & set(sys.modules);"
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=REPOSITORY, env=fresh.environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C reaches a whole console there, these tests too")
def test_ctrl_c_cancels_on_the_server(operator: Console, ledger_url: str) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger.transactions'::regclass"
    patient = Console(
        operator.environment | {"LEDGER_LOCK_TIMEOUT_S": "100", "LEDGER_STATEMENT_TIMEOUT_S": "100"}
    )
    command, options = patient.command("transactions")
    with connected(ledger_url, autocommit=False) as holder, connected(ledger_url) as watcher:
        holder.execute("LOCK TABLE ledger.transactions IN ACCESS EXCLUSIVE MODE")
        with subprocess.Popen(command, **options, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            _until(lambda: watcher.execute(waiting).fetchone() == (1,))
            client.send_signal(signal.SIGINT)
            out, err = client.communicate(timeout=20)
        assert watcher.execute(waiting).fetchone() == (0,)
    assert (client.returncode, out, err) == (130, "", "Cancelled. Nothing was changed.\n")


def test_a_client_killed_while_it_posts_leaves_all_lines_or_none(
    cluster: Cluster, ledger_template: str, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    lines = (f"{number};{number % 400};260102;PRIJEM;VKLAD;1.00;" for number in range(3_000))
    header = "trans_id;account_id;date;type;operation;amount;k_symbol"
    file.write_text("\n".join([header, *lines]) + "\n")
    ground = Ground(cluster, ledger_template, file, Path(BANK_MAPPING))
    done = list(rounds(ground, 3, seed=20_261_121))
    assert all(one.whole for one in done), done
    assert {one.lines for one in done} == {3_000}


def _held(url: str) -> tuple[Any, ...] | None:
    """Return how many transactions and customers there are, and what the customers have."""
    with connected(url) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM ledger.transactions), count(*), sum(w.balance)::bigint"
            " FROM ledger.wallets w WHERE w.kind = 'customer'"
        ).fetchone()


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def _until(happened: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.005)
