"""Holds of all currencies in one list, or of the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.holds.page import Cursor, HoldFilter, page
from console.monitor.budgets import budget
from console.postgres.page import Direction
from models.credit import ReservationStatus
from tests.console.ledger.books.many_currencies import BTC, FOUR, add_currencies
from tests.models.writes import done, release, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.money import Currency
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

MADE = [(f"h-{number}", FOUR[number % 4], "anna" if number % 3 else "bert") for number in range(12)]
"""Reference, currency and account of each hold, the oldest first; each is of so many minor units more."""


@pytest.fixture(autouse=True)
def holds(ledger_url: str, operator: Connection, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url)
    for currency in FOUR:
        open_accounts({"anna": 2**53 + 1_000, "bert": 2**53 + 1_000}, currency.code)
    for number, (reference, currency, name) in enumerate(MADE):
        amount = 2**53 + 1 if number == 2 else number + 1
        done(reserve(operator, name, amount, reference, currency=currency.code))
    done(release(operator, "h-6"))


@pytest.mark.parametrize("user", ["", "anna"])
@pytest.mark.parametrize("currency", [None, *FOUR])
def test_pages_of_one_currency_or_all_meet_at_their_edges(
    viewer: Database, statements: Statements, currency: Currency | None, user: str
) -> None:
    """Newest first in both directions, whatever currencies the neighbours are of."""
    expected = [
        (reference, money)
        for reference, money, name in reversed(MADE)
        if currency in {None, money} and user in {"", name}
    ]
    wanted = HoldFilter(user=user, currency="" if currency is None else currency.code)
    for direction in Direction:
        forward = direction is Direction.AFTER
        pages: list[list[tuple[str, Currency]]] = []
        cursor = None
        while True:
            with statements.counted() as sent:
                found = page(viewer, wanted, direction=direction, cursor=cursor, limit=2)
            assert len(sent) == budget("reservations.page") == 1
            pages.append([(row.reference, row.currency) for row in found.rows])
            if not (found.more_after if forward else found.more_before):
                break
            cursor = Cursor.of(found.rows[-1 if forward else 0])
        assert [row for rows in (pages if forward else pages[::-1]) for row in rows] == expected


def test_status_and_currency_narrow_together_and_amounts_are_exact(viewer: Database) -> None:
    """A hold says its own currency's decimals and every unit of its amount."""
    rows = page(viewer, HoldFilter(status=ReservationStatus.RESERVED, currency="BTC")).rows
    assert [(row.reference, row.currency, row.amount) for row in rows] == [
        ("h-10", BTC, 11),
        ("h-2", BTC, 2**53 + 1),
    ]
    assert page(viewer, HoldFilter(reference="h-2", currency="CR")).rows == ()
    assert page(viewer, HoldFilter(currency="EUR")).rows == ()
