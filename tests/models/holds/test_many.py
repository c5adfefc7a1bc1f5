"""Acts on many holds: all of them or none, each with its event, and one outcome whoever else is at them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import assert_adds_up, transfer, wait_until_blocked
from tests.faults.tamper.found import broken
from tests.models.writes import (
    REASON,
    capture,
    done,
    everything,
    grant,
    hold,
    refused,
    release,
    reserve,
    soon,
    sweep,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection

ROUNDS = 500
HANDS = 4


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 100})


@pytest.fixture(autouse=True)
def books_hold(admin: Connection, ledger_url: str) -> Iterator[None]:
    """Whatever a test does: the books add up, and verify finds nothing."""
    yield
    assert_adds_up(admin)
    assert broken(ledger_url) == {}


def make(operator: Connection, **amounts: int) -> list[str]:
    """Make holds on Alice and Bob in turn; return their references."""
    for place, (reference, amount) in enumerate(amounts.items()):
        done(reserve(operator, ("alice", "bob")[place % 2], amount, reference, 5))
    return list(amounts)


def events(admin: Connection, reference: str) -> list[tuple[Any, ...]]:
    """Return the acts on a hold: kind, by whom, why, under which number, and the end before."""
    return admin.execute(
        "SELECT a.kind, a.operator, a.reason, a.ticket, e.expires_before FROM ledger.hold_events e "
        "JOIN ledger.acts a ON a.id = e.act_id JOIN ledger.reservations r ON r.id = e.reservation_id "
        "WHERE r.reference = %s ORDER BY a.id",
        [reference],
    ).fetchall()


def ends(admin: Connection, reference: str) -> object:
    """Return when a hold ends."""
    row = admin.execute(
        "SELECT expires_at FROM ledger.reservations WHERE reference = %s", [reference]
    ).fetchone()
    assert row is not None
    return row[0]


def test_many_are_released_at_once(operator: Connection, admin: Connection) -> None:
    names = make(operator, b=10, a=20, c=30)
    found = done(write(operator, "release_holds", names, REASON, "T-1"))
    assert {name: found[name] for name in ("status", "count", "amount", "currency")} == {
        "status": "released", "count": 3, "amount": 60, "currency": "CR",
    }  # fmt: skip
    assert [hold(admin, name) for name in names] == [("released", 0, "t_operator", REASON)] * 3
    assert (wallet(admin, "alice"), wallet(admin, "bob")) == ((100, 0, 0), (100, 0, 0))
    assert [row[:4] for row in events(admin, "a")] == [("release_holds", "t_operator", REASON, "T-1")]


def test_many_are_extended_at_once_and_one_by_itself(operator: Connection, admin: Connection) -> None:
    names = make(operator, a=10, b=20)
    before, until = ends(admin, "a"), soon(48)
    done(write(operator, "extend_reservation", "a", until, REASON, "T-2"))
    found = done(write(operator, "extend_holds", names, None, REASON))
    assert (found["status"], found["count"], found["expires_at"]) == ("extended", 2, None)
    assert [ends(admin, name) for name in names] == [None, None]
    assert events(admin, "a") == [
        ("extend_reservation", "t_operator", REASON, "T-2", before),
        ("extend_holds", "t_operator", REASON, None, until),
    ]
    assert refused(write(operator, "extend_holds", names, soon(-1), REASON)) == "reservation.past"


def test_many_are_captured_at_once_one_after_the_other(operator: Connection, admin: Connection) -> None:
    done(grant(operator, "alice", 15, 9))
    for name in ("a", "b"):
        done(reserve(operator, "alice", 10, name))
    found = done(write(operator, "capture_holds", ["b", "a"], "@revenue", "for the month", "T-3"))
    assert (found["count"], found["amount"], found["lots"]) == (2, 20, 2)
    assert wallet(admin, "alice") == (95, 0, 0)
    rows = admin.execute(
        "SELECT r.reference, t.amount, t.description, t.ticket, t.metadata, coalesce(sum(-m.amount), 0)::int "
        "FROM ledger.transactions t JOIN ledger.reservations r ON r.id = t.reservation_id "
        "LEFT JOIN ledger.lot_movements m ON m.transaction_id = t.id GROUP BY t.id, r.reference ORDER BY t.id"
    ).fetchall()
    said = {"act": found["act"]}
    assert rows == [
        ("a", 10, "for the month", "T-3", said, 10), ("b", 10, "for the month", "T-3", said, 5),
    ]  # fmt: skip


def test_where_one_has_ended_none_is_touched_and_who_ended_it_is_told(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    names = make(operator, a=10, b=20, c=30)
    done(release(connect("t_support"), "b"))
    before = everything(admin)
    for call in (
        ("release_holds", names, REASON), ("extend_holds", names, soon(9), REASON), ("capture_holds", names),
    ):  # fmt: skip
        answer = write(operator, call[0], *call[1:])
        assert refused(answer) == "reservation.released"
        assert (answer["detail"]["reservation"], answer["detail"]["by"]) == ("b", "t_support")
        assert answer["detail"]["at"] is not None
    assert everything(admin) == before


def test_names_that_make_no_sense_are_refused(
    operator: Connection, open_accounts: Callable[..., None], admin: Connection
) -> None:
    names = make(operator, a=10)
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"eve": 50}, "EUR")
    done(reserve(operator, "eve", 5, "e", currency="EUR"))
    before = everything(admin)
    for wrong, code in (
        ([], "hold.many"), ([f"x{n}" for n in range(1_001)], "hold.many"), (["a", "a"], "hold.twice"),
        ([*names, "e"], "hold.currencies"), (["a", "nothing"], "reservation.unknown"),
        (["a", None], "reservation.unknown"),
    ):  # fmt: skip
        assert refused(write(operator, "release_holds", wrong, REASON)) == code
        assert refused(write(operator, "capture_holds", wrong)) == code
    assert refused(write(operator, "release_holds", names, "")) == "reason.empty"
    assert refused(write(operator, "capture_holds", names, "@nobody")) == "user.unknown"
    assert everything(admin) == before


def test_a_rule_for_captures_judges_each_of_many(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    names = make(operator, a=10, b=50)
    done(write(connect("t_admin"), "set_approval_rule", "capture", "CR", 50, 1, REASON))
    before = everything(admin)
    assert refused(write(operator, "capture_holds", names)) == "approval.required"
    assert everything(admin) == before
    row = operator.execute(
        "SELECT ledger.rehearse_act('capture_holds', %s) ->> 'approvals'", [Jsonb({"reservations": names})]
    ).fetchone()
    assert row == ("1",)
    assert done(write(operator, "capture_holds", ["a"]))["count"] == 1


def test_a_days_limit_counts_each_of_many(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    names = make(operator, a=10, b=20)
    done(write(connect("t_admin"), "set_limit", "t_operator", "capture", "CR", None, 29, REASON))
    assert refused(write(operator, "capture_holds", names)) == "limit.day"
    assert done(write(operator, "capture_holds", ["b"]))["amount"] == 20
    assert refused(write(operator, "capture", "a")) == "limit.day"
    done(write(operator, "release_holds", ["a"], REASON))


def test_two_who_hold_the_same_in_another_order_do_not_wait_for_ever(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    names = make(operator, **{f"h{n}": 1 for n in range(40)})
    others = connect("t_operator2")
    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(write, operator, "release_holds", names, REASON)
        second = hands.submit(write, others, "extend_holds", names[::-1], soon(9), REASON)
        answers = [first.result(30), second.result(30)]
    assert answers[0]["status"] == "released"
    assert answers[1].get("code", "extended") in {"reservation.released", "extended"}


def test_a_capture_that_waited_is_told_who_was_first(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    names = make(operator, a=10, b=20)
    other = connect("t_operator2")
    answers: list[dict[str, Any]] = []
    with operator.transaction():
        done(write(operator, "release_holds", names, REASON))
        thread = threading.Thread(target=lambda: answers.append(write(other, "capture_holds", names)))
        thread.start()
        wait_until_blocked(admin, other)
    thread.join(20)
    assert refused(answers[0]) == "reservation.released"
    assert answers[0]["detail"]["by"] == "t_operator"


@pytest.mark.timeout(300)
def test_of_four_hands_on_one_hold_one_ends_it_and_the_others_are_told(
    as_role: Callable[[str], str],
    connect: Callable[[str], Connection],
    operator: Connection,
    admin: Connection,
) -> None:
    """Capture, release, extend and expiry on one hold from two desks, again and again."""
    first, second, third, fourth = (
        connect(role) for role in ("t_operator", "t_operator2", "t_support", "t_operator2")
    )
    together = threading.Barrier(HANDS)
    done(transfer(operator, "@external", "alice", 10 * ROUNDS))

    def hand(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        together.wait(30)
        return work()

    outcomes: dict[str, int] = {}
    with ThreadPoolExecutor(HANDS) as hands:
        for number in range(ROUNDS):
            name = f"race-{number}"
            # Every third is over in a moment, a longer one on a busy machine: the sweep may be first.
            hours = 0.02 / 3_600 if number % 3 == 0 else 5
            while reserve(operator, "alice", 10, name, hours).get("code") == "expiry.past":
                hours *= 2
            if number % 6 == 0:
                # A quick machine would never be later than that: of these the sweep finds some over.
                time.sleep(hours * 3_600)
            odd = bool(number % 2)
            works: list[Callable[[], dict[str, Any]]] = [
                partial(capture, first, name) if odd else partial(write, first, "capture_holds", [name]),
                partial(release, second, name)
                if odd
                else partial(write, second, "release_holds", [name], REASON),
                partial(write, third, "extend_holds", [name], soon(9), REASON),
                partial(sweep, fourth, 10),
            ]
            took, freed, longer, swept = hands.map(hand, works)
            status, captured, by, _why = hold(admin, name)
            ended = {
                "captured": took["status"] == "captured",
                "released": freed["status"] == "released",
                "expired": swept.get("reservations", 0) == 1,
            }
            told = [answer for answer in (took, freed, longer) if answer["status"] == "refused"]
            if status == "reserved":
                # Over before a capture or a release came, and not swept yet: nobody has ended it.
                assert not any(ended.values())
                assert {answer["code"] for answer in told} <= {"reservation.expired"}
                done(sweep(operator))
                status, _captured, by, _why = hold(admin, name)
                ended["expired"] = status == "expired"
            assert [how for how, it in ended.items() if it] == [status]
            assert (captured, by is not None) == (10 if status == "captured" else 0, True)
            for answer in told:
                assert answer["code"] in {f"reservation.{status}", "reservation.expired"}
                assert answer["detail"]["at"] is not None
                if answer["code"] != "reservation.expired":
                    assert answer["detail"]["by"] == by
            outcomes[status] = outcomes.get(status, 0) + 1
    # Each of them was first now and then.
    assert set(outcomes) == {"captured", "released", "expired"}
    assert wallet(admin, "alice") == (100 + 10 * (ROUNDS - outcomes["captured"]), 0, 0)
