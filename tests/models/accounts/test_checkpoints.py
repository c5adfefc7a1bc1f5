"""Checkpoints of system wallets: under writers, in any isolation level, their sum stays the plain sum."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.cluster import connected
from tests.models.bookkeeping import assert_adds_up, system_balance, transfer
from tests.models.waiting import wait_until_blocked

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.models.bookkeeping import Connection

CHECKPOINT = "SELECT ledger.checkpoint_system_wallets()"


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({f"user{number}": 1_000 for number in range(6)})


def test_checkpoints_under_writers(as_role: Callable[[str], str], admin: Connection) -> None:
    writing = threading.Event()
    writing.set()

    def write(seed: int) -> None:
        chosen = random.Random(seed)  # noqa: S311 - a seed repeats the run
        with connected(as_role("t_operator")) as connection:
            for _ in range(80):
                source, target = chosen.sample(
                    ["@external", "@revenue", f"user{seed % 6}", "user5", "@suspense"], 2
                )
                # A few stay open a moment longer than others that drew their ids later.
                with connection.transaction(force_rollback=chosen.random() < 0.2):
                    transfer(connection, source, target, chosen.randint(1, 50))

    def take(_number: int) -> int:
        taken = 0
        with connected(as_role("t_operator")) as connection:
            while writing.is_set():
                connection.execute(CHECKPOINT)
                taken += 1
        return taken

    with ThreadPoolExecutor(7) as pool:
        takers = [pool.submit(take, number) for number in range(2)]
        list(pool.map(write, range(5)))
        writing.clear()
        assert all(taker.result(timeout=30) > 3 for taker in takers)
    assert_adds_up(admin)
    admin.execute(CHECKPOINT)
    assert_adds_up(admin)


def test_a_checkpoint_waits_for_lower_ids(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    """The lower id is committed last: a checkpoint between the two must not pass over it."""
    before = system_balance(admin, "@external")
    slow, taker = connect("t_operator"), connect("t_operator2")
    slow.execute("BEGIN")
    transfer(slow, "@external", "user0", 5)
    transfer(operator, "@external", "user1", 7)
    with ThreadPoolExecutor(1) as pool:
        taking = pool.submit(taker.execute, CHECKPOINT)
        wait_until_blocked(admin, taker)
        slow.execute("COMMIT")
        taking.result(timeout=20)
    assert system_balance(admin, "@external") == before - 12


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_snapshot_takes_no_checkpoint(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection, isolation: str
) -> None:
    """Its snapshot would miss the lower id that was committed after it, and lose that movement for ever."""
    before = system_balance(admin, "@external")
    slow, taker = connect("t_operator"), connect("t_operator2")
    slow.execute("BEGIN")
    transfer(slow, "@external", "user0", 5)
    transfer(operator, "@external", "user1", 7)
    taker.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
    taker.execute("SELECT count(*) FROM ledger.transactions")
    slow.execute("COMMIT")
    with pytest.raises(psycopg.errors.RestrictViolation):
        taker.execute(CHECKPOINT)
    taker.execute("ROLLBACK")
    assert system_balance(admin, "@external") == before - 12


def test_a_new_currency_joins_between_checkpoints(operator: Connection, admin: Connection) -> None:
    admin.execute(CHECKPOINT)
    admin.execute("SELECT ledger.add_currency('EU', 2::smallint)")
    operator.execute("SELECT ledger.open_account(gen_random_uuid(), 'dora', 'EU', p_reason => 'a test')")
    transfer(operator, "@external", "dora", 900, currency="EU")
    transfer(operator, "@external", "user0", 9)
    admin.execute(CHECKPOINT)
    transfer(operator, "dora", "@external", 100, currency="EU")
    assert system_balance(admin, "@external", "EU") == -800
    assert_adds_up(admin)


def test_a_checkpoint_of_nothing(ledger_url: str, admin: Connection) -> None:
    assert admin.execute(CHECKPOINT).fetchone() == admin.execute(CHECKPOINT).fetchone()
