"""Checkpoints of system wallets: under writers, in any isolation level, their sum stays the plain sum."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import assert_adds_up, system_balance, transfer, wait_until
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

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
        wait_until(lambda: waits(admin, taker))
        slow.execute("COMMIT")
        taking.result(timeout=20)
    assert system_balance(admin, "@external") == before - 12
    assert checkpointed(admin)


def test_where_a_lower_id_may_still_come_a_checkpoint_stays(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    before = system_balance(admin, "@external")
    slow = connect("t_operator")
    slow.execute("BEGIN")
    transfer(slow, "@external", "user0", 5)
    transfer(operator, "@external", "user1", 7)
    operator.execute(CHECKPOINT)
    assert not checkpointed(admin)
    slow.execute("COMMIT")
    assert system_balance(admin, "@external") == before - 12
    operator.execute(CHECKPOINT)
    assert checkpointed(admin)
    assert system_balance(admin, "@external") == before - 12


def test_nobody_waits_for_a_checkpoint(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    """Not even while its transaction stays open: it locks nothing that posting needs."""
    idle = connect("t_operator2")
    idle.execute("BEGIN")
    idle.execute(CHECKPOINT)
    operator.execute("SET lock_timeout = '1s'")
    assert transfer(operator, "@external", "user0", 5)["status"] == "posted"
    idle.execute("COMMIT")
    assert_adds_up(admin)


def waits(admin: Connection, taker: Connection) -> bool:
    """Whether a session sleeps until others have ended."""
    row = admin.execute(
        "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %s", [taker.info.backend_pid]
    ).fetchone()
    return row == (True,)


def checkpointed(admin: Connection) -> bool:
    """Whether every checkpoint reaches the newest transaction."""
    row = admin.execute(
        "SELECT min(c.through_id) >= (SELECT max(t.id) FROM ledger.transactions t) FROM ledger.checkpoints c"
    ).fetchone()
    return row == (True,)


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
