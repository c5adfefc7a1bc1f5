"""Many writers on few hot wallets: no deadlock, whatever the order of the parties.

python -m tests.faults.writers [--writers 16] [--wallets 12] [--seconds 10]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from tests.bookkeeping import assert_adds_up, transfer, wait_until
from tests.cluster import connected
from tests.faults.kit.bank import running_server
from tests.faults.kit.operations import Town

if TYPE_CHECKING:
    from tests.faults.kit.bank import Bank

_APPLICATION: Final = "writers"
_STATE: Final = """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE application_name = %s), deadlocks
    FROM pg_stat_database WHERE datname = current_database()"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the writers did; `errors` by SQLSTATE, `deadlocks` as the server counts them."""

    posted: int
    refused: int
    seconds: float
    errors: dict[str, int]
    deadlocks: int

    def text(self, writers: int, wallets: int) -> str:
        """Return it for people."""
        return (
            f"{writers} writers on {wallets} wallets: {self.posted / self.seconds:,.0f} transfers/s "
            f"({self.posted:,} posted, {self.refused:,} refused in {self.seconds:.1f} s), "
            f"{self.deadlocks} deadlocks, errors {self.errors or 'none'}\n"
        )


def measure(bank: Bank, writers: int, seconds: float, seed: int) -> Measured:
    """Let all begin at once, each on a connection of its own, between any two customers."""
    names = bank.town.names
    start = threading.Barrier(writers + 1)
    tallies: list[Counter[str]] = [Counter() for _ in range(writers)]

    def write(number: int) -> None:
        dice = random.Random(seed * 1_000 + number)  # noqa: S311 - a load, not a secret
        with psycopg.connect(bank.operator_url, application_name=_APPLICATION, autocommit=True) as connection:
            start.wait()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                payer, payee = dice.sample(names, 2)
                try:
                    outcome = transfer(connection, payer, payee, dice.randint(1, 5))
                except psycopg.Error as error:
                    tallies[number][error.sqlstate or type(error).__name__] += 1
                else:
                    tallies[number][outcome["status"]] += 1

    with ThreadPoolExecutor(writers) as pool:
        running = [pool.submit(write, number) for number in range(writers)]
        start.wait(30)
        started = time.monotonic()
        for one in running:
            one.result()
        took = time.monotonic() - started
    total: Counter[str] = sum(tallies, Counter())
    posted, refused = total.pop("posted", 0), total.pop("refused", 0)
    return Measured(posted, refused, took, dict(total), _deadlocks(bank))


def _deadlocks(bank: Bank) -> int:
    """Return the server's count: sessions report theirs at their end, so wait for it."""
    found: list[tuple[int, int]] = []
    with connected(bank.admin_url) as admin:

        def ended() -> bool:
            found[:] = admin.execute(_STATE, [_APPLICATION]).fetchall()
            return found[0][0] == 0

        wait_until(ended)
        assert_adds_up(admin)
        return found[0][1]


def main() -> int:
    """Print transfers/s; return 1 when there was a deadlock or an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.writers", description=__doc__)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--wallets", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        server.bank(Town(hot=asked.wallets, cold=0)) as bank,
    ):
        measured = measure(bank, asked.writers, asked.seconds, seed=1)
    sys.stdout.write(measured.text(asked.writers, asked.wallets))
    return 1 if measured.deadlocks or measured.errors else 0


if __name__ == "__main__":
    sys.exit(main())
