"""Acts on many credits: what they change, what they leave out, and that nothing is done but what was seen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.bookkeeping import assert_adds_up, transfer, wait_until_blocked
from tests.faults.tamper.found import broken
from tests.models.credits.many import chosen, ends, events, let_them_end, lot, matching, soon_over
from tests.models.writes import (
    REASON,
    capture,
    done,
    everything,
    grant,
    lots,
    refused,
    reserve,
    soon,
    sweep,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0, "carol": 0})


@pytest.fixture(autouse=True)
def books_hold(admin: Connection, ledger_url: str) -> Iterator[None]:
    """Whatever a test does: the books add up, and verify finds nothing."""
    yield
    assert_adds_up(admin)
    assert broken(ledger_url) == {}


def test_credits_get_a_later_end_and_an_event_each(operator: Connection, admin: Connection) -> None:
    first, second = lot(grant(operator, "alice", 60, 2)), lot(grant(operator, "bob", 40, 3))
    before = ends(admin, first)
    until = soon(48)
    found = done(write(operator, "extend_lots", chosen(100, first, second), until, REASON, "T-7"))
    assert {name: found[name] for name in ("status", "count", "amount", "accounts", "skipped")} == {
        "status": "extended", "count": 2, "amount": 100, "accounts": 2, "skipped": {},
    }  # fmt: skip
    assert (ends(admin, first), ends(admin, second)) == (until, until)
    assert events(admin, first) == [("extend_lots", "t_operator", REASON, "T-7", 60, before)]
    assert wallet(admin, "alice") == (160, 60, 0)
    # Once more, to no end at all; the event says what the end was before.
    done(write(operator, "extend_lots", chosen(60, first), None, REASON))
    assert ends(admin, first) is None
    assert [row[5] for row in events(admin, first)] == [before, until]


def test_what_ends_later_is_past_its_end_or_of_a_closed_account_is_left_out(
    operator: Connection, admin: Connection
) -> None:
    sooner, later = lot(grant(operator, "alice", 10, 2)), lot(grant(operator, "alice", 20, 90))
    never = lot(grant(operator, "bob", 30))
    held = soon_over(operator, "carol", 40)
    done(reserve(operator, "carol", 40, "order-1"))
    before = (ends(admin, later), ends(admin, never))
    let_them_end(admin)
    numbers = (sooner, later, never, held)
    found = done(write(operator, "extend_lots", chosen(100, *numbers), soon(48), REASON))
    assert (found["count"], found["amount"]) == (1, 10)
    assert found["skipped"] == {
        "later": {"count": 2, "amount": 50}, "expired": {"count": 1, "amount": 40},
    }  # fmt: skip
    assert (ends(admin, later), ends(admin, never)) == before


def test_nothing_is_done_where_nothing_is_left_to_do(operator: Connection, admin: Connection) -> None:
    number = lot(grant(operator, "alice", 10, 90))
    before = everything(admin)
    answer = write(operator, "extend_lots", chosen(10, number), soon(48), REASON)
    assert (refused(answer), answer["detail"]["skipped"]) == (
        "selection.nothing", {"later": {"count": 1, "amount": 10}},
    )  # fmt: skip
    assert refused(write(operator, "end_lots", matching(3, 30, source="nobody's"), REASON)) == (
        "selection.nothing"
    )
    assert (
        refused(write(operator, "revive_lots", chosen(10, number), soon(48), REASON)) == "selection.nothing"
    )
    assert everything(admin) == before


def test_credits_are_ended_with_the_reason_on_each_transaction(
    operator: Connection, admin: Connection
) -> None:
    first, second = lot(grant(operator, "alice", 60, 2)), lot(grant(operator, "bob", 40))
    found = done(write(operator, "end_lots", matching(2, 100, source="promo"), REASON, "T-8"))
    assert (found["count"], found["amount"], found["gone"], found["held"]) == (2, 100, 100, 0)
    assert (wallet(admin, "alice"), wallet(admin, "bob")) == ((100, 0, 0), (0, 0, 0))
    rows = admin.execute(
        "SELECT t.kind::text, t.amount, t.description, t.metadata, t.ticket FROM ledger.transactions t "
        "WHERE t.kind = 'expiry' ORDER BY t.id"
    ).fetchall()
    said = {"reason": REASON, "act": found["act"]}
    assert rows == [
        ("expiry", 60, "Credit ended", said, "T-8"), ("expiry", 40, "Credit ended", said, "T-8"),
    ]  # fmt: skip
    assert [row[:2] for row in events(admin, first) + events(admin, second)] == [
        ("end_lots", "t_operator")
    ] * 2


def test_what_a_hold_keeps_of_an_ended_credit_stays_for_its_capture(
    operator: Connection, admin: Connection
) -> None:
    number = lot(grant(operator, "bob", 60, 9))
    done(reserve(operator, "bob", 25, "order-1"))
    found = done(write(operator, "end_lots", chosen(60, number), REASON))
    assert (found["amount"], found["gone"], found["held"]) == (60, 35, 25)
    assert (wallet(admin, "bob"), lots(admin, "bob")) == ((25, 25, 25), [25])
    done(capture(operator, "order-1"))
    assert wallet(admin, "bob") == (0, 0, 0)


def test_what_time_has_ended_beside_it_is_told_as_that(operator: Connection, admin: Connection) -> None:
    gone, ended = soon_over(operator, "bob", 10), lot(grant(operator, "bob", 20, 9))
    let_them_end(admin)
    done(write(operator, "end_lots", chosen(20, ended), REASON))
    rows = admin.execute(
        "SELECT m.lot_id, t.description FROM ledger.lot_movements m "
        "JOIN ledger.transactions t ON t.id = m.transaction_id WHERE t.kind = 'expiry' ORDER BY m.lot_id"
    ).fetchall()
    assert rows == [(gone, "Credit expired"), (ended, "Credit ended")]


def test_what_has_expired_comes_back_as_new_credit(operator: Connection, admin: Connection) -> None:
    first, second = soon_over(operator, "alice", 60), soon_over(operator, "bob", 40, "winter")
    let_them_end(admin)
    done(sweep(operator))
    done(write(operator, "set_account_status", "bob", "frozen", REASON))
    until = soon(30)
    found = done(write(operator, "revive_lots", chosen(100, first, second), until, REASON, "T-9"))
    assert {name: found[name] for name in ("status", "count", "amount", "accounts", "skipped")} == {
        "status": "revived", "count": 2, "amount": 100, "accounts": 2, "skipped": {},
    }  # fmt: skip
    rows = admin.execute(
        "SELECT u.username, l.source, l.remaining, l.expires_at, t.kind::text, t.metadata ->> 'reason', "
        "t.ticket FROM ledger.credit_lots l JOIN ledger.transactions t ON t.id = l.opened_by "
        "JOIN ledger.wallets w ON w.id = l.wallet_id JOIN ledger.users u ON u.id = w.user_id "
        "WHERE l.closed_at IS NULL ORDER BY l.id"
    ).fetchall()
    assert rows == [
        ("alice", "promo", 60, until, "reversal", REASON, "T-9"),
        ("bob", "winter", 40, until, "reversal", REASON, "T-9"),
    ]
    # What came back once has not gone a second time.
    again = write(operator, "revive_lots", chosen(100, first, second), until, REASON)
    assert refused(again) == "selection.nothing"


def test_what_has_expired_in_parts_comes_back_whole_and_what_came_back_by_itself_does_not(
    operator: Connection, admin: Connection
) -> None:
    number = soon_over(operator, "bob", 60)
    done(reserve(operator, "bob", 25, "order-1"))
    let_them_end(admin)
    done(sweep(operator))
    done(write(operator, "release", "order-1", REASON))
    parts = [
        row[0]
        for row in admin.execute("SELECT id FROM ledger.transactions WHERE kind = 'expiry' ORDER BY id")
    ]
    assert len(parts) == 2
    done(write(operator, "reverse_transaction", parts[0], 5, REASON, soon(3)))
    found = done(write(operator, "revive_lots", chosen(55, number), None, REASON))
    assert (found["count"], found["amount"], lots(admin, "bob")) == (1, 55, [5, 30, 25])


def test_a_closed_account_gets_nothing_back(operator: Connection, admin: Connection) -> None:
    numbers = [lot(grant(operator, name, 10, 1)) for name in ("bob", "carol")]
    done(write(operator, "end_lots", chosen(20, *numbers), REASON))
    done(write(operator, "set_account_status", "bob", "closed", REASON))
    found = done(write(operator, "revive_lots", matching(2, 20, source="promo"), soon(3), REASON))
    assert (found["count"], found["skipped"]) == (1, {"closed": {"count": 1, "amount": 10}})
    alone = write(operator, "revive_lots", chosen(10, numbers[0]), soon(3), REASON)
    assert refused(alone) == "selection.nothing"


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ({"source": "promo"}, [0, 1]),
        ({"source": "promo'; DROP TABLE ledger.acts; --"}, []),
        ({"user": "bob"}, [1, 2]),
        ({"user": "nobody"}, []),
        ({"no_expiry": True}, [2]),
        ({"no_expiry": False}, [0, 1]),
        ({"left_from": 20}, [1, 2]),
        ({"left_through": 20}, [0, 1]),
        ({"left_from": 20, "left_through": 20, "user": "bob", "source": "promo"}, [1]),
        ({"expires_from": "2000-01-01T00:00:00Z", "expires_until": soon(5).isoformat()}, [0]),
        ({"expires_from": soon(5).isoformat()}, [1]),
        ({"granted_until": "2000-01-01T00:00:00Z"}, []),
        ({"granted_from": "2000-01-01T00:00:00Z", "granted_until": soon(9).isoformat()}, [0, 1, 2]),
        ({}, [0, 1, 2]),
    ],
)
def test_a_filter_chooses_what_it_says(
    operator: Connection, admin: Connection, said: dict[str, Any], numbers: list[int]
) -> None:
    made = [
        lot(grant(operator, "alice", 10, 2)),
        lot(grant(operator, "bob", 20, 20)),
        lot(grant(operator, "bob", 30, source="winter")),
    ]
    amount = sum((place + 1) * 10 for place in numbers)
    answer = write(operator, "end_lots", matching(len(numbers), amount, **said), REASON)
    if not numbers:
        assert refused(answer) == "selection.nothing"
        return
    done(answer)
    left = [row[0] for row in admin.execute("SELECT id FROM ledger.credit_lots WHERE closed_at IS NULL")]
    assert sorted(left) == sorted(set(made) - {made[place] for place in numbers})


def test_more_fewer_or_other_credits_than_were_seen_are_left_alone(
    operator: Connection, admin: Connection
) -> None:
    number = lot(grant(operator, "alice", 10, 2))
    before = everything(admin)
    for seen in (matching(2, 10), matching(1, 9), chosen(11, number), chosen(10, number, number + 1)):
        answer = write(operator, "extend_lots", seen, soon(48), REASON)
        assert refused(answer) == "selection.changed"
        assert (answer["detail"]["count"], answer["detail"]["amount"]) == (1, 10)
    # Of another currency it is nobody's.
    answer = write(operator, "extend_lots", chosen(10, number, currency="EUR"), soon(48), REASON)
    assert refused(answer) in {"selection.nothing", "currency.unknown"}
    assert everything(admin) == before


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"currency": "CR"},
        {"currency": "CR", "count": 1, "amount": 1},
        {"currency": "CR", "count": 1, "amount": 1, "lots": [1], "filter": {}},
        {"currency": "CR", "count": "1", "amount": 1, "lots": [1]},
        {"currency": "CR", "count": 1, "amount": 1, "lots": {"a": 1}},
        {"currency": None, "count": 1, "amount": 1, "lots": [1]},
        {"currency": "CR", "count": 1, "amount": 1, "lots": [1], "also": 1},
        {"currency": "CR", "count": 1, "amount": 1, "filter": {"color": "red"}},
        [1, 2],
        None,
    ],
)
def test_a_selection_that_says_too_little_or_too_much_is_refused(
    operator: Connection, admin: Connection, selection: object
) -> None:
    before = everything(admin)
    for call in (("extend_lots", soon(3), REASON), ("end_lots", REASON), ("revive_lots", soon(3), REASON)):
        answer = write(operator, call[0], Jsonb(selection), *call[1:])
        assert refused(answer) == "request.invalid"
    assert everything(admin) == before


def test_bad_values_change_nothing(operator: Connection, admin: Connection) -> None:
    number = lot(grant(operator, "alice", 10, 2))
    before = everything(admin)
    assert refused(write(operator, "extend_lots", chosen(10, number), soon(-1), REASON)) == "expiry.past"
    assert refused(write(operator, "extend_lots", chosen(10, number), soon(3), " ")) == "reason.empty"
    assert refused(write(operator, "end_lots", chosen(10, number), REASON, "\u202e")) == "ticket.invalid"
    assert refused(write(operator, "end_lots", chosen(10, *range(1, 10_002)), REASON)) == "selection.large"
    assert refused(write(operator, "extend_lots", chosen(10, number), "9999-12-31 12:00+00", REASON)) == (
        "expiry.range"
    )
    with pytest.raises(psycopg.DataError):
        write(operator, "end_lots", matching(1, 10, left_from="ten"), REASON)
    assert everything(admin) == before


def test_a_rule_asks_for_a_checker_and_the_request_is_judged_when_it_is_done(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    number = lot(grant(operator, "alice", 50, 2))
    boss, checker = connect("t_admin"), connect("t_approver")
    for kind in ("extend_lots", "end_lots", "revive_lots"):
        done(write(boss, "set_approval_rule", kind, "CR", 50, 1, REASON))
    assert refused(write(operator, "end_lots", chosen(50, number), REASON)) == "approval.required"
    wanted = {"selection": chosen(50, number).obj, "expires_at": soon(48).isoformat(), "reason": REASON}
    asked = done(write(operator, "submit_request", "extend_lots", Jsonb(wanted), REASON))
    done(write(checker, "approve_request", asked["request"], bytes.fromhex(asked["content"]), ""))
    # It is another's by then: nothing is done to what was not agreed to.
    done(reserve(operator, "alice", 60, "order-1"))
    done(capture(operator, "order-1", 5))
    assert refused(write(operator, "execute_request", asked["request"])) == "selection.changed"
    wanted["selection"] = chosen(45, number).obj
    asked = done(write(operator, "submit_request", "extend_lots", Jsonb(wanted), REASON))
    done(write(checker, "approve_request", asked["request"], bytes.fromhex(asked["content"]), ""))
    found = done(write(operator, "execute_request", asked["request"]))
    assert (found["status"], found["count"]) == ("extended", 1)
    assert events(admin, number)[0][0] == "extend_lots"


def test_an_act_waits_for_a_capture_and_sees_what_it_left(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    number = lot(grant(operator, "bob", 50, 2))
    done(reserve(operator, "bob", 20, "order-1"))
    other = connect("t_operator2")
    answers: list[dict[str, Any]] = []
    with operator.transaction():
        done(capture(operator, "order-1"))
        thread = threading.Thread(
            target=lambda: answers.append(write(other, "extend_lots", chosen(50, number), soon(48), REASON))
        )
        thread.start()
        wait_until_blocked(admin, other)
    thread.join(20)
    assert refused(answers[0]) == "selection.changed"
    assert (answers[0]["detail"]["count"], answers[0]["detail"]["amount"]) == (1, 30)


def test_the_same_key_is_the_same_act(operator: Connection, admin: Connection) -> None:
    number = lot(grant(operator, "alice", 10, 2))
    key, until = uuid4(), soon(48)
    first = done(write(operator, "extend_lots", chosen(10, number), until, REASON, key=key))
    assert write(operator, "extend_lots", chosen(10, number), until, REASON, key=key) == first
    assert len(events(admin, number)) == 1


@pytest.mark.parametrize("table", ["acts", "lot_events"])
def test_what_was_done_stays_as_it_is(operator: Connection, admin: Connection, table: LiteralString) -> None:
    number = lot(grant(operator, "alice", 10, 2))
    done(write(operator, "extend_lots", chosen(10, number), soon(48), REASON))
    harms: tuple[LiteralString, ...] = ("DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE")
    for harm in harms:
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute(sql.SQL(harm).format(sql.Identifier(table)))


def test_an_extended_credit_pays_in_its_new_turn(operator: Connection, admin: Connection) -> None:
    first, second = lot(grant(operator, "bob", 10, 2)), lot(grant(operator, "bob", 10, 4))
    done(write(operator, "extend_lots", chosen(10, first), soon(48), REASON))
    done(reserve(operator, "bob", 10, "order-1"))
    done(capture(operator, "order-1"))
    rows = admin.execute("SELECT id, remaining FROM ledger.credit_lots ORDER BY id").fetchall()
    assert rows == [(first, 10), (second, 0)]
    done(transfer(operator, "alice", "bob", 1))
