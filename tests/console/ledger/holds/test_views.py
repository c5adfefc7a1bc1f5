"""The views of the desk: which holds each lists, in which order, page by page in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.ledger.holds.page import Cursor, HoldFilter, View, page, page_shape
from console.monitor.budgets import budget
from console.postgres.page import Direction, Order
from tests.cluster import connected
from tests.console.ledger.books.many_currencies import BTC, CR, add_currencies
from tests.models.writes import capture, done, let_time_pass, release, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

OLDEST_FIRST = {
    View.ACTIVE: ["old-1", "late-2", "late-1", "btc-1", "new-1", "other-1"],
    # By their ends: late-1 has been overdue for longer, though it was made after late-2.
    View.OVERDUE: ["late-1", "late-2"],
    View.OLDER: ["old-1"],
    View.MINE: ["old-1", "late-2", "late-1", "btc-1", "new-1"],
    View.ENDED: ["gone-2", "gone-1"],
}


@pytest.fixture(autouse=True)
def holds(
    ledger_url: str, operator: Connection, admin: Connection, as_role: Any, open_accounts: Callable[..., None]
) -> None:
    """Make holds of an operator and of another, in two currencies, active, overdue and ended."""
    add_currencies(ledger_url)
    for currency in (CR, BTC):
        open_accounts({"anna": 10_000, "bert": 10_000}, currency.code)
    done(reserve(operator, "anna", 10, "old-1"))
    let_time_pass(admin, 23)
    done(reserve(operator, "anna", 20, "late-2", 5))
    done(reserve(operator, "bert", 30, "late-1", 3))
    let_time_pass(admin, 6)
    done(reserve(operator, "anna", 40, "gone-1"))
    done(reserve(operator, "bert", 50, "gone-2"))
    done(reserve(operator, "bert", 60, "btc-1", currency="BTC"))
    done(reserve(operator, "anna", 70, "new-1", 7))
    with connected(as_role("t_operator2")) as other:
        done(reserve(other, "anna", 80, "other-1"))
    done(capture(operator, "gone-2", 20))
    done(release(operator, "gone-1"))


@pytest.mark.parametrize("currency", ["", "BTC", "CR"])
@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("view", View)
def test_pages_of_a_view_meet_at_their_edges(
    operator_database: Database, statements: Statements, view: View, order: Order, currency: str
) -> None:
    """In both orders, from both ends, whatever currencies the neighbours are of."""
    expected = [
        name for name in OLDEST_FIRST[view] if currency in {"", "BTC" if name.startswith("btc") else "CR"}
    ]
    if order is Order.NEWEST:
        expected.reverse()
    wanted = HoldFilter(view=view, currency=currency)
    operator_database.read("test", lambda _session: None)
    for direction in Direction:
        forward = direction is Direction.AFTER
        pages: list[list[str]] = []
        cursor = None
        while True:
            with statements.counted() as sent:
                found = page(
                    operator_database, wanted, order=order, direction=direction, cursor=cursor, limit=2
                )
            assert len(sent) == budget("reservations.page") == 1
            pages.append([row.reference for row in found.rows])
            if not (found.more_after if forward else found.more_before):
                break
            cursor = Cursor.of(found.rows[-1 if forward else 0], view)
        assert [name for names in (pages if forward else pages[::-1]) for name in names] == expected


def test_a_view_is_narrowed_by_account_and_reference(operator_database: Database) -> None:
    def names(user: str = "", reference: str = "") -> list[str]:
        wanted = HoldFilter(view=View.ACTIVE, user=user, reference=reference)
        found = page(operator_database, wanted, order=Order.OLDEST)
        return [row.reference for row in found.rows]

    assert names(user=" Bert ") == ["late-1", "btc-1"]
    assert names(reference="late-2") == ["late-2"]
    assert names(reference="gone-1") == []


def test_an_ended_hold_names_the_transaction_that_captured_it(
    operator_database: Database, ledger_url: str
) -> None:
    found = {row.reference: row for row in page(operator_database, HoldFilter(view=View.ENDED)).rows}
    with connected(ledger_url) as ledger:
        row = ledger.execute("SELECT id, amount FROM ledger.transactions WHERE kind = 'capture'").fetchone()
    taken = found["gone-2"]
    assert (taken.transaction, taken.captured_amount) == row
    assert found["gone-1"].transaction is None


@pytest.mark.parametrize("view", [View.OVERDUE, View.ENDED])
def test_a_page_walks_an_index_and_stops_at_its_limit(ledger_url: str, view: View) -> None:
    """Of 20,000 ended and 5,000 overdue holds 11 are read for a page of 10, and nothing is sorted."""
    with connected(ledger_url) as ledger:
        ledger.execute("SET session_replication_role = replica")
        ledger.execute("""
            INSERT INTO ledger.reservations (wallet_id, amount, status, reference, created_at, expires_at,
                closed_at, closed_by, currency)
            SELECT w.id, 5,
                CASE WHEN n <= 5000 THEN 'reserved' ELSE 'released' END::ledger.reservation_status,
                'many-' || n,
                now() - interval '3 days', now() - n * interval '1 second',
                CASE WHEN n > 5000 THEN now() - n * interval '1 second' END,
                CASE WHEN n > 5000 THEN 'x' END, 'CR'
            FROM generate_series(1, 25000) n CROSS JOIN (
                SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
                WHERE u.username = 'anna' AND w.currency = 'CR') w""")
        ledger.execute("ANALYZE ledger.reservations")
        shape = page_shape(frozenset({"limit"}), view, None, past_due=False, falling=view is View.ENDED)
        statement = f"EXPLAIN (ANALYZE, FORMAT JSON) {shape.text.replace(':limit', '11')}"
        row = ledger.execute(statement.encode()).fetchone()
        # No account holds that much: the books must be right again after the test.
        ledger.execute("DELETE FROM ledger.reservations WHERE reference LIKE 'many-%'")
    assert row is not None
    (scan,) = [node for node in _nodes(row[0][0]["Plan"]) if node.get("Alias") == "r"]
    assert scan["Node Type"] == "Index Scan"
    assert scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) == 11


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for child in node.get("Plans", []) for inner in _nodes(child))]
