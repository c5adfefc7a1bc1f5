"""Holds: what they keep back, how they end, and that they end once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.bookkeeping import (
    balances,
    outcome,
    system_balance,
    transfer,
    wait_until,
    wait_until_blocked,
)
from tests.cluster import connected
from tests.models.writes import (
    BIGGEST,
    REASON,
    capture,
    done,
    everything,
    grant,
    hold,
    let_time_pass,
    refused,
    release,
    reserve,
    soon,
    sweep,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

ROUNDS = 50


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


def test_a_hold_keeps_money_from_everything_else(operator: Connection, admin: Connection) -> None:
    found = done(reserve(operator, "alice", 70, "order-1", 24))
    assert (found["status"], found["reference"], found["available"]) == ("reserved", "order-1", 30)
    assert wallet(admin, "alice") == (100, 0, 70)
    before = everything(admin)
    assert refused(transfer(operator, "alice", "bob", 31)) == "funds.short"
    assert refused(reserve(operator, "alice", 31, "order-2")) == "funds.short"
    assert everything(admin) == before
    assert transfer(operator, "alice", "bob", 30)["status"] == "posted"
    assert refused(transfer(operator, "alice", "bob", 1)) == "funds.short"


def test_a_capture_ends_the_whole_hold(operator: Connection, admin: Connection) -> None:
    done(reserve(operator, "alice", 70, "order-1"))
    before = everything(admin)
    assert refused(capture(operator, "order-1", 71)) == "reservation.short"
    assert refused(capture(operator, "order-1", 0)) == "amount.sign"
    assert refused(capture(operator, "order-1", -1)) == "amount.sign"
    assert refused(capture(operator, "order-1", to="nobody")) == "user.unknown"
    assert refused(capture(operator, "order-1", to="alice")) == "party.same"
    assert refused(capture(operator, "order-2")) == "reservation.unknown"
    assert everything(admin) == before
    found = done(capture(operator, "order-1", 45))
    assert (found["amount"], found["released"], found["lots"]) == (45, 25, 0)
    assert wallet(admin, "alice") == (55, 0, 0)
    assert hold(admin, "order-1") == ("captured", 45, "t_operator", None)
    row = admin.execute(
        "SELECT t.kind::text, t.amount, r.reference FROM ledger.transactions t "
        "JOIN ledger.reservations r ON r.id = t.reservation_id WHERE t.id = %s",
        [found["transaction"]],
    ).fetchone()
    assert row == ("capture", 45, "order-1")
    assert system_balance(admin, "@revenue") == 45


def test_a_capture_may_pay_a_customer(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 20, 24))
    done(reserve(operator, "alice", 50, "order-1"))
    done(write(operator, "capture", "order-1", None, "bob", "c-1", "for the flat"))
    # What was credit for the one is money for the other: it was spent.
    assert (wallet(admin, "alice"), wallet(admin, "bob")) == ((70, 0, 0), (50, 0, 0))
    row = admin.execute("SELECT description FROM ledger.transactions WHERE reference = 'c-1'").fetchone()
    assert row == ("for the flat",)


@pytest.mark.parametrize("end", ["captured", "released", "expired"])
def test_an_ended_hold_says_who_ended_it_and_when(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection], end: str
) -> None:
    done(reserve(operator, "alice", 70, "h", 1))
    if end == "captured":
        done(capture(operator, "h"))
    elif end == "released":
        done(release(operator, "h"))
    else:
        let_time_pass(admin, 2)
        # Its time is over, swept or not; then nobody has ended it yet.
        found = capture(operator, "h")
        assert (refused(found), found["detail"]["by"]) == ("reservation.expired", None)
        assert found["detail"]["at"] is not None
        done(sweep(operator))
    row = admin.execute("SELECT closed_at FROM ledger.reservations WHERE reference = 'h'").fetchone()
    assert row is not None
    assert hold(admin, "h")[0] == end
    before = everything(admin)
    other = connect("t_operator2")
    for found in (
        capture(other, "h"),
        release(other, "h"),
        write(other, "extend_reservation", "h", soon(5), REASON),
    ):
        assert refused(found) == f"reservation.{end}"
        assert found["detail"]["by"] == "t_operator"
        same = admin.execute("SELECT %s::timestamptz = %s", [found["detail"]["at"], row[0]]).fetchone()
        assert same == (True,)
    assert everything(admin) == before


def test_release_and_extend(operator: Connection, admin: Connection) -> None:
    done(reserve(operator, "alice", 70, "h", 1))
    before = everything(admin)
    for reason in (None, "", "  ", "no", "r" * 501, "for\u202ereasons"):
        code = "text.character" if reason and len(reason) > 3 else "reason.empty"
        assert refused(write(operator, "release", "h", reason)) == code
        assert refused(write(operator, "extend_reservation", "h", soon(5), reason)) == code
    assert refused(write(operator, "extend_reservation", "h", soon(-1), REASON)) == "reservation.past"
    assert refused(write(operator, "extend_reservation", "h", "infinity", REASON)) == "expiry.range"
    assert everything(admin) == before
    done(write(operator, "extend_reservation", "h", soon(5), "they asked for time"))
    let_time_pass(admin, 4)
    assert done(sweep(operator))["reservations"] == 0
    done(release(operator, "h"))
    assert hold(admin, "h") == ("released", 0, "t_operator", REASON)
    assert wallet(admin, "alice") == (100, 0, 0)


def test_less_time_ends_a_hold_sooner(operator: Connection, admin: Connection) -> None:
    done(reserve(operator, "alice", 70, "h"))
    done(write(operator, "extend_reservation", "h", soon(1), "no longer than that"))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["reservations"] == 1
    assert hold(admin, "h")[0] == "expired"
    assert wallet(admin, "alice") == (100, 0, 0)


def test_a_reference_is_of_one_hold_for_ever(operator: Connection, admin: Connection) -> None:
    done(reserve(operator, "alice", 10, "h"))
    assert refused(reserve(operator, "alice", 10, "h")) == "reservation.repeated"
    done(release(operator, "h"))
    assert refused(reserve(operator, "alice", 10, "h")) == "reservation.repeated"
    assert refused(write(operator, "reserve", "alice", "CR", 10, None)) == "reference.empty"
    for text in ("", "a\u202eb", "a\u200bb", "a\nb", "r" * 201, "r" * 10_240):
        assert refused(reserve(operator, "alice", 10, text)) == "text.character"
        if text:
            assert (
                refused(write(operator, "reserve", "alice", "CR", 1, "x", None, text * 3)) == "text.character"
            )
    assert wallet(admin, "alice") == (100, 0, 0)
    # The reference of a capture is a transaction's, and unique among those.
    done(reserve(operator, "alice", 10, "h2"))
    done(write(operator, "capture", "h2", None, "@revenue", "t-1"))
    done(reserve(operator, "alice", 10, "h3"))
    assert refused(write(operator, "capture", "h3", None, "@revenue", "t-1")) == "reference.repeated"
    assert hold(admin, "h3")[0] == "reserved"


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0, "amount.sign"), (-1, "amount.sign"), (None, "amount.empty"), (101, "funds.short"),
     (2**31, "funds.short"), (2**53 + 1, "funds.short"), (BIGGEST, "funds.short")],
)  # fmt: skip
def test_impossible_holds_change_nothing(
    operator: Connection, admin: Connection, amount: int | None, code: str
) -> None:
    before = everything(admin)
    assert refused(write(operator, "reserve", "alice", "CR", amount, "h")) == code
    assert refused(reserve(operator, "nobody", 1, "h")) == "user.unknown"
    assert refused(reserve(operator, "@revenue", 1, "h")) == "user.unknown"
    assert refused(reserve(operator, "alice", 1, "h", currency="XXX")) == "user.unknown"
    assert refused(reserve(operator, "alice", 1, "h", -1)) == "expiry.past"
    assert refused(write(operator, "reserve", "alice", "CR", 1, "h", "infinity")) == "expiry.range"
    assert everything(admin) == before


def test_holds_at_the_end_of_the_numbers(operator: Connection, admin: Connection) -> None:
    done(transfer(operator, "@external", "bob", BIGGEST))
    done(write(operator, "set_overdraft_limit", "bob", "CR", 10**18, REASON))
    # What is available is more than a wallet can hold; that is no reason to refuse.
    assert done(reserve(operator, "bob", 1, "h1"))["available"] == BIGGEST - 1 + 10**18
    assert refused(reserve(operator, "bob", BIGGEST, "h2")) == "amount.range"
    done(capture(operator, "h1"))
    assert done(reserve(operator, "bob", BIGGEST, "h3"))["available"] == 10**18 - 1
    done(capture(operator, "h3"))
    assert wallet(admin, "bob") == (-1, 0, 0)


def test_a_hold_reaches_into_the_overdraft(operator: Connection, admin: Connection) -> None:
    done(write(operator, "set_overdraft_limit", "alice", "CR", 50, REASON))
    assert done(reserve(operator, "alice", 120, "h1"))["available"] == 30
    assert refused(reserve(operator, "alice", 31, "h2")) == "funds.short"
    assert refused(write(operator, "set_overdraft_limit", "alice", "CR", 19, REASON)) == "funds.short"
    done(write(operator, "set_overdraft_limit", "alice", "CR", 20, REASON))
    done(capture(operator, "h1"))
    assert wallet(admin, "alice") == (-20, 0, 0)
    assert refused(write(operator, "set_overdraft_limit", "bob", "CR", -1, REASON)) == "amount.range"
    assert refused(write(operator, "set_overdraft_limit", "bob", "CR", 10**18 + 1, REASON)) == "amount.range"
    assert refused(write(operator, "set_overdraft_limit", "bob", "CR", None, REASON)) == "amount.empty"


def test_a_frozen_account_neither_holds_nor_pays(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 10, 3))
    for reference, hours in (("h1", None), ("h2", 1), ("h3", None)):
        done(reserve(operator, "alice", 10, reference, hours))
    done(write(operator, "set_account_status", "alice", "frozen", "a complaint"))
    before = everything(admin)
    assert refused(reserve(operator, "alice", 1, "h4")) == "account.inactive"
    assert refused(capture(operator, "h1")) == "account.inactive"
    assert refused(grant(operator, "alice", 1)) == "account.inactive"
    assert everything(admin) == before
    # It can be let go, and time passes for it too.
    done(release(operator, "h1"))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["reservations"] == 1
    let_time_pass(admin, 2)
    assert (
        refused(write(operator, "set_account_status", "alice", "closed", "they left")) == "account.not_empty"
    )
    done(write(operator, "set_account_status", "alice", "active", "it was settled"))
    done(capture(operator, "h3"))
    assert wallet(admin, "alice") == (100, 0, 0)


def test_only_an_empty_account_is_closed_and_it_stays_closed(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"carol": 10})
    done(reserve(operator, "carol", 10, "h"))
    assert (
        refused(write(operator, "set_account_status", "carol", "closed", "they left")) == "account.not_empty"
    )
    done(capture(operator, "h"))
    done(grant(operator, "carol", 5, 1))
    assert (
        refused(write(operator, "set_account_status", "carol", "closed", "they left")) == "account.not_empty"
    )
    let_time_pass(admin, 2)
    done(sweep(operator))
    done(write(operator, "set_account_status", "carol", "closed", "they left"))
    assert refused(transfer(operator, "alice", "carol", 1)) == "account.inactive"
    assert refused(grant(operator, "carol", 1)) == "account.inactive"
    assert refused(reserve(operator, "carol", 1, "h2")) == "account.inactive"
    assert (
        refused(write(operator, "set_account_status", "carol", "active", "they are back")) == "account.closed"
    )
    again = write(operator, "open_account", "carol", "CR", "", None, "they are back")
    assert refused(again) == "account.closed"


def test_the_hundredth_unit_is_held_once(as_role: Callable[[str], str], admin: Connection) -> None:
    barrier = threading.Barrier(8)

    def work(number: int) -> str:
        with connected(as_role("t_operator")) as connection:
            barrier.wait(timeout=30)
            return str(reserve(connection, "alice", 60, f"h{number}")["status"])

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == ["refused"] * 7 + ["reserved"]
    assert wallet(admin, "alice") == (100, 0, 60)


def test_a_late_capture_and_the_sweep_never_both_win(
    as_role: Callable[[str], str], operator: Connection, admin: Connection
) -> None:
    """The hold's last moment passes while a capture and a sweep are on their way."""
    done(grant(operator, "bob", 10 * ROUNDS, 1_000))
    start = threading.Barrier(3)
    winners: list[str] = []

    def one(work: Callable[[Connection, int], dict[str, Any]]) -> list[dict[str, Any]]:
        found = []
        with connected(as_role("t_operator")) as connection:
            for number in range(ROUNDS):
                start.wait(timeout=30)
                # Both begin so shortly before the expiry that it may pass at any point of their work.
                connection.execute(
                    "SELECT pg_sleep(extract(epoch FROM r.expires_at - clock_timestamp()) - %s) "
                    "FROM ledger.reservations r WHERE r.reference = %s", [number % 5 * 0.001, f"h{number}"]
                )  # fmt: skip
                found.append(work(connection, number))
                start.wait(timeout=30)
        return found

    with ThreadPoolExecutor(2) as pool:
        capturing, sweeping = (
            pool.submit(one, lambda connection, number: capture(connection, f"h{number}")),
            pool.submit(one, lambda connection, _: sweep(connection)),
        )
        for number in range(ROUNDS):
            done(outcome(
                operator, "SELECT ledger.reserve(gen_random_uuid(), 'bob', 'CR', 10, %s, "
                "clock_timestamp() + interval '20 ms')", f"h{number}",
            ))  # fmt: skip
            start.wait(timeout=30)
            start.wait(timeout=30)
        captured = capturing.result(timeout=60)
        swept = sweeping.result(timeout=60)
    # A sweep that came too soon leaves the hold to the last one.
    done(sweep(operator))
    for number, (taking, ending) in enumerate(zip(captured, swept, strict=True)):
        status, amount, _, _ = hold(admin, f"h{number}")
        winners.append(status)
        assert ending["status"] == "swept"
        if taking["status"] == "captured":
            assert (status, amount) == ("captured", 10)
        else:
            assert taking["code"] == "reservation.expired"
            assert (status, amount) == ("expired", 0)
    assert len(winners) == ROUNDS
    assert wallet(admin, "bob")[2] == 0
    assert system_balance(admin, "@revenue") == 10 * winners.count("captured")


def test_a_capture_that_waited_until_the_hold_was_over_is_refused(
    operator: Connection, admin: Connection, ledger_url: str
) -> None:
    for locked in ("wallets", "reservations"):
        done(outcome(
            operator, "SELECT ledger.reserve(gen_random_uuid(), 'alice', 'CR', 10, %s, "
            "clock_timestamp() + interval '300 ms')", locked,
        ))  # fmt: skip
        with connected(ledger_url, autocommit=False) as holder, ThreadPoolExecutor(1) as pool:
            holder.execute(f"SELECT FROM ledger.{locked} FOR UPDATE".encode())
            taking = pool.submit(capture, operator, locked)
            wait_until_blocked(admin, operator)

            def over(reference: str = locked) -> bool:
                row = admin.execute(
                    "SELECT expires_at <= clock_timestamp() FROM ledger.reservations WHERE reference = %s",
                    [reference],
                ).fetchone()
                return row == (True,)

            wait_until(over)
            holder.commit()
            found = taking.result(timeout=20)
        assert refused(found) == "reservation.expired"
        assert hold(admin, locked)[0] == "reserved"
    assert done(sweep(operator))["reservations"] == 2
    assert wallet(admin, "alice") == (100, 0, 0)


def test_the_sweep_leaves_to_others_what_they_are_working_on(
    operator: Connection, admin: Connection, ledger_url: str
) -> None:
    for reference in ("h1", "h2"):
        done(reserve(operator, "alice", 10, reference, 1))
    let_time_pass(admin, 2)
    with connected(ledger_url, autocommit=False) as holder:
        holder.execute("SELECT FROM ledger.reservations WHERE reference = 'h1' FOR UPDATE")
        assert done(sweep(operator))["reservations"] == 1
        holder.rollback()
    assert (hold(admin, "h1")[0], hold(admin, "h2")[0]) == ("reserved", "expired")
    found = done(sweep(operator, 1))
    assert (found["reservations"], found["more"]) == (1, True)
    found = done(sweep(operator, 1))
    assert (found["reservations"], found["lots"], found["more"]) == (0, 0, False)


def test_the_rows_themselves_hold_the_rules(operator: Connection, admin: Connection) -> None:
    """Not even the owner makes a hold that is over and open, or captured and more than it was."""
    done(reserve(operator, "alice", 10, "h"))
    for change in (
        "status = 'captured', closed_at = now()",
        "captured_amount = 5",
        "status = 'captured', closed_at = now(), captured_amount = 11",
        "status = 'released'",
        "closed_at = now()",
        "expires_at = created_at",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            admin.execute(f"UPDATE ledger.reservations SET {change} WHERE reference = 'h'".encode())
    with pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute("DELETE FROM ledger.reservations")
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute("UPDATE ledger.wallets SET reserved = 101 WHERE kind = 'customer' AND balance = 100")
    assert balances(admin)["alice"] == 100
