"""An account's movements as its owner reads them: signed, with balances, credits used and twins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from console.errors import UsageError
from console.ledger.accounts import statement as module
from console.ledger.accounts.equation import WHOLE_LIFE, Period, Term, equation
from console.ledger.accounts.statement import statement
from console.monitor.budgets import budget
from console.postgres.page import Direction, Order
from models.transaction import TransactionKind
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, capture, done, grant, reserve, reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.accounts.statement import StatementRow
    from console.postgres.database import Database
    from console.postgres.page import Page
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


def ids(found: Page[StatementRow]) -> list[int]:
    return [row.id for row in found.rows]


def test_rows_are_signed_and_chain_from_before_to_after(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None], statements: Statements
) -> None:
    open_accounts({"alice": 100, "bob": 50})
    sent = done(transfer(operator, "alice", "bob", 30, reference="r-1", description="Lunch"))
    back = done(reverse(operator, sent["transaction"], 10))
    with statements.counted() as asked:
        found = statement(viewer, " Alice", CURRENCY)
    assert len(asked) == budget("account.statement") == 1
    newest, middle, oldest = found.rows
    assert (newest.kind, newest.counterparty, newest.amount) == (TransactionKind.REVERSAL, "bob", 10)
    assert (newest.id, newest.reverses, newest.reversed_by) == (
        back["transaction"],
        sent["transaction"],
        None,
    )
    assert newest.metadata == {"reason": REASON}
    assert (middle.amount, middle.reference, middle.description) == (-30, "r-1", "Lunch")
    assert (middle.reverses, middle.reversed_by, middle.paid_with) == (None, newest.id, ("no expiry",))
    assert (oldest.counterparty, oldest.amount, oldest.paid_with) == ("@external", 100, ())
    assert [(row.before, row.after) for row in found.rows] == [(70, 80), (100, 70), (0, 100)]
    assert [row.currency.exponent for row in found.rows] == [2, 2, 2]
    other = statement(viewer, "bob", CURRENCY).rows[1]
    assert (other.id, other.amount, other.counterparty, other.before) == (middle.id, 30, "alice", 50)


def test_what_was_paid_with_is_said_in_the_order_of_use(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100})
    done(grant(operator, "alice", 10, None, source="gift"))
    done(grant(operator, "alice", 10, 5, source="later"))
    done(grant(operator, "alice", 10, 2, source="sooner"))
    done(grant(operator, "alice", 10, 1, source="sooner"))
    for reference, amount in (("one", 15), ("two", 40)):
        done(reserve(operator, "alice", amount, reference))
        done(capture(operator, reference))
    second, first = statement(viewer, "alice", CURRENCY, limit=2).rows
    assert first.paid_with == ("sooner",)
    assert second.paid_with == ("sooner", "later", "gift", "no expiry")
    # What somebody else paid with is no business of who received it, and a system account has no credits.
    assert {row.paid_with for row in statement(viewer, "@revenue", CURRENCY).rows} == {()}
    given = statement(viewer, "@issuance", CURRENCY).rows[0]
    assert (given.amount, given.paid_with, given.before, given.after) == (-10, (), None, None)


def test_pages_meet_both_ways_in_both_orders(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100, "bob": 100})
    for number in range(9):
        payer, payee = ("alice", "bob") if number % 2 else ("bob", "alice")
        done(transfer(operator, payer, payee, 1 + number))
    whole = ids(statement(viewer, "alice", CURRENCY))
    assert whole == sorted(whole, reverse=True)
    for order, every in ((Order.NEWEST, whole), (Order.OLDEST, whole[::-1])):
        seen: list[int] = []
        found = statement(viewer, "alice", CURRENCY, order=order, limit=4)
        while True:
            seen += ids(found)
            if not found.more_after:
                break
            place = found.rows[-1].place
            found = statement(viewer, "alice", CURRENCY, order=order, cursor=place, limit=4)
        assert seen == every
        back = statement(
            viewer, "alice", CURRENCY,
            order=order, direction=Direction.BEFORE, cursor=found.rows[0].place, limit=4,
        )  # fmt: skip
        assert (ids(back), back.more_before, back.more_after) == (every[4:8], True, True)


def test_each_term_opens_the_rows_that_it_adds_up(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000, "bob": 500})
    first = done(transfer(operator, "alice", "bob", 100))
    done(transfer(operator, "bob", "alice", 30))
    done(transfer(operator, "alice", "@external", 50))
    done(transfer(operator, "alice", "@suspense", 7))
    done(transfer(operator, "@suspense", "alice", 2))
    done(reserve(operator, "bob", 11, "for-alice"))
    done(capture(operator, "for-alice", None, "alice"))
    done(reverse(operator, first["transaction"], 60))
    second = statement(viewer, "alice", CURRENCY, order=Order.OLDEST, limit=2).rows[1]
    for period in (
        WHOLE_LIFE,
        Period(second.posted_at, None, "since"),
        Period(None, second.posted_at, "until"),
    ):
        explained = equation(viewer, "alice", CURRENCY, period)
        found = {term: (amount, movements) for term, amount, movements in explained.terms}
        assert found
        for term in Term:
            rows = statement(viewer, "alice", CURRENCY, period=explained.counted, term=term).rows
            assert (sum(row.amount for row in rows), len(rows)) == found.get(term, (0, 0)), (term, period)


def test_the_same_amount_with_the_same_party_is_a_twin(
    viewer: Database,
    operator: Connection,
    admin: Connection,
    open_accounts: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_accounts({"alice": 1_000, "bob": 0, "carol": 0})
    numbers = [
        done(transfer(operator, "alice", payee, amount))["transaction"]
        for payee, amount in (("bob", 5), ("bob", 5), ("carol", 5), ("bob", 6), ("bob", 5))
    ]
    done(transfer(operator, "bob", "alice", 5))
    with admin.transaction():
        # The last comes ten minutes and a second after the one before it.
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute(
            "UPDATE ledger.transactions SET posted_at = posted_at - interval '601 seconds' WHERE id <= %s",
            [numbers[3]],
        )
    found = {row.id: row for row in statement(viewer, "alice", CURRENCY).rows}
    twins = {number: found[number].twin_of for number in found if found[number].twin_of is not None}
    assert twins == {numbers[1]: found[numbers[0]].posted_at}
    # The first of the pair may stand on another page, and other terms between them.
    alone = statement(viewer, "alice", CURRENCY, cursor=found[numbers[2]].place, limit=1).rows
    assert [row.twin_of for row in alone] == [found[numbers[0]].posted_at]
    onward = statement(
        viewer, "alice", CURRENCY,
        order=Order.OLDEST, term=Term.SENT, cursor=found[numbers[0]].place, limit=1,
    ).rows  # fmt: skip
    assert [row.twin_of for row in onward] == [found[numbers[0]].posted_at]
    monkeypatch.setattr(module, "TWIN_MINUTES", 11)
    module._shape.cache_clear()
    found = {row.id: row for row in statement(viewer, "alice", CURRENCY).rows}
    module._shape.cache_clear()
    assert found[numbers[4]].twin_of == found[numbers[1]].posted_at


def test_an_account_without_movements_has_an_empty_statement_and_nobody_has_none(
    viewer: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 0})
    assert statement(viewer, "alice", CURRENCY).rows == ()
    later = Period(datetime.now(UTC) + timedelta(days=1), None, "later")
    assert statement(viewer, "alice", CURRENCY, period=later, term=Term.SENT).rows == ()
    with pytest.raises(UsageError, match="There is no account 'nobody' in CR"):
        statement(viewer, "nobody", CURRENCY)
