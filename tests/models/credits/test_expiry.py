"""Credit that expires: what a hold keeps alive, what is dead although nobody swept it, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import assert_adds_up, outcome, system_balance, transfer, wait_until
from tests.models.writes import (
    REASON,
    capture,
    done,
    everything,
    grant,
    hold,
    let_time_pass,
    lots,
    refused,
    release,
    remaining,
    reserve,
    sweep,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 40, "bob": 0})


def dead(connection: Connection) -> list[int]:
    """Return the dead parts of every wallet's lots, in the order of the lots."""
    rows = connection.execute(
        "SELECT d.dead FROM ledger.dead_lots(ARRAY(SELECT id FROM ledger.wallets)) d ORDER BY d.lot_id"
    )
    return [amount for (amount,) in rows]


def test_expired_credit_is_dead_before_anybody_sweeps_it(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 60, 1))
    assert dead(operator) == []
    let_time_pass(admin, 2)
    assert dead(operator) == [60]
    before = everything(admin)
    assert refused(reserve(operator, "alice", 41, "h")) == "funds.short"
    assert refused(transfer(operator, "alice", "bob", 41)) == "funds.short"
    assert everything(admin) == before
    # It is neither money nor credit; the next hold sends it away.
    assert done(reserve(operator, "alice", 30, "h"))["available"] == 10
    assert wallet(admin, "alice") == (40, 0, 30)
    assert system_balance(admin, "@breakage") == 60
    assert done(sweep(operator))["lots"] == 0


def test_the_sweep_sends_each_dead_lot_by_a_transaction_of_its_own(
    operator: Connection, admin: Connection
) -> None:
    made = [
        done(grant(operator, name, 60, hours)) for name, hours in (("alice", 1), ("alice", 1), ("bob", 1))
    ]
    living = done(grant(operator, "bob", 5, 100))
    done(grant(operator, "bob", 6))
    let_time_pass(admin, 2)
    found = done(sweep(operator))
    assert (found["lots"], found["amounts"]["CR"], found["reservations"], found["more"]) == (
        3,
        "180",
        0,
        False,
    )
    rows = admin.execute(
        "SELECT t.kind::text, t.amount, m.amount, m.remaining_after, l.closed_at = t.posted_at "
        "FROM ledger.transactions t JOIN ledger.lot_movements m ON m.transaction_id = t.id "
        "JOIN ledger.credit_lots l ON l.id = m.lot_id WHERE l.id = ANY (%s) AND t.kind = 'expiry'",
        [[one["lot"] for one in made]],
    ).fetchall()
    assert rows == [("expiry", 60, -60, 0, True)] * 3
    assert (wallet(admin, "alice"), wallet(admin, "bob")) == ((40, 0, 0), (11, 11, 0))
    assert remaining(admin, living["lot"]) == 5
    assert system_balance(admin, "@breakage") == 180


def test_the_sweep_takes_all_currencies(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    admin.execute("SELECT ledger.add_currency('JPY', 0::smallint)")
    open_accounts({"alice": 0}, "JPY")
    for currency in ("CR", "JPY"):
        done(grant(operator, "alice", 60, 1, currency=currency))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["lots"] == 2
    assert [system_balance(admin, "@breakage", currency) for currency in ("CR", "JPY")] == [60, 60]


def test_a_hold_keeps_its_lot_alive_and_the_capture_burns_it(operator: Connection, admin: Connection) -> None:
    lot = done(grant(operator, "alice", 60, 1))["lot"]
    done(reserve(operator, "alice", 50, "h", 10))
    let_time_pass(admin, 2)
    assert dead(operator) == [10]
    # What the hold does not need is dead: not reservable, not transferable, swept.
    assert refused(reserve(operator, "alice", 41, "h2")) == "funds.short"
    assert refused(transfer(operator, "alice", "bob", 41)) == "funds.short"
    found = done(sweep(operator))
    assert (found["lots"], found["amounts"]["CR"]) == (1, "10")
    assert wallet(admin, "alice") == (90, 50, 50)
    found = done(capture(operator, "h"))
    assert (found["lots"], remaining(admin, lot)) == (1, 0)
    assert wallet(admin, "alice") == (40, 0, 0)
    assert (system_balance(admin, "@revenue"), system_balance(admin, "@breakage")) == (50, 10)


def test_a_partial_capture_leaves_nothing_of_a_lot_that_only_it_kept(
    operator: Connection, admin: Connection
) -> None:
    lot = done(grant(operator, "alice", 60, 1))["lot"]
    done(reserve(operator, "alice", 60, "h"))
    let_time_pass(admin, 2)
    assert dead(operator) == []
    done(capture(operator, "h", 25))
    assert remaining(admin, lot) == 0
    assert wallet(admin, "alice") == (40, 0, 0)
    assert (system_balance(admin, "@revenue"), system_balance(admin, "@breakage")) == (25, 35)


def test_releasing_a_hold_sends_the_expired_lot_to_breakage_at_once(
    operator: Connection, admin: Connection
) -> None:
    done(grant(operator, "alice", 60, 1))
    done(reserve(operator, "alice", 60, "h"))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["lots"] == 0
    done(release(operator, "h"))
    assert wallet(admin, "alice") == (40, 0, 0)
    assert system_balance(admin, "@breakage") == 60


def test_a_hold_that_runs_out_takes_the_lot_with_it(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 60, 1))
    done(reserve(operator, "alice", 60, "h", 3))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["lots"] == 0
    let_time_pass(admin, 2)
    found = done(sweep(operator))
    assert (found["reservations"], found["lots"], found["amounts"]["CR"]) == (1, 1, "60")
    assert hold(admin, "h")[0] == "expired"
    assert wallet(admin, "alice") == (40, 0, 0)


def test_a_hold_made_after_an_expiry_never_gets_that_credit(operator: Connection, admin: Connection) -> None:
    lot = done(grant(operator, "alice", 60, 1))["lot"]
    done(reserve(operator, "alice", 60, "early"))
    let_time_pass(admin, 2)
    later = done(grant(operator, "alice", 5, 100))["lot"]
    done(reserve(operator, "alice", 30, "late"))
    planned = operator.execute("SELECT lot_id, burned FROM ledger.burn_preview('late')").fetchall()
    assert planned == [(later, 5), (None, 25)]
    done(capture(operator, "late"))
    assert (remaining(admin, lot), remaining(admin, later)) == (60, 0)
    assert wallet(admin, "alice") == (75, 60, 60)
    done(capture(operator, "early"))
    assert wallet(admin, "alice") == (15, 0, 0)
    assert system_balance(admin, "@breakage") == 0


def test_overlapping_holds_keep_a_lot_together(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 60, 1))
    for reference, amount in (("h1", 30), ("h2", 20), ("h3", 15)):
        done(reserve(operator, "alice", amount, reference))
    let_time_pass(admin, 2)
    assert dead(operator) == []
    # 45 of 60 are still needed.
    done(release(operator, "h2"))
    assert wallet(admin, "alice") == (85, 45, 45)
    done(capture(operator, "h1"))
    assert wallet(admin, "alice") == (55, 15, 15)
    assert lots(admin, "alice") == [15]
    done(release(operator, "h3"))
    assert wallet(admin, "alice") == (40, 0, 0)
    assert system_balance(admin, "@breakage") == 30


def test_holds_keep_the_earliest_lots_first(operator: Connection, admin: Connection) -> None:
    first = done(grant(operator, "alice", 10, 1))["lot"]
    done(reserve(operator, "alice", 10, "early"))
    second = done(grant(operator, "alice", 10, 3))["lot"]
    let_time_pass(admin, 2)
    done(reserve(operator, "alice", 4, "late"))
    let_time_pass(admin, 2)
    # The early hold keeps the first lot, the late one 4 of the second.
    assert dead(operator) == [6]
    assert done(sweep(operator))["amounts"]["CR"] == "6"
    assert (remaining(admin, first), remaining(admin, second)) == (10, 4)
    done(capture(operator, "early"))
    done(capture(operator, "late"))
    assert (remaining(admin, first), remaining(admin, second)) == (0, 0)
    assert wallet(admin, "alice") == (40, 0, 0)


def test_the_plain_balance_is_held_by_what_credit_no_longer_covers(
    operator: Connection, admin: Connection
) -> None:
    """The hold was made over credit and money; when the credit is gone to others, the money stays held."""
    done(grant(operator, "alice", 60, 1))
    done(reserve(operator, "alice", 90, "h"))
    assert refused(transfer(operator, "alice", "bob", 11)) == "funds.short"
    let_time_pass(admin, 2)
    assert done(sweep(operator))["lots"] == 0
    assert refused(transfer(operator, "alice", "bob", 11)) == "funds.short"
    assert transfer(operator, "alice", "bob", 10)["status"] == "posted"
    assert done(capture(operator, "h"))["lots"] == 1
    assert wallet(admin, "alice") == (0, 0, 0)


def test_in_overdraft_expiring_credit_leaves_the_debt(operator: Connection, admin: Connection) -> None:
    done(write(operator, "set_overdraft_limit", "bob", "CR", 30, REASON))
    assert transfer(operator, "bob", "alice", 20)["status"] == "posted"
    done(grant(operator, "bob", 60, 1))
    assert wallet(admin, "bob") == (40, 60, 0)
    done(reserve(operator, "bob", 45, "h"))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["amounts"]["CR"] == "15"
    assert wallet(admin, "bob") == (25, 45, 45)
    assert refused(reserve(operator, "bob", 11, "h2")) == "funds.short"
    done(reserve(operator, "bob", 10, "h2"))
    done(release(operator, "h"))
    assert wallet(admin, "bob") == (-20, 0, 10)


def test_the_sweep_takes_a_limit_and_says_when_more_is_left(operator: Connection, admin: Connection) -> None:
    for _ in range(3):
        done(grant(operator, "alice", 1, 1))
        done(grant(operator, "bob", 1, 1))
    let_time_pass(admin, 2)
    swept, calls, more = 0, 0, True
    while more:
        found = done(sweep(operator, 2))
        swept, calls, more = swept + found["lots"], calls + 1, found["more"]
        assert calls <= 7
    assert swept == 6
    assert_adds_up(admin)


def test_a_dry_run_of_the_sweep_is_the_sweep_rolled_back(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 60, 1))
    let_time_pass(admin, 2)
    before = everything(admin)
    with operator.transaction(force_rollback=True):
        found = done(sweep(operator))
    assert (found["lots"], found["amounts"]["CR"]) == (1, "60")
    assert everything(admin) == before
    assert done(sweep(operator))["amounts"]["CR"] == "60"


def test_by_the_real_clock(operator: Connection, admin: Connection) -> None:
    """Nothing is moved back here: credit and hold run out while we look on."""
    done(outcome(
        operator, "SELECT ledger.grant_credit(gen_random_uuid(), 'bob', 'CR', 10, 'short', "
        "clock_timestamp() + interval '200 ms')"
    ))  # fmt: skip
    done(outcome(
        operator, "SELECT ledger.reserve(gen_random_uuid(), 'bob', 'CR', 4, 'h', "
        "clock_timestamp() + interval '400 ms')"
    ))  # fmt: skip
    wait_until(lambda: dead(operator) == [6])
    assert refused(reserve(operator, "bob", 1, "h2")) == "funds.short"

    def over() -> bool:
        return bool(done(sweep(operator))["reservations"] == 1)

    wait_until(over)
    assert wallet(admin, "bob") == (0, 0, 0)
    assert system_balance(admin, "@breakage") == 10
