"""Giving back: one transaction or a whole batch, and never by reviving what has expired."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.bookkeeping import (
    Line,
    balances,
    count,
    create_batch,
    post_batch,
    system_balance,
    transfer,
    wait_until_blocked,
)
from tests.cluster import connected
from tests.models.writes import (
    REASON,
    capture,
    done,
    everything,
    grant,
    let_time_pass,
    lots,
    refused,
    remaining,
    reserve,
    reverse,
    soon,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0, "carol": 0})


def reverse_batch(connection: Connection, batch: int, policy: str | None) -> dict[str, Any]:
    """Reverse a batch and see that the sum of all balances is zero afterwards."""
    found = write(connection, "reverse_batch", batch, policy, REASON)
    total = connection.execute(
        "SELECT sum(CASE w.kind WHEN 'system' THEN ledger.system_balance(w.id) ELSE w.balance END) "
        "FROM ledger.wallets w"
    ).fetchone()
    assert total == (0,)
    return found


def problems(connection: Connection, batch: int) -> list[tuple[Any, ...]]:
    """Return what the pre-check says: line, whose, why, and how much is short."""
    return connection.execute(
        "SELECT line, username, code, short FROM ledger.reversal_problems(%s)", [batch]
    ).fetchall()


def posted(connection: Connection, lines: list[Line]) -> int:
    """Post a batch and return it."""
    batch = create_batch(connection, lines)
    done(post_batch(connection, batch))
    return batch


def granted(connection: Connection, rows: list[tuple[str, int, float | None]]) -> int:
    """Post a batch of grants; each row is whose, how much and for how many hours."""
    batch = create_batch(connection)
    connection.cursor().executemany(
        "INSERT INTO ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, "
        "lot_source, lot_expires_at) VALUES (%s, %s, '@issuance', %s, %s, %s, 'spring', %s)",
        [
            (batch, number, name, amount, f"b{batch}-{number}", None if hours is None else soon(hours))
            for number, (name, amount, hours) in enumerate(rows, start=1)
        ],
    )
    connection.execute("SELECT ledger.check_batch(%s)", [batch])
    done(post_batch(connection, batch))
    return batch


def ids(connection: Connection, batch: int) -> list[int]:
    """Return a batch's transactions in the order of its lines."""
    rows = connection.execute("SELECT id FROM ledger.transactions WHERE batch_id = %s ORDER BY id", [batch])
    return [number for (number,) in rows]


def test_a_transfer_is_given_back_and_linked_both_ways(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "alice", "bob", 60, reference="inv-1"))["transaction"]
    found = done(reverse(operator, paid))
    assert (found["status"], found["amount"], found["reverses"], found["lot"]) == ("reversed", 60, paid, None)
    row = admin.execute(
        "SELECT kind::text, amount, reverses, metadata ->> 'reason', from_balance_after, to_balance_after "
        "FROM ledger.transactions WHERE id = %s", [found["transaction"]]
    ).fetchone()  # fmt: skip
    assert row == ("reversal", 60, paid, REASON, 0, 100)
    back = admin.execute("SELECT id FROM ledger.transactions WHERE reverses = %s", [paid]).fetchall()
    assert back == [(found["transaction"],)]
    before = everything(admin)
    again = reverse(operator, paid)
    assert refused(again) == "reversal.repeated"
    assert (again["detail"]["transaction"], again["detail"]["by"]) == (found["transaction"], "t_operator")
    assert refused(reverse(operator, found["transaction"])) == "reversal.of_reversal"
    assert refused(reverse(operator, 10**12)) == "transaction.unknown"
    assert refused(write(operator, "reverse_transaction", None, None, REASON)) == "transaction.unknown"
    assert refused(write(operator, "reverse_transaction", paid, None, "")) == "reason.empty"
    assert everything(admin) == before


def test_a_part_is_within_the_amount(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    before = everything(admin)
    assert refused(reverse(operator, paid, 61)) == "reversal.more"
    assert refused(reverse(operator, paid, 0)) == "amount.sign"
    assert refused(reverse(operator, paid, -1)) == "amount.sign"
    assert everything(admin) == before
    assert done(reverse(operator, paid, 20))["amount"] == 20
    assert balances(admin) == {"alice": 60, "bob": 40, "carol": 0}


def test_what_was_passed_on_is_not_taken_from_others(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    done(transfer(operator, "bob", "carol", 30))
    done(reserve(operator, "bob", 10, "h"))
    done(grant(operator, "bob", 50, 24))
    before = everything(admin)
    # 80 are there: 30 of money and 50 of credit, and 10 of it are held.
    assert refused(reverse(operator, paid, 31)) == "funds.short"
    assert everything(admin) == before
    done(reverse(operator, paid, 30))
    assert wallet(admin, "bob") == (50, 50, 10)


@pytest.mark.parametrize("side", ["alice", "bob"])
def test_a_freeze_stops_spending_and_not_what_is_given_back(
    operator: Connection, admin: Connection, side: str
) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    done(write(operator, "set_account_status", side, "frozen", "a complaint"))
    assert refused(transfer(operator, "bob", "alice", 1)) == "account.inactive"
    done(reverse(operator, paid))
    assert balances(admin)["alice"] == 100


@pytest.mark.parametrize("side", ["alice", "bob"])
def test_a_closed_account_gives_and_gets_nothing_back(
    operator: Connection, admin: Connection, side: str
) -> None:
    paid = done(transfer(operator, "alice", "bob", 100))["transaction"]
    if side == "bob":
        done(transfer(operator, "bob", "carol", 100))
    done(write(operator, "set_account_status", side, "closed", "has left"))
    before = everything(admin)
    found = reverse(operator, paid)
    assert (refused(found), found["detail"]) == ("reversal.closed", {"username": side})
    assert everything(admin) == before


def test_a_deposit_is_given_back_to_the_outside(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "@external", "bob", 60))["transaction"]
    done(reverse(operator, paid))
    assert (balances(admin)["bob"], system_balance(admin, "@external")) == (0, -100)
    between = done(transfer(operator, "@suspense", "@revenue", 5))["transaction"]
    done(reverse(operator, between))
    assert system_balance(admin, "@revenue") == 0


def test_a_grant_is_taken_from_its_own_lot_only(operator: Connection, admin: Connection) -> None:
    first = done(grant(operator, "bob", 60, 24))
    done(grant(operator, "bob", 60, 48))
    done(reserve(operator, "bob", 20, "h"))
    done(capture(operator, "h"))
    found = reverse(operator, first["transaction"])
    assert refused(found) == "reversal.spent"
    assert (found["detail"]["remaining"], found["detail"]["short"]) == (40, 20)
    done(reverse(operator, first["transaction"], 40))
    assert lots(admin, "bob") == [60]
    assert wallet(admin, "bob") == (60, 60, 0)
    assert system_balance(admin, "@issuance") == -80


def test_an_expired_grant_is_gone(operator: Connection, admin: Connection) -> None:
    made = done(grant(operator, "bob", 60, 1))
    let_time_pass(admin, 2)
    before = everything(admin)
    # Dead, although nobody has swept it.
    assert refused(reverse(operator, made["transaction"])) == "reversal.expired"
    assert everything(admin) == before
    done(write(operator, "sweep"))
    assert refused(reverse(operator, made["transaction"], 1)) == "reversal.expired"


def test_a_grant_that_a_hold_needs_stays(operator: Connection, admin: Connection) -> None:
    made = done(grant(operator, "bob", 60, 24))
    done(reserve(operator, "bob", 50, "h"))
    assert refused(reverse(operator, made["transaction"])) == "funds.short"
    done(reverse(operator, made["transaction"], 10))
    assert done(capture(operator, "h"))["lots"] == 1
    assert wallet(admin, "bob") == (0, 0, 0)


def spend(operator: Connection) -> tuple[int, list[int]]:
    """Let alice spend three lots of 10 that expire one after the other, and 5 of her money."""
    made = [done(grant(operator, "alice", 10, hours, source=f"lot {hours}"))["lot"] for hours in (1, 3, 100)]
    done(reserve(operator, "alice", 35, "h"))
    return done(capture(operator, "h"))["transaction"], made


def test_a_capture_comes_back_into_its_lots(operator: Connection, admin: Connection) -> None:
    paid, made = spend(operator)
    found = done(reverse(operator, paid))
    assert found["lot"] is None
    assert [remaining(admin, lot) for lot in made] == [10, 10, 10]
    assert wallet(admin, "alice") == (130, 30, 0)
    assert system_balance(admin, "@revenue") == 0
    # They are spent again as ever.
    done(reserve(operator, "alice", 130, "again"))
    assert done(capture(operator, "again"))["lots"] == 3


@pytest.mark.parametrize(
    ("amount", "expected", "balance"),
    [(3, [0, 0, 0], (98, 0, 0)), (5, [0, 0, 0], (100, 0, 0)), (9, [0, 0, 4], (104, 4, 0)),
     (20, [0, 5, 10], (115, 15, 0))],
)  # fmt: skip
def test_a_part_of_a_capture_comes_back_last_burned_first(
    operator: Connection, admin: Connection, amount: int, expected: list[int], balance: tuple[int, int, int]
) -> None:
    paid, made = spend(operator)
    done(reverse(operator, paid, amount))
    assert [remaining(admin, lot) for lot in made] == expected
    assert wallet(admin, "alice") == balance


def test_what_has_expired_since_comes_back_as_money(operator: Connection, admin: Connection) -> None:
    paid, made = spend(operator)
    let_time_pass(admin, 4)
    done(reverse(operator, paid))
    assert [remaining(admin, lot) for lot in made] == [0, 0, 10]
    assert wallet(admin, "alice") == (130, 10, 0)
    assert done(write(operator, "sweep"))["lots"] == 0


def test_or_as_a_new_lot_with_a_stated_expiry(operator: Connection, admin: Connection) -> None:
    paid, made = spend(operator)
    let_time_pass(admin, 4)
    assert refused(reverse(operator, paid, hours=-1)) == "expiry.past"
    assert refused(write(operator, "reverse_transaction", paid, None, REASON, "infinity")) == "expiry.range"
    found = done(reverse(operator, paid, hours=10))
    assert found["lot"] not in made
    assert [remaining(admin, lot) for lot in (*made, found["lot"])] == [0, 0, 10, 20]
    assert wallet(admin, "alice") == (130, 30, 0)
    assert lots(admin, "alice") == [20, 10]
    let_time_pass(admin, 11)
    assert done(write(operator, "sweep"))["amounts"] == {"CR": "20"}


def test_nothing_expired_needs_no_new_lot(operator: Connection, admin: Connection) -> None:
    paid, made = spend(operator)
    assert done(reverse(operator, paid, hours=10))["lot"] is None
    assert [remaining(admin, lot) for lot in made] == [10, 10, 10]


def test_an_expiry_can_be_forgiven_but_its_lot_stays_dead(operator: Connection, admin: Connection) -> None:
    made = done(grant(operator, "bob", 60, 1))["lot"]
    let_time_pass(admin, 2)
    done(write(operator, "sweep"))
    row = admin.execute("SELECT id FROM ledger.transactions WHERE kind = 'expiry'").fetchone()
    assert row is not None
    found = done(reverse(operator, row[0], hours=5))
    assert (remaining(admin, made), remaining(admin, found["lot"])) == (0, 60)
    assert wallet(admin, "bob") == (60, 60, 0)
    assert system_balance(admin, "@breakage") == 0


def test_a_reversal_sends_dead_credit_away_first(operator: Connection, admin: Connection) -> None:
    """Else what has expired would stand in for money that was spent."""
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    done(transfer(operator, "bob", "carol", 60))
    done(write(operator, "set_overdraft_limit", "bob", "CR", 10, REASON))
    done(grant(operator, "bob", 60, 1))
    let_time_pass(admin, 2)
    assert refused(reverse(operator, paid)) == "funds.short"
    done(reverse(operator, paid, 10))
    assert wallet(admin, "bob") == (-10, 0, 0)
    assert system_balance(admin, "@breakage") == 60


def test_two_reversals_at_once_are_one(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection], ledger_url: str
) -> None:
    paid = done(transfer(operator, "alice", "bob", 30))["transaction"]
    done(transfer(operator, "@external", "bob", 100))
    other = connect("t_operator2")
    with connected(ledger_url, autocommit=False) as holder, ThreadPoolExecutor(2) as pool:
        holder.execute("SELECT FROM ledger.wallets FOR UPDATE")
        both = [pool.submit(reverse, connection, paid) for connection in (operator, other)]
        wait_until_blocked(admin, operator)
        wait_until_blocked(admin, other)
        holder.commit()
        statuses = sorted(one.result(timeout=20)["status"] for one in both)
    assert statuses == ["refused", "reversed"]
    assert balances(admin)["alice"] == 100


def test_a_whole_batch_is_given_back(operator: Connection, admin: Connection) -> None:
    batch = posted(
        operator,
        [
            Line(1, "alice", "bob", 60, "r1"),
            Line(2, "bob", "carol", 50, "r2"),
            Line(3, "@external", "carol", 7, "r3"),
        ],
    )
    done(transfer(operator, "@external", "bob", 50))
    assert problems(operator, batch) == []
    done(transfer(operator, "bob", "@external", 50))
    found = done(reverse_batch(operator, batch, "all"))
    assert (found["lines"], found["total"], found["short"], found["left"]) == (3, "117", "0", 0)
    assert balances(admin) == {"alice": 100, "bob": 0, "carol": 0}
    linked = admin.execute(
        "SELECT r.reverses, r.amount FROM ledger.transactions r WHERE r.kind = 'reversal' ORDER BY r.id"
    ).fetchall()
    assert linked == list(zip(ids(admin, batch), [60, 50, 7], strict=True))
    row = admin.execute(
        "SELECT status::text, reversed_by, reversed_total FROM ledger.batches WHERE id = %s", [batch]
    ).fetchone()
    assert row == ("reversed", "t_operator", 117)
    before = everything(admin)
    for policy in ("all", "available"):
        found = reverse_batch(operator, batch, policy)
        assert (refused(found), found["detail"]["by"]) == ("reversal.repeated", "t_operator")
    assert refused(reverse(operator, ids(admin, batch)[0])) == "reversal.repeated"
    assert everything(admin) == before


def test_only_a_posted_batch_by_one_of_two_policies(operator: Connection, admin: Connection) -> None:
    draft = create_batch(operator, [Line(1, "alice", "bob", 60, "r1")])
    before = everything(admin)
    assert refused(reverse_batch(operator, draft, "all")) == "batch.status"
    assert refused(reverse_batch(operator, 10**12, "all")) == "batch.unknown"
    for policy in (None, "", "some"):
        assert refused(reverse_batch(operator, draft, policy)) == "reversal.policy"
    assert refused(write(operator, "reverse_batch", draft, "all", " ")) == "reason.empty"
    assert everything(admin) == before


def test_money_spent_since(operator: Connection, admin: Connection) -> None:
    batch = posted(
        operator,
        [
            Line(1, "@external", "bob", 30, "r1"),
            Line(2, "@external", "bob", 20, "r2"),
            Line(3, "@external", "carol", 10, "r3"),
        ],
    )
    done(transfer(operator, "bob", "alice", 15))
    done(reserve(operator, "bob", 2, "h"))
    # In the order of the lines: the first is there in full, the second for a part, held money not at all.
    assert problems(operator, batch) == [(2, "bob", "funds.short", 17)]
    before = everything(admin)
    assert refused(reverse_batch(operator, batch, "all")) == "funds.short"
    assert everything(admin) == before
    found = done(reverse_batch(operator, batch, "available"))
    assert (found["lines"], found["total"], found["short"], found["left"]) == (3, "43", "17", 0)
    assert wallet(admin, "bob") == (2, 0, 2)
    assert balances(admin)["carol"] == 0


def test_closed_accounts_in_a_batch(operator: Connection, admin: Connection) -> None:
    batch = posted(
        operator,
        [
            Line(1, "alice", "bob", 30, "r1"),
            Line(2, "alice", "carol", 20, "r2"),
            Line(3, "@external", "bob", 1, "r3"),
        ],
    )
    done(transfer(operator, "carol", "@external", 20))
    done(write(operator, "set_account_status", "carol", "closed", "has left"))
    done(write(operator, "set_account_status", "bob", "frozen", "a complaint"))
    assert problems(operator, batch) == [(2, "carol", "account.closed", 20)]
    before = everything(admin)
    assert refused(reverse_batch(operator, batch, "all")) == "reversal.closed"
    assert everything(admin) == before
    found = done(reverse_batch(operator, batch, "available"))
    assert (found["lines"], found["total"], found["short"], found["left"]) == (2, "31", "20", 1)
    assert balances(admin) == {"alice": 80, "bob": 0, "carol": 0}


def test_a_payer_who_is_closed_gets_nothing_back(operator: Connection, admin: Connection) -> None:
    batch = posted(operator, [Line(1, "alice", "bob", 100, "r1")])
    done(write(operator, "set_account_status", "alice", "closed", "has left"))
    assert problems(operator, batch) == [(1, "alice", "account.closed", 100)]
    before = everything(admin)
    assert refused(reverse_batch(operator, batch, "available")) == "reversal.nothing"
    assert everything(admin) == before


def test_a_batch_of_grants(operator: Connection, admin: Connection) -> None:
    batch = granted(operator, [("alice", 10, 1), ("bob", 20, 100), ("carol", 30, 100), ("carol", 5, 1)])
    done(reserve(operator, "carol", 5, "kept"))
    done(reserve(operator, "bob", 8, "spent"))
    done(capture(operator, "spent"))
    let_time_pass(admin, 2)
    # alice's has expired, bob's is spent in part, carol's hold keeps the lot that has expired.
    assert problems(operator, batch) == [
        (1, "alice", "reversal.expired", 10), (2, "bob", "reversal.spent", 8), (4, "carol", "funds.short", 5)
    ]  # fmt: skip
    before = everything(admin)
    assert refused(reverse_batch(operator, batch, "all")) == "reversal.spent"
    assert everything(admin) == before
    found = done(reverse_batch(operator, batch, "available"))
    assert (found["total"], found["short"], found["left"]) == ("42", "23", 2)
    assert wallet(admin, "alice") == (100, 0, 0)
    assert wallet(admin, "bob") == (0, 0, 0)
    assert wallet(admin, "carol") == (5, 5, 5)
    assert (system_balance(admin, "@breakage"), system_balance(admin, "@issuance")) == (10, -23)
    done(capture(operator, "kept"))


def test_the_pre_check_names_the_lines_of_the_file(operator: Connection, admin: Connection) -> None:
    """A file's first line is its header, lines may be missing, and one was reversed by itself."""
    batch = posted(
        operator,
        [
            Line(2, "alice", "bob", 5, "r1"),
            Line(5, "alice", "bob", 6, "r2"),
            Line(9, "alice", "carol", 7, "r3"),
        ],
    )
    done(reverse(operator, ids(admin, batch)[0]))
    done(transfer(operator, "carol", "alice", 7))
    assert problems(operator, batch) == [(9, "carol", "funds.short", 7)]


def test_of_lines_reversed_one_by_one_before_the_rest_is_taken(
    operator: Connection, admin: Connection
) -> None:
    batch = posted(operator, [Line(1, "alice", "bob", 30, "r1"), Line(2, "alice", "carol", 20, "r2")])
    done(reverse(operator, ids(admin, batch)[0], 5))
    found = done(reverse_batch(operator, batch, "all"))
    assert (found["lines"], found["total"], found["short"]) == (2, "45", "0")
    assert balances(admin) == {"alice": 100, "bob": 0, "carol": 0}
    assert admin.execute("SELECT reversed_total, total FROM ledger.batches").fetchone() == (50, 50)


def test_when_every_line_is_reversed_nothing_is_left(operator: Connection, admin: Connection) -> None:
    batch = posted(operator, [Line(1, "alice", "bob", 30, "r1")])
    done(reverse(operator, ids(admin, batch)[0]))
    assert refused(reverse_batch(operator, batch, "all")) == "reversal.nothing"
    assert refused(reverse_batch(operator, batch, "available")) == "reversal.nothing"


def test_funds_are_judged_after_the_whole_reversal(operator: Connection, admin: Connection) -> None:
    """Bob has nothing left of the first line, but the second gives him what the first takes."""
    batch = posted(operator, [Line(1, "alice", "bob", 60, "r1"), Line(2, "bob", "carol", 60, "r2")])
    assert problems(operator, batch) == [(1, "bob", "funds.short", 60)]
    done(reverse_batch(operator, batch, "all"))
    assert balances(admin) == {"alice": 100, "bob": 0, "carol": 0}


def test_a_line_reversed_while_the_batch_is(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection], ledger_url: str
) -> None:
    batch = posted(operator, [Line(1, "alice", "bob", 30, "r1"), Line(2, "alice", "carol", 20, "r2")])
    first = ids(admin, batch)[0]
    other = connect("t_operator2")
    with connected(ledger_url, autocommit=False) as holder, ThreadPoolExecutor(2) as pool:
        holder.execute("SELECT FROM ledger.wallets FOR UPDATE")
        single = pool.submit(reverse, operator, first)
        wait_until_blocked(admin, operator)
        whole = pool.submit(write, other, "reverse_batch", batch, "all", REASON)
        wait_until_blocked(admin, other)
        holder.commit()
        statuses = single.result(timeout=20)["status"], whole.result(timeout=20)["status"]
    assert statuses == ("reversed", "reversed")
    assert count(admin, "transactions WHERE kind = 'reversal'") == 2
    assert balances(admin) == {"alice": 100, "bob": 0, "carol": 0}
