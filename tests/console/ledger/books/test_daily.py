"""The daily figures as the console reads them: closed days, days that are over, and the day that goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from console.errors import UnavailableError
from console.ledger.books.daily import Moved, daily_figures
from models.transaction import TransactionKind
from tests.bookkeeping import transfer
from tests.models.jobs.lease import claimed, run
from tests.models.jobs.test_figures import put_back
from tests.models.writes import grant, let_time_pass, reserve, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

TODAY = datetime.now(UTC).date()
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 0, "bob": 0})


def figures(viewer: Database) -> list[tuple[int, int, int | None, int, bool]]:
    """Return days ago, held, on hold, expired and whether it is over, of the last week."""
    found = daily_figures(viewer, TODAY - WEEK, TODAY)
    return [((TODAY - one.day).days, one.held, one.on_hold, one.expired, one.is_over) for one in found]


def test_a_ledger_that_nobody_has_counted_is_read_all_the_same(
    operator: Connection, viewer: Database
) -> None:
    assert figures(viewer) == [(0, 0, 0, 0, False)]
    transfer(operator, "@external", "alice", 1_000)
    transfer(operator, "alice", "bob", 5)
    reserve(operator, "alice", 100, "h")
    assert figures(viewer) == [(0, 1_000, 100, 0, False)]
    (today,) = daily_figures(viewer, TODAY, TODAY)
    assert today.moved == {
        TransactionKind.DEPOSIT: Moved(1, 1_000),
        TransactionKind.TRANSFER: Moved(1, 5),
    }


def test_what_came_since_it_was_counted_is_added(operator: Connection, viewer: Database) -> None:
    transfer(operator, "@external", "alice", 1_000)
    run(operator, claimed(operator), "figures")
    transfer(operator, "@external", "alice", 1)
    assert figures(viewer) == [(0, 1_001, 0, 0, False)]
    (today,) = daily_figures(viewer, TODAY, TODAY)
    assert today.moved == {TransactionKind.DEPOSIT: Moved(2, 1_001)}


def test_a_day_that_is_over_and_not_closed_does_not_pretend(
    operator: Connection, admin: Connection, viewer: Database
) -> None:
    transfer(operator, "@external", "alice", 1_000)
    grant(operator, "alice", 30, 1)
    let_time_pass(admin, 2)
    sweep(operator)
    reserve(operator, "alice", 100, "h")
    put_back(admin, 2)
    # What was on hold then, only the keeper writes down.
    assert figures(viewer) == [(2, 1_000, None, 30, True), (0, 1_000, 100, 0, False)]
    run(operator, claimed(operator), "figures")
    assert figures(viewer) == [
        (2, 1_000, 100, 30, True),
        (1, 1_000, 100, 0, True),
        (0, 1_000, 100, 0, False),
    ]


def test_each_currency_is_for_itself(
    operator: Connection, admin: Connection, viewer: Database, open_accounts: Callable[..., None]
) -> None:
    admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
    open_accounts({"anna": 70}, "EUR")
    transfer(operator, "@external", "alice", 1_000)
    assert [(one.currency, one.held) for one in daily_figures(viewer, TODAY, TODAY)] == [
        ("CR", 1_000),
        ("EUR", 70),
    ]
    (euro,) = daily_figures(viewer, TODAY, TODAY, currency="EUR")
    assert (euro.currency, euro.held) == ("EUR", 70)


def test_while_they_are_counted_it_says_how_far(
    operator: Connection, viewer: Database, monkeypatch: pytest.MonkeyPatch, admin: Connection
) -> None:
    transfer(operator, "@external", "alice", 1_000)
    admin.execute("UPDATE ledger.daily_mark SET zone = 'Asia/Kolkata'")
    with pytest.raises(UnavailableError, match=r"being counted: 0 of 1 transactions"):
        figures(viewer)
