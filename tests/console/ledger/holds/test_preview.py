"""What a capture is said to come to is what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.balances.lookup import lookup
from console.ledger.holds.preview import capture_preview
from console.monitor.budgets import budget
from tests.cluster import CURRENCY
from tests.models.writes import capture, done, grant, let_time_pass, release, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def holds(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Give anna credits of which the first expires under the hold h-1, which keeps it; h-2 keeps none."""
    open_accounts({"anna": 1_000, "bert": 0})
    done(grant(operator, "anna", 100, 2, source="first"))
    done(reserve(operator, "anna", 400, "h-1"))
    let_time_pass(admin, 3)
    done(grant(operator, "anna", 200, 5, source="second"))
    done(grant(operator, "anna", 300, 9, source="third"))
    done(reserve(operator, "anna", 50, "h-2"))


def available(database: Database, name: str = "anna") -> int:
    (row,) = lookup(database, [name], CURRENCY)
    assert row.available is not None
    return row.available


def test_credits_are_named_in_the_order_they_are_used(
    operator_database: Database, statements: Statements
) -> None:
    operator_database.read("test", lambda _session: None)
    with statements.counted() as sent:
        found = capture_preview(operator_database, "h-1", 250)
    assert len(sent) == budget("reservation.capture-preview") == 1
    assert found is not None
    assert (found.held, found.taking) == (400, 250)
    assert [(burn.source, burn.burned, burn.remaining_after) for burn in found.burns] == [
        ("first", 100, 0), ("second", 150, 50),
    ]  # fmt: skip
    assert found.next_expiry is not None
    assert (found.next_expiry.source, found.next_expiry.left) == ("second", 50)


def test_a_credit_that_is_not_touched_expires_next(operator_database: Database) -> None:
    """The last one used is used up: what follows it stands in no row of the plan."""
    found = capture_preview(operator_database, "h-1", 300)
    assert found is not None
    assert [burn.remaining_after for burn in found.burns] == [0, 0]
    assert found.next_expiry is not None
    assert (found.next_expiry.source, found.next_expiry.left) == ("third", 300)


@pytest.mark.parametrize("amount", [None, 400, 250, 100, 60, 1])
@pytest.mark.parametrize("hold", ["h-1", "h-2"])
def test_available_is_told_as_it_comes(
    operator_database: Database, operator: Connection, hold: str, amount: int | None
) -> None:
    """Also where a part of an expired credit is used, and the rest dies with the hold that kept it."""
    taking = None if amount is None else min(amount, 50) if hold == "h-2" else amount
    found = capture_preview(operator_database, hold, taking)
    assert found is not None
    assert found.available == available(operator_database)
    done(capture(operator, hold, taking))
    assert found.available_after == available(operator_database)


def test_more_than_is_held_is_all_of_it(operator_database: Database) -> None:
    found = capture_preview(operator_database, "h-2", 9_000)
    assert found is not None
    assert found.taking == 50


def test_nothing_is_told_of_one_that_has_ended(operator_database: Database, operator: Connection) -> None:
    done(release(operator, "h-2"))
    assert capture_preview(operator_database, "h-2") is None
    assert capture_preview(operator_database, "nobody-has-this") is None


def test_without_credit_nothing_expires_next(
    operator_database: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"clara": 500})
    done(reserve(operator, "clara", 200, "plain"))
    found = capture_preview(operator_database, "plain")
    assert found is not None
    assert [(burn.lot, burn.burned, burn.remaining_after) for burn in found.burns] == [(None, 200, 300)]
    assert found.next_expiry is None
    assert (found.available, found.available_after) == (300, 300)


def test_what_has_expired_already_does_not_expire_next(operator_database: Database) -> None:
    """A part of it is left unused; it dies with the hold, and is nothing to wait for."""
    found = capture_preview(operator_database, "h-1", 40)
    assert found is not None
    assert [(burn.source, burn.remaining_after) for burn in found.burns] == [("first", 60)]
    assert found.next_expiry is not None
    assert (found.next_expiry.source, found.next_expiry.left) == ("second", 200)
