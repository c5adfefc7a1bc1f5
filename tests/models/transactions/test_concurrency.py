"""Many sessions on the same wallets: no deadlock, no lost update, each key once, no half-passed freeze."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.bookkeeping import (
    Line,
    assert_adds_up,
    balances,
    create_batch,
    post_batch,
    transfer,
    wait_until_blocked,
)
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

THREADS = 16
ROUNDS = 40
HOT = [f"hot{number:02}" for number in range(12)]


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run work on so many threads that start at the same moment, and return or raise what they did."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        barrier.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts(dict.fromkeys(HOT, 1_000))


def test_one_key_on_many_threads_is_one_transfer(as_role: Callable[[str], str], admin: Connection) -> None:
    for _ in range(10):
        key = uuid4()

        def post(_number: int, key: UUID = key) -> dict[str, Any]:
            with connected(as_role("t_operator")) as connection:
                return transfer(connection, HOT[0], HOT[1], 7, key=key)

        outcomes = at_once(8, post)
        assert outcomes.count(outcomes[0]) == 8
    assert balances(admin)[HOT[1]] == 1_070


def test_crossing_transfers_do_not_deadlock(as_role: Callable[[str], str], admin: Connection) -> None:
    def work(seed: int) -> list[str]:
        chosen = random.Random(seed)  # noqa: S311 - a seed repeats the run
        with connected(as_role("t_operator")) as connection:
            found = []
            for _ in range(ROUNDS):
                source, target = chosen.sample(HOT, 2)
                found.append(transfer(connection, source, target, chosen.randint(1, 400))["status"])
            return found

    statuses = [status for found in at_once(THREADS, work) for status in found]
    assert len(statuses) == THREADS * ROUNDS
    assert statuses.count("posted") > len(statuses) // 2
    assert sum(balances(admin).values()) == 1_000 * len(HOT)


def test_crossing_batches_do_not_deadlock(as_role: Callable[[str], str], admin: Connection) -> None:
    def work(seed: int) -> list[str]:
        chosen = random.Random(seed)  # noqa: S311 - a seed repeats the run
        found = []
        with connected(as_role("t_operator")) as connection:
            for turn in range(5):
                parties = chosen.sample(HOT, len(HOT))
                lines = [
                    Line(number, source, target, 1, f"b-{seed}-{turn}-{number}")
                    for number, (source, target) in enumerate(pairwise(parties), start=1)
                ]
                found.append(post_batch(connection, create_batch(connection, lines))["status"])
        return found

    assert {status for found in at_once(8, work) for status in found} == {"posted"}
    assert sum(balances(admin).values()) == 1_000 * len(HOT)


def test_the_last_unit_is_spent_once(as_role: Callable[[str], str], admin: Connection) -> None:
    def work(number: int) -> str:
        with connected(as_role("t_operator")) as connection:
            return str(transfer(connection, HOT[0], HOT[1 + number % 11], 600)["status"])

    assert sorted(at_once(8, work)) == ["posted"] + ["refused"] * 7
    assert balances(admin)[HOT[0]] == 400


def test_a_posting_locks_every_wallet_it_moves(
    operator: Connection, admin: Connection, ledger_url: str
) -> None:
    """The wallets are locked in the order of their ids, whoever pays whom; else crossing payouts deadlock."""
    with connected(ledger_url) as holder, holder.transaction():
        # The lower id is taken by somebody else: a posting must wait for it before it takes the higher.
        holder.execute("SELECT FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
                       "WHERE u.username = %s FOR NO KEY UPDATE OF w", [HOT[0]])  # fmt: skip
        with ThreadPoolExecutor(1) as pool:
            posting = pool.submit(transfer, operator, HOT[1], HOT[0], 5)
            wait_until_blocked(admin, operator)
            free = admin.execute(
                "SELECT count(*) FROM (SELECT FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
                "WHERE u.username = %s FOR NO KEY UPDATE OF w SKIP LOCKED) free", [HOT[1]]
            ).fetchone()  # fmt: skip
            holder.execute("COMMIT")
            assert posting.result(timeout=20)["status"] == "posted"
    assert free == (1,), "the higher id was locked before the lower"


def test_a_freeze_while_a_posting_waits_is_seen(
    operator: Connection, admin: Connection, ledger_url: str
) -> None:
    with connected(ledger_url, autocommit=False) as support:
        support.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), %s, 'frozen', 'a complaint')", [HOT[0]]
        )
        with ThreadPoolExecutor(1) as pool:
            posting = pool.submit(transfer, operator, HOT[0], HOT[1], 5)
            wait_until_blocked(admin, operator)
            support.commit()
            found = posting.result(timeout=20)
    assert (found["status"], found.get("code")) == ("refused", "account.inactive")


def test_posted_at_is_after_the_wait(operator: Connection, admin: Connection, ledger_url: str) -> None:
    with connected(ledger_url, autocommit=False) as holder:
        holder.execute("SELECT FROM ledger.wallets FOR NO KEY UPDATE")
        with ThreadPoolExecutor(1) as pool:
            posting = pool.submit(transfer, operator, HOT[0], HOT[1], 5)
            wait_until_blocked(admin, operator)
            moment = admin.execute("SELECT clock_timestamp()").fetchone()
            holder.commit()
            found = posting.result(timeout=20)
    assert moment is not None
    late = admin.execute("SELECT %s::timestamptz > %s", [found["posted_at"], moment[0]]).fetchone()
    assert late == (True,)


def test_readers_always_see_a_sum_of_zero(as_role: Callable[[str], str], admin: Connection) -> None:
    done = threading.Event()

    def work(number: int) -> None:
        chosen = random.Random(number)  # noqa: S311 - a seed repeats the run
        with connected(as_role("t_operator")) as connection:
            for _ in range(ROUNDS):
                source, target = chosen.sample([*HOT, "@external", "@revenue"], 2)
                transfer(connection, source, target, chosen.randint(1, 300))

    def watch() -> int:
        seen = 0
        with connected(as_role("t_viewer")) as connection:
            while not done.is_set():
                row = connection.execute(
                    "SELECT sum(CASE w.kind WHEN 'system' THEN ledger.system_balance(w.id) "
                    "ELSE w.balance END) "
                    "FROM ledger.wallets w"
                ).fetchone()
                assert row == (0,)
                seen += 1
        return seen

    with ThreadPoolExecutor(1) as pool:
        watcher = pool.submit(watch)
        at_once(6, work)
        done.set()
        assert watcher.result(timeout=20) > 0
    assert_adds_up(admin)
