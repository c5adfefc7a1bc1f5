"""Closing and opening a currency beside what is under way: who comes after sees who came first."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import assert_adds_up, create_batch, transfer, wait_until_blocked
from tests.cluster import connected
from tests.models.books.acts import (
    close,
    is_closed,
    open_account,
    reopen,
    request,
    set_status,
    statuses,
)
from tests.models.writes import REASON, done, grant, let_time_pass, refused, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

EUR: Final = "EUR"
PAIRS: Final = (("ann", "@external"), ("ben", "@revenue"), ("@revenue", "@suspense"))
EVERY_STATUS: Final = {"ann": "active", "ben": "active"}


@pytest.fixture(autouse=True)
def customers(euro: str, open_accounts: Callable[..., None]) -> None:
    open_accounts({"ann": 100, "ben": 0})
    open_accounts({"ann": 0, "ben": 0}, EUR)


def batch(connection: Connection) -> dict[str, Any]:
    """Make a draft; its refusal as a write's would be."""
    try:
        return {"status": "done", "batch": create_batch(connection, currency=EUR)}
    except psycopg.DatabaseError as error:
        if error.sqlstate != "LG001":
            raise
        return {"status": "refused", "code": error.diag.message_primary}


# What is under way, and how closing ends when it is done before.
ACTS: Final[dict[str, tuple[Callable[[Connection], dict[str, Any]], str | None]]] = {
    "deposit": (lambda c: transfer(c, "@external", "ann", 5, currency=EUR), "currency.not_empty"),
    "grant": (lambda c: grant(c, "ann", 5, currency=EUR), "currency.not_empty"),
    "account": (lambda c: open_account(c, "new", EUR), None),
    "wallet": (lambda c: open_account(c, "old", EUR), None),
    "system accounts": (lambda c: transfer(c, "@external", "@suspense", 5, currency=EUR), None),
    "draft": (batch, None),
    "request": (
        lambda c: {"status": "submitted", "request": request(c, EUR)},
        "currency.waiting",
    ),
    "hold": (lambda c: reserve(c, "ben", 5, "late", currency=EUR), "currency.not_empty"),
}


@pytest.fixture
def ready(operator: Connection) -> None:
    done(open_account(operator, "old", "CR"))
    done(write(operator, "set_overdraft_limit", "ben", EUR, 100, REASON))


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
@pytest.mark.parametrize("name", ACTS)
def test_closing_waits_for_what_is_under_way(
    operator: Connection, admin: Connection, boss: Connection, name: str, end: str
) -> None:
    act, code = ACTS[name]
    operator.execute("BEGIN")
    done(act(operator))
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(close, boss, EUR)
        wait_until_blocked(admin, boss)
        operator.execute(end.encode())
        found = closing.result(timeout=20)
    assert found.get("code") == (code if end == "COMMIT" else None)
    assert is_closed(admin, EUR) == (found["status"] == "done")
    assert set(statuses(admin, EUR).values()) == {"closed" if is_closed(admin, EUR) else "active"}
    opened = end == "COMMIT" and name in {"account", "wallet"}
    assert len(statuses(admin, EUR)) == (3 if opened else 2)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
@pytest.mark.parametrize("name", ACTS)
def test_what_comes_meanwhile_waits_for_the_closing(
    operator: Connection, admin: Connection, boss: Connection, name: str, end: str
) -> None:
    act, _ = ACTS[name]
    if name == "request":
        act = lambda c: write(  # noqa: E731 - its refusal is wanted here
            c, "submit_request", "transfer",
            Jsonb({"from": "@external", "to": "@suspense", "currency": EUR, "amount": 5}), REASON,
        )  # fmt: skip
    boss.execute("BEGIN")
    done(close(boss, EUR))
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(act, operator)
        wait_until_blocked(admin, operator)
        boss.execute(end.encode())
        found = acting.result(timeout=20)
    assert found.get("code") == ("currency.closed" if end == "COMMIT" else None), found


@pytest.mark.parametrize("first", ["close", "reopen"])
@pytest.mark.parametrize("wanted", ["frozen", "closed"])
def test_a_status_set_beside_it_is_the_wallets_once_it_is_open(
    operator: Connection, admin: Connection, boss: Connection, first: str, wanted: str
) -> None:
    """The status comes while the currency is closed or opened, not yet committed."""
    if first == "reopen":
        done(close(boss, EUR))
    boss.execute("BEGIN")
    done(close(boss, EUR) if first == "close" else reopen(boss, EUR))
    with ThreadPoolExecutor(1) as pool:
        setting = pool.submit(set_status, operator, "ben", wanted)
        wait_until_blocked(admin, operator)
        boss.execute("COMMIT")
        done(setting.result(timeout=20))
    if first == "close":
        assert set(statuses(admin, EUR).values()) == {"closed"}
        done(reopen(boss, EUR))
    assert statuses(admin, EUR) == EVERY_STATUS | {"ben": wanted}


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
@pytest.mark.parametrize("first", ["close", "reopen"])
def test_it_waits_for_a_status_that_is_being_set(
    operator: Connection, admin: Connection, boss: Connection, first: str, end: str
) -> None:
    if first == "reopen":
        done(close(boss, EUR))
    operator.execute("BEGIN")
    done(set_status(operator, "ann", "frozen"))
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(close if first == "close" else reopen, boss, EUR)
        wait_until_blocked(admin, boss)
        operator.execute(end.encode())
        done(changing.result(timeout=20))
    if first == "close":
        assert set(statuses(admin, EUR).values()) == {"closed"}
        done(reopen(boss, EUR))
    assert statuses(admin, EUR) == EVERY_STATUS | {"ann": "frozen" if end == "COMMIT" else "active"}


def test_of_two_closings_one_is_done(
    admin: Connection, boss: Connection, connect: Callable[[str], Connection]
) -> None:
    other = connect("t_admin")
    boss.execute("BEGIN")
    done(close(boss, EUR))
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(close, other, EUR)
        wait_until_blocked(admin, other)
        boss.execute("COMMIT")
        assert refused(second.result(timeout=20)) == "currency.closed"


def test_a_request_that_was_tried_before_the_closing_is_not_written_down_after_it(
    operator: Connection, admin: Connection, boss: Connection, ledger_url: str
) -> None:
    """Between the trial, whose locks are gone, and the writing down, no currency is closed."""
    wanted = {"from": "@external", "to": "@suspense", "currency": EUR, "amount": 5}
    with connected(ledger_url, autocommit=False) as holder, ThreadPoolExecutor(2) as pool:
        holder.execute("LOCK TABLE ledger.approval_requests IN SHARE MODE")
        asking = pool.submit(write, operator, "submit_request", "transfer", Jsonb(wanted), REASON)
        wait_until_blocked(admin, operator)
        closing = pool.submit(close, boss, EUR)
        wait_until_blocked(admin, boss)
        holder.commit()
        assert done(asking.result(timeout=20))["status"] == "submitted"
        assert refused(closing.result(timeout=20)) == "currency.waiting"


def test_an_operation_that_changes_a_wallet_twice_goes_on_beside_a_closing(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    """The second change of a row in one transaction asks its foreign keys, so the currency's row, again."""
    operator.execute("BEGIN")
    done(transfer(operator, "@external", "ann", 5, currency=EUR))
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(close, boss, EUR)
        wait_until_blocked(admin, boss)
        try:
            done(transfer(operator, "ann", "@external", 5, currency=EUR))
        finally:
            operator.execute("COMMIT")
        done(closing.result(timeout=20))


def test_a_hold_over_expired_credit_goes_on_beside_a_closing(
    operator: Connection, admin: Connection, boss: Connection, ledger_url: str
) -> None:
    """One operation alone: it sends what has expired to @breakage, and then sets the amount aside."""
    done(grant(operator, "ann", 5, 1, currency=EUR))
    done(transfer(operator, "@external", "ann", 50, currency=EUR))
    let_time_pass(admin, 2)
    with connected(ledger_url, autocommit=False) as holder, ThreadPoolExecutor(2) as pool:
        holder.execute("LOCK TABLE ledger.lot_movements IN SHARE MODE")
        holding = pool.submit(reserve, operator, "ann", 5, "late", currency=EUR)
        wait_until_blocked(admin, operator)
        closing = pool.submit(close, boss, EUR)
        wait_until_blocked(admin, boss)
        holder.commit()
        done(holding.result(timeout=20))
        assert refused(closing.result(timeout=20)) == "currency.not_empty"


def test_under_a_crowd_nothing_is_posted_while_it_is_closed(
    admin: Connection, boss: Connection, as_role: Callable[[str], str]
) -> None:
    going = threading.Event()
    going.set()

    def act(seed: int) -> int:
        chosen = random.Random(seed)  # noqa: S311 - a seed repeats the run
        posted = 0
        with connected(as_role("t_operator")) as connection:
            while going.is_set():
                amount = chosen.randint(1, 9)
                there, back = chosen.choice(PAIRS)
                if transfer(connection, back, there, amount, currency=EUR)["status"] == "posted":
                    posted += 1
                    transfer(connection, there, back, amount, currency=EUR)
                if chosen.random() < 0.1:
                    open_account(connection, f"n{seed}-{posted}", EUR)
        return posted

    with ThreadPoolExecutor(3) as pool:
        crowd = [pool.submit(act, seed) for seed in range(3)]
        closings = 0
        try:
            while closings < 20:
                if close(boss, EUR)["status"] == "done":
                    closings += 1
                    assert set(statuses(boss, EUR).values()) == {"closed"}
                    done(reopen(boss, EUR))
                else:
                    # Give back what keeps it open: what was paid and could not be paid back.
                    for name, owed in owing(admin):
                        transfer(boss, name, "@external", owed, currency=EUR)
        finally:
            going.clear()
        assert sum(one.result(timeout=30) for one in crowd) > 10
    assert set(statuses(admin, EUR).values()) == {"active"}
    late = admin.execute("""
        WITH closing AS (
            SELECT e.at AS since, (SELECT min(o.at) FROM ledger.audit_events o
                WHERE o.action = 'reopen_currency' AND o.outcome = 'done' AND o.id > e.id) AS until
            FROM ledger.audit_events e WHERE e.action = 'close_currency' AND e.outcome = 'done')
        SELECT t.id FROM ledger.transactions t
        JOIN closing ON t.posted_at BETWEEN closing.since AND closing.until
        WHERE t.currency = 'EUR'""").fetchall()
    assert late == []
    assert_adds_up(admin)


def owing(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT u.username, w.balance FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
        "WHERE w.kind = 'customer' AND w.currency = 'EUR' AND w.balance > 0"
    ).fetchall()
