"""What each credit paid for, which credits paid for each spend, and the credits that are no longer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from console.errors import UsageError
from console.ledger.credits import ended as ended_module
from console.ledger.credits import parts as parts_module
from console.ledger.credits import uses as uses_module
from console.ledger.credits.ended import EndedCursor, EndedLot, Ending, ended
from console.ledger.credits.parts import Part, parts
from console.ledger.credits.uses import LotUse, uses
from console.monitor.budgets import budget
from console.postgres.page import Direction
from models.transaction import TransactionKind
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY, connected
from tests.models.writes import capture, done, grant, let_time_pass, release, reserve, reverse, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import TextClause

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


def spend(operator: Connection, amount: int, reference: str, *, taking: int | None = None) -> int:
    """Reserve and capture, all of it or a part; return the transaction."""
    done(reserve(operator, "alice", amount, reference))
    return int(done(capture(operator, reference, taking))["transaction"])


def told_parts(found: tuple[Part, ...]) -> list[tuple[str, str | None, int, int | None]]:
    return [(part.username, part.source, part.amount, part.remaining_after) for part in found]


def told_uses(found: tuple[LotUse, ...]) -> list[tuple[str, str, int, int]]:
    return [(use.kind.value, use.counterparty, use.amount, use.remaining_after) for use in found]


def told_ended(found: tuple[EndedLot, ...]) -> list[tuple[str, Ending | None, int]]:
    return [(lot.source, lot.ending, lot.amount) for lot in found]


def test_a_spend_over_several_credits_says_what_each_gave(
    viewer: Database, operator: Connection, statements: Statements
) -> None:
    done(grant(operator, "alice", 10, None, source="gift"))
    later = done(grant(operator, "alice", 20, 5, source="later"))
    done(grant(operator, "alice", 30, 2, source="sooner"))
    spent = spend(operator, 75, "h-1", taking=70)
    with statements.counted() as sent:
        found = parts(viewer, spent)
    assert len(sent) == budget("transaction.credits") == 1
    assert told_parts(found) == [
        ("alice", "sooner", -30, 0), ("alice", "later", -20, 0), ("alice", "gift", -10, 0),
        ("alice", None, -10, None),
    ]  # fmt: skip
    assert found[1].lot == later["lot"]
    assert [part.closed_at is None for part in found] == [False, False, False, True]
    assert found[3].lot is None
    again = uses(viewer, later["lot"])
    assert [(use.transaction, use.amount) for use in again.page.rows] == [
        (spent, -20), (later["transaction"], 20),
    ]  # fmt: skip


def test_the_life_of_a_credit(viewer: Database, operator: Connection, admin: Connection) -> None:
    """Granted, spent in part by a capture, brought back in part, kept by a hold, and expired."""
    granted = done(grant(operator, "alice", 50, 1.5, source="goodwill"))
    spent = spend(operator, 30, "h-1")
    back = done(reverse(operator, spent, 12))
    done(reserve(operator, "alice", 5, "h-2"))
    let_time_pass(admin, 2)
    done(sweep(operator))
    kept = uses(viewer, granted["lot"])
    assert (kept.username, kept.source, kept.amount, kept.remaining) == ("alice", "goodwill", 50, 5)
    assert told_uses(kept.page.rows) == [
        ("expiry", "@breakage", -27, 5), ("reversal", "@revenue", 12, 32), ("capture", "@revenue", -30, 20),
        ("grant", "@issuance", 50, 50),
    ]  # fmt: skip
    assert told_parts(parts(viewer, back["transaction"])) == [("alice", "goodwill", 12, 32)]
    assert ended(viewer, "alice", CURRENCY).rows == ()
    done(release(operator, "h-2"))
    assert told_ended(ended(viewer, "alice", CURRENCY).rows) == [("goodwill", Ending.EXPIRED, 50)]


def test_what_comes_back_after_its_time_is_a_new_credit(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    done(grant(operator, "alice", 10, 1, source="old"))
    done(grant(operator, "alice", 10, None, source="gift"))
    spent = spend(operator, 25, "h-1")
    let_time_pass(admin, 2)
    back = done(reverse(operator, spent, None, 5))
    # The old one's part is a credit of its own now, under the old one's name.
    assert told_parts(parts(viewer, back["transaction"])) == [
        ("alice", "old", 10, 10), ("alice", "gift", 10, 10), ("alice", None, 5, None),
    ]  # fmt: skip
    assert told_uses(uses(viewer, back["lot"]).page.rows) == [("reversal", "@revenue", 10, 10)]
    assert told_ended(ended(viewer, "alice", CURRENCY).rows) == [("old", Ending.USED_UP, 10)]


def test_both_sides_of_a_transaction_have_their_parts(viewer: Database, operator: Connection) -> None:
    done(grant(operator, "alice", 10, source="gift"))
    done(reserve(operator, "alice", 15, "h-1"))
    paid = done(capture(operator, "h-1", None, "bob"))["transaction"]
    assert told_parts(parts(viewer, paid)) == [
        ("alice", "gift", -10, 0), ("alice", None, -5, None), ("bob", None, 15, None),
    ]  # fmt: skip
    back = done(reverse(operator, paid, 8))["transaction"]
    assert told_parts(parts(viewer, back)) == [
        ("bob", None, -8, None), ("alice", "gift", 3, 3), ("alice", None, 5, None),
    ]  # fmt: skip
    sent = done(transfer(operator, "alice", "bob", 1))["transaction"]
    assert told_parts(parts(viewer, sent)) == [("alice", None, -1, None), ("bob", None, 1, None)]


def test_a_grant_that_is_taken_back_ends_its_credit(viewer: Database, operator: Connection) -> None:
    granted = done(grant(operator, "alice", 10, source="error"))
    taken = done(reverse(operator, granted["transaction"]))
    assert told_parts(parts(viewer, granted["transaction"])) == [("alice", "error", 10, 10)]
    assert told_parts(parts(viewer, taken["transaction"])) == [("alice", "error", -10, 0)]
    assert told_ended(ended(viewer, "alice", CURRENCY).rows) == [("error", Ending.TAKEN_BACK, 10)]


def test_a_movement_between_accounts_of_the_ledger_has_no_parts(
    viewer: Database, operator: Connection
) -> None:
    moved = done(transfer(operator, "@external", "@suspense", 3))
    assert parts(viewer, moved["transaction"]) == ()


def test_uses_come_by_the_page_from_both_ends(
    viewer: Database, operator: Connection, statements: Statements
) -> None:
    lot = done(grant(operator, "alice", 10, source="gift"))["lot"]
    spent = [spend(operator, 1, f"h-{number}") for number in range(4)]
    with statements.counted() as sent:
        first = uses(viewer, lot, limit=2).page
    assert len(sent) == budget("credit.uses") == 1
    assert [use.transaction for use in first.rows] == [spent[3], spent[2]]
    assert (first.more_before, first.more_after) == (False, True)
    second = uses(viewer, lot, cursor=first.rows[-1].transaction, limit=2).page
    assert [use.transaction for use in second.rows] == [spent[1], spent[0]]
    before = uses(viewer, lot, direction=Direction.BEFORE, cursor=second.rows[0].transaction, limit=2).page
    assert before.rows == first.rows
    last = uses(viewer, lot, direction=Direction.BEFORE, limit=2).page
    assert [use.kind for use in last.rows] == [TransactionKind.CAPTURE, TransactionKind.GRANT]
    assert (last.more_before, last.more_after) == (True, False)


def test_ended_credits_come_by_the_page_newest_ended_first(
    viewer: Database, operator: Connection, statements: Statements
) -> None:
    for number in range(5):
        done(grant(operator, "alice", 1 + number, source=f"s{number}"))
        if number != 1:
            # Two that end in one posting have their moment in common.
            spend(operator, 5 if number == 2 else 1 + number, f"h-{number}")
    everything = ended(viewer, " Alice", CURRENCY).rows
    assert [lot.source for lot in everything] == ["s4", "s3", "s2", "s1", "s0"]
    assert everything[2].closed_at == everything[3].closed_at
    with statements.counted() as sent:
        first = ended(viewer, "alice", CURRENCY, limit=3)
    assert len(sent) == budget("credits.ended") == 1
    assert (first.rows, first.more_after) == (everything[:3], True)
    second = ended(viewer, "alice", CURRENCY, cursor=first.rows[-1].place, limit=3)
    assert (second.rows, second.more_before, second.more_after) == (everything[3:], True, False)
    before = ended(viewer, "alice", CURRENCY, direction=Direction.BEFORE, cursor=second.rows[0].place)
    assert before.rows == everything[:3]
    # A place need not be a row's: just before this one.
    at = EndedCursor(everything[1].closed_at, everything[1].id + 1)
    assert ended(viewer, "alice", CURRENCY, cursor=at, limit=1).rows == everything[1:2]


def test_what_is_not_there_is_said_to_be_not_there(viewer: Database) -> None:
    with pytest.raises(UsageError, match=r"There is no credit 4711\."):
        uses(viewer, 4_711)
    with pytest.raises(UsageError, match=r"There is no transaction 4711\."):
        parts(viewer, 4_711)
    with pytest.raises(UsageError, match=r"There is no account 'nobody' in CR\."):
        ended(viewer, "nobody", CURRENCY)
    assert ended(viewer, "bob", CURRENCY).rows == ()


def test_a_credit_whose_movements_an_owner_took_away_is_still_listed(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    lot = done(grant(operator, "alice", 10, source="gift"))["lot"]
    spend(operator, 10, "h-1")
    admin.execute("SET session_replication_role = replica")
    moved = admin.execute("DELETE FROM ledger.lot_movements WHERE lot_id = %s RETURNING *", [lot]).fetchall()
    (row,) = ended(viewer, "alice", CURRENCY).rows
    assert (row.id, row.ending) == (lot, None)
    assert uses(viewer, lot).page.rows == ()
    # The books must add up after each test.
    admin.cursor().executemany("INSERT INTO ledger.lot_movements VALUES (%s, %s, %s, %s)", moved)


MANY = 20_000
FILLED = {"credit_lots", "lot_movements", "transactions"}


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (ended_module._shape(beside=False, descending=True), {"username": "alice", "currency": CURRENCY}),
        (uses_module._shape(beside=False, descending=True), {"lot": MANY}),
        (parts_module._PARTS, {"transaction": MANY}),
    ],
    ids=["ended", "uses", "parts"],
)
def test_each_is_a_walk_of_an_index(ledger_url: str, statement: TextClause, values: dict[str, Any]) -> None:
    """Where other accounts have 20,000 ended credits nothing is walked through."""
    written = statement.compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    with connected(ledger_url) as connection, connection.transaction():
        fill(connection)
        row = connection.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {written}".encode(), values | {"limit": 201}
        ).fetchone()
    assert row is not None
    read = [node for node in walk(row[0][0]["Plan"]) if node.get("Relation Name") in FILLED]
    assert {node["Relation Name"] for node in read} >= {"credit_lots", "lot_movements"}
    assert [node for node in read if node["Node Type"] == "Seq Scan"] == []
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in read) <= 10


def fill(connection: Connection) -> None:
    """Write three ended credits of alice and those of many others past the ledger's functions."""
    connection.execute("SET LOCAL session_replication_role = replica")
    connection.execute(
        "INSERT INTO ledger.transactions (id, posted_at, effective_at, from_wallet, to_wallet, amount, kind,"
        " currency) SELECT n, now(), now(), 1, 2, 1, 'capture', %s"
        " FROM generate_series(1000, %s) n",
        [CURRENCY, MANY],
    )
    connection.execute(
        "INSERT INTO ledger.credit_lots (id, wallet_id, source, amount, remaining, created_at, closed_at,"
        " opened_by, currency) SELECT n, CASE WHEN n > %s - 3 THEN w.id ELSE 100000 + n END, 'promo', 1, 0,"
        " now(),"
        " now(), n, 'CR' FROM generate_series(1000, %s) n"
        " JOIN ledger.users u ON u.username = 'alice' JOIN ledger.wallets w ON w.user_id = u.id",
        [MANY, MANY],
    )
    connection.execute(
        "INSERT INTO ledger.lot_movements (lot_id, transaction_id, amount, remaining_after)"
        " SELECT n, n, -1, 0 FROM generate_series(1000, %s) n",
        [MANY],
    )
    connection.execute("ANALYZE ledger.transactions, ledger.credit_lots, ledger.lot_movements")


def walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for child in node.get("Plans", []) for inner in walk(child))]
