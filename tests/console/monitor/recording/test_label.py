"""The label of a statement: what it is about, and what tells it from others like it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

import pytest

from console.errors import UsageError
from console.ledger.accounts import page as accounts
from console.ledger.balances.lookup import lookup
from console.ledger.batches import page as batches
from console.ledger.credits.breakdown import credits  # noqa: A004 - the ledger's word for it
from console.ledger.holds import page as holds
from console.ledger.transactions import page as transactions
from console.monitor.recording.fingerprint import fingerprint
from console.monitor.recording.label import label
from console.postgres.page import Direction, Order
from models.account import AccountStatus
from models.credit import ReservationStatus
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database

AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
KEYSET_PAGE: Final = """
WITH page AS (
  SELECT * FROM ledger.transactions AS t WHERE (t.posted_at, t.id) < (%(posted_at)s, %(id)s)
  ORDER BY t.posted_at DESC, t.id DESC LIMIT 201
)
SELECT page.* FROM page JOIN ledger.wallets AS w ON w.id = page.from_wallet JOIN ledger.users AS u ON true
"""
DERIVED_PAGE: Final = """
SELECT (SELECT c.code FROM ledger.currencies c LIMIT 1), greatest(
    (SELECT s.at FROM seals s ORDER BY s.at LIMIT 1), found.at)
FROM (SELECT u.id FROM users u WHERE u.name = 'x') mine
JOIN LATERAL (
    SELECT * FROM transactions t WHERE t.wallet = mine.id AND t.kind IN ('a', 'b') ORDER BY t.at ASC LIMIT 9
) found ON true ORDER BY found.at LIMIT 9
"""
TRANSACTION_FILTERS: Final[tuple[dict[str, Any], ...]] = (
    {"posted_from": AT}, {"posted_until": AT}, {"user": "a"}, {"currency": "CR"},
    {"kinds": (TransactionKind.TRANSFER,)}, {"currency": "CR", "amount_min": 1},
    {"currency": "CR", "amount_max": 9}, {"reference": "r"}, {"description": "d"}, {"batch_id": 1},
)  # fmt: skip
ACCOUNT_FILTERS: Final[tuple[dict[str, Any], ...]] = (
    {"prefix": "a"}, {"words": "a"}, {"email": "a"}, {"trust_level": 1}, {"status": AccountStatus.FROZEN},
    {"currency": "CR"},
)  # fmt: skip
HOLD_FILTERS: Final[tuple[dict[str, Any], ...]] = (
    # Past due is of one status, so both together say the same column twice.
    {"status": ReservationStatus.CAPTURED}, {"past_due": True, "status": None}, {"user": "a"},
    {"reference": "r"}, {"currency": "CR"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (KEYSET_PAGE, "SELECT transactions page from a place · posted_at DESC · wallets, users"),
        (DERIVED_PAGE, "SELECT transactions page by kind, name · at · currencies, seals, users"),
        ("SELECT count(*) FROM ledger.users", "SELECT users count"),
        ("SELECT count(*) FROM (SELECT id FROM a WHERE b = 1 AND c > 2) AS d", "SELECT a count by b, c >"),
        ("SELECT * FROM a ORDER BY b LIMIT 5", "SELECT a page · b"),
        ("SELECT * FROM a WHERE b >= 1 AND b < 2 ORDER BY c, d DESC LIMIT 5", "SELECT a page by b · c"),
        ("SELECT * FROM a WHERE lower(b) = 'x' AND c::text LIKE 'y' AND d IS NULL", "SELECT a by b, c LIKE"),
        ("SELECT * FROM a, b AS q, c, d, e", "SELECT a, b, c, d, …"),
        ("SELECT a.x FROM a JOIN b ON b.id = a.id WHERE a.y = 1", "SELECT a by y · b"),
        ("SELECT (SELECT max(x) FROM b) FROM a", "SELECT a, b"),
        ("SELECT extract(epoch FROM x) FROM a WHERE b IS DISTINCT FROM 4", "SELECT a"),
        ("SELECT id FROM wallets ORDER BY id FOR NO KEY UPDATE", "SELECT wallets with lock"),
        ("SELECT ledger.post_batch(%(b)s)", "SELECT post_batch()"),
        ("SELECT * FROM ledger.post_transfer(%s, %s) AS r", "SELECT post_transfer()"),
        ("SELECT ledger.create_batch(d.name) FROM unnest(%(names)s) d (name)", "SELECT create_batch()"),
        ("SELECT u.id FROM unnest(%(names)s) n (name) JOIN users u ON u.name = n.name", "SELECT users"),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", "INSERT t"),
        ("INSERT INTO t SELECT a FROM b WHERE c = 1", "INSERT t, b"),
        ("UPDATE ledger.wallets SET balance = 1", "UPDATE wallets"),
        ("UPDATE ledger.wallets w SET balance = 1 FROM lots l WHERE w.id = 2", "UPDATE wallets by id · lots"),
        ("WITH gone AS (DELETE FROM drafts RETURNING *) SELECT count(*) FROM gone", "DELETE drafts"),
        ("DELETE FROM drafts WHERE id = 4", "DELETE drafts by id"),
        ("COPY ledger.batch_lines (a, b) FROM STDIN", "COPY batch_lines"),
        ("EXPLAIN (GENERIC_PLAN, FORMAT JSON) SELECT a FROM b WHERE c = $1", "EXPLAIN SELECT b by c"),
    ],
)
def test_it_says_what_the_statement_is(sql: str, expected: str) -> None:
    assert fingerprint(sql).label == expected


@pytest.mark.parametrize(
    "sql", ["", "(" * 20_000, ")" * 9, "SELECT a FROM (", "WITH a AS (SELECT b FROM a) c"]
)
def test_any_text_has_a_label(sql: str) -> None:
    assert len(label(sql)) < 100


def test_no_two_statements_of_the_lists_share_a_label(operator_database: Database) -> None:
    ask_for_transactions(operator_database)
    ask_for_accounts_and_holds(operator_database)
    ask_for_batches_and_credits(operator_database)
    found = operator_database.recorder.snapshot().fingerprints
    shapes = [one for one in found if one.text and not one.housekeeping]
    assert len(shapes) > 200
    alike: dict[str, set[str]] = defaultdict(set)
    for shape in shapes:
        alike[shape.label].add(shape.text)
    assert {name: texts for name, texts in alike.items() if len(texts) > 1} == {}


def ask_for_transactions(database: Database) -> None:
    for wanted in some_of(TRANSACTION_FILTERS, transactions.TransactionFilter):
        for order, (direction, cursor) in product(Order, places(transactions.Cursor(AT, 1))):
            transactions.page(database, wanted, order=order, direction=direction, cursor=cursor)
        transactions.count(database, wanted)


def ask_for_accounts_and_holds(database: Database) -> None:
    for wanted in some_of(ACCOUNT_FILTERS, accounts.AccountFilter):
        for direction, cursor in places(accounts.Cursor("a", "CR")):
            accounts.page(database, wanted, direction=direction, cursor=cursor)
    for kept in some_of(HOLD_FILTERS, holds.HoldFilter):
        for direction, at in places(holds.Cursor(AT, 1)):
            holds.page(database, kept, direction=direction, cursor=at)
    for view, (direction, at) in product(holds.View, places(holds.Cursor(AT, 1))):
        holds.page(database, holds.HoldFilter(view=view), direction=direction, cursor=at)


def ask_for_batches_and_credits(database: Database) -> None:
    for currency, (direction, cursor) in product(("", "CR"), places(1)):
        batches.page(database, currency=currency, direction=direction, cursor=cursor)
    for direction in Direction:
        batches.lines(database, 1, direction=direction)
    with pytest.raises(UsageError):
        credits(database, "a", "CR")
    lookup(database, ["a"], "CR")


def some_of(filters: tuple[dict[str, Any], ...], make: Callable[..., Any]) -> list[Any]:
    """Return no filter, each by itself, and any two together."""
    chosen = [one for size in range(3) for one in combinations(filters, size)]
    return [make(**{name: value for one in some for name, value in one.items()}) for some in chosen]


def places(cursor: Any) -> list[tuple[Direction, Any]]:
    """Return the ways to a page: both ends of a list, and both sides of a row."""
    return list(product(Direction, (None, cursor)))
