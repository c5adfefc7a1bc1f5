"""Batches: whose draft, what keeps one from posting, and that it posts whole or not at all."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.bookkeeping import (
    Line,
    assert_adds_up,
    balances,
    content_hash,
    copy_lines,
    count,
    create_batch,
    outcome,
    post_batch,
    problems,
    transfer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

GOOD = [Line(1, "alice", "bob", 100, "r1"), Line(2, "bob", "carol", 50, "r2", "for May")]


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None], admin: Connection) -> None:
    open_accounts({"alice": 1_000, "bob": 100, "carol": 0, "frozen": 70})
    admin.execute("SELECT ledger.set_account_status(gen_random_uuid(), 'frozen', 'frozen', 'a complaint')")


def state(admin: Connection) -> tuple[Any, ...]:
    """Return what a refused batch must leave as it was."""
    return balances(admin), count(admin, "transactions"), count(admin, "users"), count(admin, "wallets")


def status_of(admin: Connection, batch: int) -> str:
    row = admin.execute("SELECT status FROM ledger.batches WHERE id = %s", [batch]).fetchone()
    assert row is not None
    return str(row[0])


def sqlstate(work: Callable[[], object]) -> str:
    with pytest.raises(psycopg.Error) as raised:
        work()
    return raised.value.sqlstate or ""


def test_a_batch_posts_in_the_order_of_its_lines(operator: Connection, admin: Connection) -> None:
    batch = create_batch(
        operator, [Line(7, "alice", "bob", 10, "c"), *GOOD, Line(3, "@external", "bob", 1, "a")]
    )
    found = post_batch(operator, batch)
    assert (found["status"], found["lines"], found["total"], found["opened"]) == ("posted", 4, "161", 0)
    rows = admin.execute(
        "SELECT reference, kind::text, from_balance_after, to_balance_after, description, operator "
        "FROM ledger.transactions WHERE batch_id = %s ORDER BY id", [batch]
    ).fetchall()  # fmt: skip
    assert rows == [
        ("r1", "transfer", 900, 200, "", "t_operator"),
        ("r2", "transfer", 150, 50, "for May", "t_operator"),
        ("a", "deposit", None, 151, "", "t_operator"),
        ("c", "transfer", 890, 161, "", "t_operator"),
    ]
    kept = admin.execute(
        "SELECT status::text, posted_by, line_count, total, content_hash = posted_hash, "
        "last_transaction - first_transaction FROM ledger.batches WHERE id = %s", [batch]
    ).fetchone()  # fmt: skip
    assert kept == ("posted", "t_operator", 4, 161, True, 3)


def test_lines_come_from_the_maker_only(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    batch = create_batch(operator, GOOD)
    other = connect("t_operator2")
    assert sqlstate(lambda: copy_lines(other, batch, [Line(9, "alice", "carol", 1, "x")])) == "42501"
    assert sqlstate(lambda: copy_lines(other, batch + 99, [Line(9, "alice", "carol", 1, "x")])) == "23503"
    mine = create_batch(other)
    assert sqlstate(
        lambda: other.execute(
            "INSERT INTO ledger.batch_lines (batch_id, line_no) VALUES (%s, 1), (%s, 9)", [mine, batch]
        )
    ) == "42501"  # fmt: skip
    assert count(admin, "batch_lines") == 2


def test_lines_are_frozen_after_posting(operator: Connection, admin: Connection) -> None:
    batch = create_batch(operator, GOOD)
    post_batch(operator, batch)
    assert sqlstate(lambda: copy_lines(operator, batch, [Line(3, "alice", "carol", 1, "x")])) == "23001"
    assert sqlstate(lambda: operator.execute("SELECT ledger.discard_batch(%s)", [batch])) == "23001"
    assert (
        sqlstate(lambda: admin.execute("DELETE FROM ledger.batch_lines WHERE batch_id = %s", [batch]))
        == "23001"
    )
    assert count(admin, "batch_lines") == 2


def test_only_the_maker_discards_a_draft(
    operator: Connection, connect: Callable[[str], Connection], admin: Connection
) -> None:
    batch = create_batch(operator, GOOD)
    other = connect("t_operator2")
    assert sqlstate(lambda: other.execute("SELECT ledger.discard_batch(%s)", [batch])) == "23001"
    operator.execute("SELECT ledger.discard_batch(%s)", [batch])
    assert (count(admin, "batches"), count(admin, "batch_lines")) == (0, 0)
    assert post_batch(operator, batch)["code"] == "batch.unknown"


@pytest.mark.parametrize("seen", [b"\0" * 32, b"", None], ids=["other", "empty", "none"])
def test_other_content_than_was_seen_is_refused(
    operator: Connection, admin: Connection, seen: bytes | None
) -> None:
    batch, before = create_batch(operator, GOOD), state(admin)
    found = outcome(operator, "SELECT ledger.post_batch(%s, %s, %s)", uuid4(), batch, seen)
    assert (found["status"], found["code"]) == ("refused", "batch.changed")
    assert (state(admin), status_of(admin, batch)) == (before, "draft")


def test_the_hash_is_over_everything(operator: Connection) -> None:
    variants = [
        GOOD,
        GOOD[:1],
        [GOOD[0], Line(3, "bob", "carol", 50, "r2", "for May")],
        [GOOD[0], Line(2, "bob", "alice", 50, "r2", "for May")],
        [GOOD[0], Line(2, "carol", "bob", 50, "r2", "for May")],
        [GOOD[0], Line(2, "bob", "carol", 51, "r2", "for May")],
        [GOOD[0], Line(2, "bob", "carol", 50, "r3", "for May")],
        [GOOD[0], Line(2, "bob", "carol", 50, "r2", "for June")],
        [GOOD[0], Line(2, "bob", "carol", 50, None, "r2,for May")],
        [GOOD[0], Line(2, "bob", "carol", 50, "r2,for May", "")],
        [GOOD[0], Line(2, "bob,carol", None, 50, "r2", "for May")],
        [GOOD[0], Line(2, "bob", "", 50, "r2", "for May")],
        [GOOD[0], Line(2, "bob", None, 50, "r2", "for May")],
    ]
    hashes = [content_hash(operator, create_batch(operator, lines)) for lines in variants]
    assert len(set(hashes)) == len(variants)
    again = create_batch(operator, reversed(GOOD))
    assert content_hash(operator, again) == hashes[0], "the order of arrival does not matter"


WRONG: list[tuple[str, Line, tuple[int, str, str], str]] = [
    ("no payer", Line(5, None, "bob", 1, "x"), (5, "from", "user.empty"), "batch.lines"),
    ("no payee", Line(5, "alice", None, 1, "x"), (5, "to", "user.empty"), "batch.lines"),
    ("unknown payer", Line(5, "nobody", "bob", 1, "x"), (5, "from", "user.unknown"), "batch.lines"),
    ("unknown payee", Line(5, "alice", "nobody", 1, "x"), (5, "to", "user.unknown"), "batch.lines"),
    ("unknown system", Line(5, "@nosuch", "bob", 1, "x"), (5, "from", "user.unknown"), "batch.lines"),
    ("frozen payer", Line(5, "frozen", "bob", 1, "x"), (5, "from", "account.frozen"), "account.inactive"),
    ("frozen payee", Line(5, "alice", "frozen", 1, "x"), (5, "to", "account.frozen"), "account.inactive"),
    ("same party", Line(5, "alice", "alice", 1, "x"), (5, "to", "party.same"), "party.same"),
    ("no amount", Line(5, "alice", "bob", None, "x"), (5, "amount", "amount.empty"), "batch.lines"),
    ("no reference", Line(5, "alice", "bob", 1, None), (5, "reference", "reference.empty"), "batch.lines"),
    (
        "repeated",
        Line(5, "alice", "bob", 1, "r1"),
        (5, "reference", "reference.repeated"),
        "reference.repeated",
    ),
    ("posted", Line(5, "alice", "bob", 1, "old"), (5, "reference", "reference.posted"), "reference.repeated"),
    ("short", Line(5, "carol", "bob", 51, "x"), (5, "amount", "funds.short"), "funds.short"),
]


@pytest.mark.parametrize(
    ("line", "problem", "code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_one_wrong_line_keeps_all_from_posting(
    operator: Connection, admin: Connection, line: Line, problem: tuple[int, str, str], code: str
) -> None:
    transfer(operator, "alice", "bob", 1, reference="old")
    batch, before = create_batch(operator, [*GOOD, line]), state(admin)
    assert problems(operator, batch) == {problem}
    found = post_batch(operator, batch)
    assert (found["status"], found["code"]) == ("refused", code)
    assert (state(admin), status_of(admin, batch)) == (before, "draft")


def test_all_problems_are_listed_at_once(operator: Connection) -> None:
    lines = [
        Line(number, line.source, line.target, line.amount, line.reference and f"{line.reference}-{number}")
        for number, (_, line, _, _) in enumerate(WRONG[:10], start=10)
    ]
    batch = create_batch(operator, [*GOOD, *lines, Line(40, "carol", "@external", 10_000, "big")])
    expected = {(number, *WRONG[number - 10][2][1:]) for number in range(10, 20)}
    assert problems(operator, batch) == expected | {(40, "amount", "funds.short")}


def test_an_empty_batch_is_refused(operator: Connection) -> None:
    found = outcome(operator, "SELECT ledger.post_batch(%s, %s, NULL)", uuid4(), create_batch(operator))
    assert found["code"] == "batch.empty"


def test_missing_accounts_are_opened(operator: Connection, admin: Connection) -> None:
    lines = [Line(1, "@external", "shop.7", 90, "a"), Line(2, "shop.7", "shop.8", 40, "b")]
    batch = create_batch(operator, lines, create_missing=True, prefix="shop.")
    assert problems(operator, batch) == set()
    assert post_batch(operator, batch)["opened"] == 2
    found = balances(admin)
    assert (found["shop.7"], found["shop.8"]) == (50, 40)


@pytest.mark.parametrize(
    "name", ["other.7", "@shop.7", "shop.A", "shop. 7", "shop.", "SHOP.7", "shop.\u0430", ""]
)
def test_only_names_with_the_prefix_are_opened(operator: Connection, admin: Connection, name: str) -> None:
    good = name == "shop."
    batch = create_batch(operator, [Line(1, "@external", name, 1, "a")], create_missing=True, prefix="shop.")
    before = state(admin)
    assert problems(operator, batch) == (set() if good else {(1, "to", "user.unknown")})
    found = post_batch(operator, batch)
    if good:
        assert found["status"] == "posted"
    else:
        assert found["status"] == "refused"
        assert found["code"] in {"user.grammar", "batch.lines"}
        assert state(admin) == before


def test_without_a_prefix_names_are_still_names(operator: Connection, admin: Connection) -> None:
    batch = create_batch(operator, [Line(1, "@external", "No Name", 1, "a")], create_missing=True)
    assert problems(operator, batch) == {(1, "to", "user.unknown")}
    assert post_batch(operator, batch)["code"] == "user.grammar"
    assert "No Name" not in balances(admin)


def test_a_frozen_customer_gets_no_active_wallet_from_a_batch(
    operator: Connection, admin: Connection
) -> None:
    admin.execute("SELECT ledger.add_currency('EU', 2::smallint)")
    lines = [Line(1, "@external", "frozen", 1, "a")]
    batch = create_batch(operator, lines, create_missing=True, currency="EU")
    assert problems(operator, batch) == {(1, "to", "account.frozen")}
    assert post_batch(operator, batch)["code"] == "account.inactive"


def test_a_balance_too_large_is_a_problem(operator: Connection) -> None:
    lines = [Line(number, "@external", "carol", 2**62, f"r{number}") for number in (1, 2)]
    batch = create_batch(operator, lines)
    assert problems(operator, batch) == {(1, "amount", "amount.range"), (2, "amount", "amount.range")}
    assert post_batch(operator, batch)["code"] == "amount.range"


def test_a_large_overdraft_is_counted_without_end(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "carol", 2**63 - 1)
    admin.execute("UPDATE ledger.wallets SET overdraft_limit = 1000000000000000000 WHERE balance > 2000000")
    batch = create_batch(operator, [Line(1, "carol", "@external", 1, "r")])
    assert problems(operator, batch) == set()


def test_the_order_of_lines_never_decides_funds(operator: Connection, admin: Connection) -> None:
    lines = [Line(1, "carol", "@external", 300, "a"), Line(2, "alice", "carol", 300, "b")]
    batch = create_batch(operator, lines)
    assert problems(operator, batch) == set()
    assert post_batch(operator, batch)["status"] == "posted"
    afters = admin.execute(
        "SELECT from_balance_after, to_balance_after FROM ledger.transactions WHERE batch_id = "
        "%s ORDER BY id",
        [batch],
    ).fetchall()
    assert afters == [(-300, None), (700, 0)], (
        "on the way a balance may be below zero; after the batch it is not"
    )


def test_the_same_key_answers_again(operator: Connection, admin: Connection) -> None:
    batch, key = create_batch(operator, GOOD), uuid4()
    first, after = post_batch(operator, batch, key=key), balances(admin)
    assert post_batch(operator, batch, key=key) == first
    assert post_batch(operator, batch)["code"] == "batch.status"
    assert balances(admin) == after


def test_a_dry_run_is_the_real_thing_rolled_back(operator: Connection, admin: Connection) -> None:
    lines = [*GOOD, Line(3, "alice", "newcomer", 1, "n")]
    batch = create_batch(operator, lines, create_missing=True)
    before, key = state(admin), uuid4()
    with operator.transaction(force_rollback=True):
        rehearsed = post_batch(operator, batch, key=key)
        inside = balances(operator)
    assert (state(admin), status_of(admin, batch), count(admin, "operations")) == (before, "draft", 8)
    found = post_batch(operator, batch, key=key)
    changing = {"first", "last", "posted_at"}
    assert {k: v for k, v in found.items() if k not in changing} == {
        k: v for k, v in rehearsed.items() if k not in changing
    }
    assert balances(admin) == inside


def test_the_summary_adds_up(operator: Connection) -> None:
    lines = [
        *GOOD,
        Line(3, "@external", "x", 7, "a"),
        Line(4, "x", "@revenue", 5, "b"),
        Line(5, "bob", "y", None, "c"),
    ]
    batch = create_batch(operator, lines)
    row = operator.execute("SELECT * FROM ledger.batch_summary(%s)", [batch]).fetchone()
    assert row == (5, 162, 7, 5, 5, 2, content_hash(operator, batch))
    assert operator.execute("SELECT * FROM ledger.batch_summary(0)").fetchone() == (0, 0, 0, 0, 0, 0, None)


def pair(chosen: random.Random, names: list[str]) -> tuple[str, str]:
    """Return two different names."""
    source, target = chosen.sample(names, 2)
    return source, target


def test_a_batch_equals_its_lines_one_by_one(operator: Connection, admin: Connection) -> None:
    """Random batches give the balances of their lines posted one by one, in any order."""
    chosen = random.Random(20_240_531)  # noqa: S311 - a seed repeats the run
    names = ["alice", "bob", "carol", "@external", "@revenue"]
    for turn in range(50):
        lines = [
            Line(number, *pair(chosen, names), chosen.randint(1, 120), f"{turn}-{number}")
            for number in range(1, chosen.randint(2, 12))
        ]
        start = balances(admin)
        expected = dict(start)
        for line in lines:
            for name, sign in ((line.source, -1), (line.target, 1)):
                if name in expected:
                    expected[name] += sign * (line.amount or 0)
        # A batch is judged by the balances after it; a sequence would be judged after each line.
        possible = min(expected.values()) >= 0
        batch = create_batch(operator, lines)
        assert bool(problems(operator, batch)) is not possible
        found = post_batch(operator, batch)
        assert found["status"] == ("posted" if possible else "refused")
        assert balances(admin) == (expected if possible else start)
        if possible:
            assert_same_one_by_one(operator, start, expected, lines, chosen)
    assert_adds_up(admin)


def assert_same_one_by_one(
    operator: Connection,
    start: dict[str, int],
    expected: dict[str, int],
    lines: list[Line],
    chosen: random.Random,
) -> None:
    """Go back to the start inside a transaction, post the lines in a random order, and roll back."""
    with operator.transaction(force_rollback=True):
        for name, balance in expected.items():
            # Ample funds first, so that the order cannot matter; taken back at the end.
            back = start[name] - balance + 5_000
            if name != "frozen":
                assert transfer(operator, "@external", name, back)["status"] == "posted"
        waiting = chosen.sample(lines, len(lines))
        for line in waiting:
            found = transfer(operator, line.source or "", line.target or "", line.amount or 0)
            assert found["status"] == "posted"
        assert {
            name: balance - 5_000 * (name != "frozen") for name, balance in balances(operator).items()
        } == expected
