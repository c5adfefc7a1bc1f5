"""Daily figures: what they count, in whose days, also when the clock or the zone is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bookkeeping import count, transfer
from tests.models.jobs.lease import claimed, run
from tests.models.writes import REASON, capture, grant, let_time_pass, release, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 0, "bob": 0})


def rows(connection: Connection, statement: str) -> list[Any]:
    """Return the rows of a statement."""
    return connection.execute(statement.encode()).fetchall()


def movements(connection: Connection) -> list[Any]:
    """Return kind, number, amount and customers' change of all days."""
    return rows(
        connection,
        """SELECT kind::text, sum(movements)::int, sum(amount)::int, sum(customers)::int
        FROM ledger.daily_movements GROUP BY kind ORDER BY 1""",
    )


def put_back(admin: Connection, days: int) -> None:
    """Let all that was posted and held have happened so many days before."""
    admin.execute("SET session_replication_role = replica")
    for column in ("posted_at", "effective_at"):
        admin.execute(f"UPDATE ledger.transactions SET {column} = {column} - interval '{days} days'".encode())
    for column in ("created_at", "closed_at", "expires_at"):
        admin.execute(f"UPDATE ledger.reservations SET {column} = {column} - interval '{days} days'".encode())
    admin.execute("SET session_replication_role = origin")


def test_each_kind_is_counted_and_who_it_is_held_for(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 1_000)
    transfer(operator, "alice", "bob", 300)
    transfer(operator, "bob", "@external", 50)
    grant(operator, "alice", 40, 1)
    reserve(operator, "alice", 40, "h")
    capture(operator, "h")
    grant(operator, "bob", 9, 1)
    let_time_pass(admin, 2)
    token = claimed(operator)
    run(operator, token, "sweep")
    found = run(operator, token, "figures")
    assert (found["rows"], found["more"]) == (7, False)
    assert movements(admin) == [
        ("capture", 1, 40, -40),
        ("deposit", 1, 1_000, 1_000),
        ("expiry", 1, 9, -9),
        ("grant", 2, 49, 49),
        ("payout", 1, 50, -50),
        ("transfer", 1, 300, 0),
    ]
    held = rows(admin, "SELECT sum(balance)::int FROM ledger.wallets WHERE kind = 'customer'")
    assert held == rows(admin, "SELECT sum(customers)::int FROM ledger.daily_movements")


def test_what_comes_later_is_added_once(operator: Connection, admin: Connection) -> None:
    token = claimed(operator)
    for amount in (5, 6, 7):
        transfer(operator, "@external", "alice", amount)
        run(operator, token, "figures")
        run(operator, token, "figures")
    assert movements(admin) == [("deposit", 3, 18, 18)]


def test_an_open_transaction_is_not_passed_over(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    """It has drawn the lower id, and is committed after the higher one was counted."""
    slow = connect("t_operator2")
    slow.execute("BEGIN")
    transfer(slow, "@external", "alice", 5)
    transfer(operator, "@external", "bob", 7)
    token = claimed(operator)
    assert run(operator, token, "figures")["status"] == "waiting"
    assert movements(admin) == []
    slow.execute("COMMIT")
    assert run(operator, token, "figures")["rows"] == 2
    assert movements(admin) == [("deposit", 2, 12, 12)]


def test_nothing_that_posts_waits_for_them(
    operator: Connection, connect: Callable[[str], Connection]
) -> None:
    idle = connect("t_keeper")
    token = claimed(idle)
    transfer(operator, "@external", "alice", 5)
    idle.execute("BEGIN")
    run(idle, token, "figures")
    run(idle, token, "checkpoint")
    operator.execute("SET lock_timeout = '1s'")
    assert transfer(operator, "@external", "alice", 5)["status"] == "posted"
    idle.execute("COMMIT")


def test_days_that_are_over_are_closed(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 1_000)
    reserve(operator, "alice", 100, "kept")
    reserve(operator, "alice", 30, "let go")
    put_back(admin, 4)
    transfer(operator, "alice", "@external", 200)
    release(operator, "let go")
    put_back(admin, 2)
    transfer(operator, "@external", "alice", 1)
    run(operator, claimed(operator), "figures")
    today = "ledger.business_day(now())"
    found = rows(
        admin,
        f"""SELECT {today} - day, held::int, on_hold::int, expired::int FROM ledger.daily_balances
        ORDER BY day""",
    )
    assert found == [
        (6, 1_000, 130, 0), (5, 1_000, 130, 0), (4, 1_000, 130, 0), (3, 1_000, 130, 0),
        (2, 800, 100, 0), (1, 800, 100, 0),
    ]  # fmt: skip


def test_a_day_is_written_again_with_the_two_after_it(operator: Connection, admin: Connection) -> None:
    """What began on it may be committed after it was closed: holds have no order in which they settle."""
    transfer(operator, "@external", "alice", 1_000)
    put_back(admin, 6)
    token = claimed(operator)
    run(operator, token, "figures")
    reserve(operator, "alice", 100, "late")
    put_back(admin, 2)
    # As if yesterday were not closed yet.
    admin.execute("DELETE FROM ledger.daily_balances WHERE day = ledger.business_day(now()) - 1")
    admin.execute("UPDATE ledger.daily_mark SET closed_through = closed_through - 1")
    admin.execute("UPDATE ledger.daily_balances SET on_hold = 7 WHERE day = ledger.business_day(now()) - 4")
    run(operator, token, "figures")
    found = rows(
        admin,
        """SELECT ledger.business_day(now()) - day, on_hold::int FROM ledger.daily_balances
        WHERE day >= ledger.business_day(now()) - 4 ORDER BY day""",
    )
    # Older ones are final, and what follows builds on them.
    assert found == [(4, 7), (3, 7), (2, 107), (1, 107)]
    admin.execute("UPDATE ledger.daily_mark SET zone = ''")
    run(operator, token, "figures")


def test_another_zone_counts_all_days_anew(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    transfer(operator, "@external", "alice", 1_000)
    admin.execute("SET session_replication_role = replica")
    admin.execute("UPDATE ledger.transactions SET posted_at = '2026-03-01 23:30+00'")
    admin.execute("SET session_replication_role = origin")
    token = claimed(operator)
    run(operator, token, "figures")
    assert rows(admin, "SELECT day::text FROM ledger.daily_movements") == [("2026-03-01",)]
    write(connect("t_admin"), "set_business_zone", "Europe/Berlin", REASON)
    run(operator, token, "figures")
    assert rows(admin, "SELECT day::text FROM ledger.daily_movements") == [("2026-03-02",)]
    assert rows(admin, "SELECT min(day)::text FROM ledger.daily_balances") == [("2026-03-02",)]


def test_a_day_that_is_added_to_after_it_was_closed_is_closed_again(
    operator: Connection, admin: Connection
) -> None:
    """As after a clock that was set back: the later of two postings is of the earlier day."""
    transfer(operator, "@external", "alice", 1_000)
    put_back(admin, 10)
    token = claimed(operator)
    run(operator, token, "figures")
    assert rows(admin, "SELECT DISTINCT held::int FROM ledger.daily_balances") == [(1_000,)]
    transfer(operator, "@external", "alice", 5)
    admin.execute("SET session_replication_role = replica")
    admin.execute("UPDATE ledger.transactions SET posted_at = now() - interval '8 days' WHERE amount = 5")
    admin.execute("SET session_replication_role = origin")
    run(operator, token, "figures")
    found = rows(
        admin,
        "SELECT ledger.business_day(now()) - day, held::int FROM ledger.daily_balances ORDER BY day",
    )
    assert found[:4] == [(10, 1_000), (9, 1_000), (8, 1_005), (7, 1_005)]


def test_a_day_that_is_no_longer_over_is_open_again(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "alice", 1_000)
    put_back(admin, 3)
    token = claimed(operator)
    run(operator, token, "figures")
    # As if it had been closed by a clock two days fast.
    admin.execute(
        "UPDATE ledger.daily_mark SET closed_through = ledger.close_days("
        "closed_through, NULL, ledger.business_day(now()) + 1)"
    )
    assert count(admin, "daily_balances WHERE day >= ledger.business_day(now())") == 2
    run(operator, token, "figures")
    assert count(admin, "daily_balances WHERE day >= ledger.business_day(now())") == 0


def test_they_are_counted_piece_by_piece(operator: Connection, admin: Connection) -> None:
    for amount in range(1, 8):
        transfer(operator, "@external", "alice", amount)
    pieces: list[tuple[int, bool]] = []
    while not pieces or pieces[-1][1]:
        row = admin.execute("SELECT ledger.count_days(3)").fetchone()
        assert row is not None
        pieces.append((row[0]["rows"], row[0]["more"]))
        assert row[0]["newest"] == 7
    assert pieces == [(3, True), (3, True), (1, False)]
    assert movements(admin) == [("deposit", 7, 28, 28)]
