"""Reversals in parts: numbered, never above the amount, and a batch until nothing of it is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.bookkeeping import (
    Line,
    balances,
    count,
    create_batch,
    post_batch,
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
    refused,
    remaining,
    reserve,
    reverse,
    wallet,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0, "carol": 0})


def parts(connection: Connection, paid: int) -> list[tuple[Any, ...]]:
    """Return the parts of a transaction: number, amount, how much was given back with it."""
    return connection.execute(
        "SELECT part, amount, reversed_through FROM ledger.reversals WHERE reverses = %s ORDER BY part",
        [paid],
    ).fetchall()


def test_parts_follow_each_other_until_nothing_is_left(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    first = done(reverse(operator, paid, 20))
    assert (first["part"], first["left"]) == (1, 40)
    found = reverse(operator, paid, 41)
    assert refused(found) == "reversal.more"
    assert (found["detail"]["amount"], found["detail"]["left"]) == (60, 40)
    second = done(reverse(operator, paid, 15))
    assert (second["part"], second["left"]) == (2, 25)
    last = done(reverse(operator, paid))
    assert (last["part"], last["amount"], last["left"]) == (3, 25, 0)
    assert parts(admin, paid) == [(1, 20, 20), (2, 15, 35), (3, 25, 60)]
    again = reverse(operator, paid)
    assert (refused(again), again["detail"]["transaction"]) == ("reversal.repeated", last["transaction"])
    assert refused(reverse(operator, paid, 1)) == "reversal.repeated"
    assert balances(admin) == {"alice": 100, "bob": 0, "carol": 0}


def insert_reversal(connection: Connection, paid: int, amount: int) -> None:
    """Write a reversal as no function would, with all rights."""
    connection.execute(
        """INSERT INTO ledger.transactions (posted_at, effective_at, kind, from_wallet, to_wallet, amount,
            reverses, currency)
        SELECT now(), now(), 'reversal', t.to_wallet, t.from_wallet, %s, t.id, t.currency
        FROM ledger.transactions t WHERE t.id = %s""",
        [amount, paid],
    )


def test_raw_sql_gives_back_no_more_either(operator: Connection, admin: Connection) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    done(reverse(operator, paid, 20))
    with pytest.raises(psycopg.errors.CheckViolation, match="reversal_within_amount"):
        insert_reversal(admin, paid, 41)
    admin.execute("BEGIN")
    insert_reversal(admin, paid, 40)
    assert parts(admin, paid)[-1] == (2, 40, 60)
    with pytest.raises(psycopg.errors.CheckViolation, match="reversal_within_amount"):
        insert_reversal(admin, paid, 1)
    admin.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ("99, {paid}, 3, 10, 20, 30, 60", "reversal_follows"),
        ("99, {paid}, 2, 10, 10, 20, 60", "reversal_follows"),
        ("99, {paid}, 2, 10, 20, 30, 100", "reversal_follows"),
        ("99, {paid}, 2, 41, 20, 61, 60", "reversal_within_amount"),
        ("99, {paid}, 2, 10, 20, 25, 60", "reversal_runs_on"),
        ("99, {paid}, 1, 10, 0, 10, 60", "reversals_part_key"),
        ("99, {paid}, 2, 10, 0, 10, 60", "reversal_runs_on"),
    ],
)
def test_nor_does_a_row_beside_them(
    operator: Connection, admin: Connection, row: str, constraint: str
) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    done(reverse(operator, paid, 20))
    values = row.format(paid=paid)
    with pytest.raises(psycopg.errors.IntegrityError, match=constraint):
        admin.execute(
            "INSERT INTO ledger.reversals (transaction_id, reverses, part, amount, reversed_before, "
            f"reversed_through, original_amount) VALUES ({values})".encode()
        )
    for change in ("UPDATE ledger.reversals SET amount = 1", "DELETE FROM ledger.reversals"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            admin.execute(change.encode())


def test_eight_at_once_give_back_no_more(
    operator: Connection, admin: Connection, as_role: Callable[[str], str]
) -> None:
    paid = done(transfer(operator, "alice", "bob", 60))["transaction"]
    done(transfer(operator, "@external", "bob", 1_000))

    def some(_number: int) -> int:
        with connected(as_role("t_operator")) as connection:
            return sum(reverse(connection, paid, 7)["status"] == "reversed" for _ in range(3))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(some, range(8))) == 8
    assert [(part, amount) for part, amount, _ in parts(admin, paid)] == [(n, 7) for n in range(1, 9)]
    assert done(reverse(operator, paid))["amount"] == 4
    assert balances(admin) == {"alice": 100, "bob": 1_000, "carol": 0}


def test_between_system_accounts_one_of_two_parts_at_once_is_told_so(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    """No wallet is locked there, so the parts themselves keep them apart."""
    paid = done(transfer(operator, "@external", "@revenue", 50))["transaction"]
    other = connect("t_operator2")
    with ThreadPoolExecutor(1) as pool:
        operator.execute("BEGIN")
        done(reverse(operator, paid, 30))
        second = pool.submit(reverse, other, paid, 30)
        wait_until_blocked(admin, other)
        operator.execute("COMMIT")
        assert refused(second.result(timeout=20)) == "reversal.at_once"
    assert parts(admin, paid) == [(1, 30, 30)]


def test_credits_come_back_where_the_last_part_stopped(operator: Connection, admin: Connection) -> None:
    lots = [done(grant(operator, "alice", amount, 10 + amount))["lot"] for amount in (10, 20)]
    done(reserve(operator, "alice", 45, "h"))
    paid = done(capture(operator, "h"))["transaction"]
    assert [remaining(admin, lot) for lot in lots] == [0, 0]
    # Last burned first: 15 of plain balance, then the later lot, then the earlier one.
    for amount, left in ((10, [0, 0]), (10, [0, 5]), (20, [5, 20]), (5, [10, 20])):
        done(reverse(operator, paid, amount))
        assert [remaining(admin, lot) for lot in lots] == left
    assert refused(reverse(operator, paid, 1)) == "reversal.repeated"
    assert wallet(admin, "alice") == (130, 30, 0)


def test_a_grant_goes_in_parts(operator: Connection, admin: Connection) -> None:
    made = done(grant(operator, "alice", 30, 5))
    done(reverse(operator, made["transaction"], 10))
    done(reserve(operator, "alice", 15, "h"))
    done(capture(operator, "h"))
    found = reverse(operator, made["transaction"], 10)
    assert (refused(found), found["detail"]["remaining"]) == ("reversal.spent", 5)
    done(reverse(operator, made["transaction"], 5))
    assert remaining(admin, made["lot"]) == 0


def short(connection: Connection) -> int:
    """Pay bob 80 and carol 20 by a batch, let bob spend 50, and reverse it as far as there is money."""
    batch = create_batch(
        connection, [Line(1, "@external", "bob", 80, "p-1"), Line(2, "@external", "carol", 20, "p-2")]
    )
    done(post_batch(connection, batch))
    done(transfer(connection, "bob", "alice", 50))
    found = done(write(connection, "reverse_batch", batch, "available", REASON))
    assert (found["total"], found["short"]) == ("50", "50")
    return batch


def rest(connection: Connection, batch: int) -> list[tuple[Any, ...]]:
    """Return what is left of a batch: line, whose, how much, how much of it is not there now, why."""
    return connection.execute(
        "SELECT line, username, amount, short, code FROM ledger.reversal_rest(%s)", [batch]
    ).fetchall()


def test_a_batch_is_reversed_until_nothing_is_left(operator: Connection, admin: Connection) -> None:
    batch = short(operator)
    assert rest(operator, batch) == [(1, "bob", 50, 50, "funds.short")]
    assert refused(write(operator, "reverse_batch", batch, "available", REASON)) == "reversal.nothing"
    assert refused(write(operator, "reverse_batch", batch, "all", REASON)) == "funds.short"
    done(transfer(operator, "alice", "bob", 20))
    assert rest(operator, batch) == [(1, "bob", 50, 30, "funds.short")]
    found = done(write(operator, "reverse_batch", batch, "available", REASON))
    assert (found["lines"], found["total"], found["short"]) == (1, "20", "30")
    done(transfer(operator, "alice", "bob", 35))
    assert rest(operator, batch) == [(1, "bob", 30, 0, None)]
    done(write(operator, "reverse_batch", batch, "all", REASON))
    assert rest(operator, batch) == []
    found = write(operator, "reverse_batch", batch, "available", REASON)
    assert (refused(found), found["detail"]["by"]) == ("reversal.repeated", "t_operator")
    assert admin.execute("SELECT reversed_total, total FROM ledger.batches").fetchone() == (100, 100)
    assert balances(admin) == {"alice": 95, "bob": 5, "carol": 0}


def test_a_line_given_back_by_itself_counts_for_its_batch(operator: Connection, admin: Connection) -> None:
    batch = short(operator)
    done(transfer(operator, "alice", "bob", 50))
    line = admin.execute("SELECT min(id) FROM ledger.transactions WHERE batch_id = %s", [batch]).fetchone()
    assert line is not None
    done(reverse(operator, line[0], 40))
    assert admin.execute("SELECT reversed_total FROM ledger.batches").fetchone() == (90,)
    assert rest(operator, batch) == [(1, "bob", 10, 0, None)]


def next_batch(connection: Connection, paid: int, reference: str) -> int:
    return create_batch(
        connection,
        [
            Line(1, "@external", "bob", paid, f"{reference}-1"),
            Line(2, "@external", "carol", 7, f"{reference}-2"),
        ],
    )


def test_the_rest_is_taken_out_of_what_the_next_batch_pays(operator: Connection, admin: Connection) -> None:
    batch = short(operator)
    done(transfer(operator, "alice", "bob", 5))
    first = next_batch(operator, 30, "q")
    done(write(operator, "offset_batch", first, batch, True))
    found = done(post_batch(operator, first))
    # No more than it paid bob, though there were 5 besides.
    assert found["offsets"] == [{"batch": batch, "lines": 1, "total": "30"}]
    assert balances(admin) == {"alice": 145, "bob": 5, "carol": 7}
    assert rest(operator, batch) == [(1, "bob", 20, 15, "funds.short")]
    second = next_batch(operator, 50, "r")
    done(write(operator, "offset_batch", second, batch, True))
    found = done(post_batch(operator, second))
    assert found["offsets"] == [{"batch": batch, "lines": 1, "total": "20"}]
    assert balances(admin) == {"alice": 145, "bob": 35, "carol": 14}
    assert rest(operator, batch) == []
    assert count(admin, "transactions WHERE kind = 'reversal'") == 4


def test_what_a_batch_takes_is_part_of_what_is_approved(operator: Connection, admin: Connection) -> None:
    batch = short(operator)
    draft = next_batch(operator, 30, "q")
    seen = admin.execute("SELECT ledger.batch_content_hash(%s)", [draft]).fetchone()
    assert seen is not None
    done(write(operator, "offset_batch", draft, batch, True))
    assert refused(write(operator, "post_batch", draft, seen[0])) == "batch.changed"
    done(write(operator, "offset_batch", draft, batch, False))
    assert refused(write(operator, "offset_batch", draft, batch, False)) == "offset.unknown"
    done(write(operator, "offset_batch", draft, batch, True))
    done(post_batch(operator, draft))
    for change in (
        "DELETE FROM ledger.batch_offsets", "UPDATE ledger.batch_offsets SET created_by = 'x'",
        f"INSERT INTO ledger.batch_offsets VALUES ({draft}, {batch})", "TRUNCATE ledger.batch_offsets",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.IntegrityError):
            admin.execute(change.encode())


def test_only_what_is_left_of_a_batch_is_offset(
    operator: Connection, admin: Connection, connect: Callable[[str], Connection]
) -> None:
    batch = short(operator)
    draft = next_batch(operator, 30, "q")
    before = everything(admin)
    assert refused(write(operator, "offset_batch", draft, 999, True)) == "batch.unknown"
    assert refused(write(operator, "offset_batch", draft, draft, True)) == "offset.nothing"
    assert refused(write(operator, "offset_batch", batch, batch, True)) == "batch.status"
    assert refused(write(connect("t_operator2"), "offset_batch", draft, batch, True)) == "batch.maker"
    assert everything(admin) == before
