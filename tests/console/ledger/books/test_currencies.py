"""The ledger's currencies and zone as one statement reads them, and of what currency something is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.errors import UsageError
from console.files.days import day_of, start_of
from console.ledger.books.currencies import books, of_hold, of_transaction
from console.monitor.budgets import budget
from tests.bookkeeping import transfer
from tests.cluster import connected
from tests.console.ledger.books.many_currencies import BHD, BTC, CR, JPY, ZONE, add_currencies
from tests.models.writes import done, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


def test_currencies_and_zone_come_by_one_statement(
    viewer: Database, admin: Connection, ledger_url: str, statements: Statements
) -> None:
    """By code, with the decimals, and which are closed since when: whoever may look may know."""
    add_currencies(ledger_url, ZONE)
    admin.execute("SELECT ledger.close_currency(gen_random_uuid(), 'BTC', 'for a test')")
    with statements.counted() as sent:
        found = books(viewer)
    assert len(sent) == budget("books.load") == 1
    assert found.currencies == (BHD, BTC, CR, JPY)
    assert found.open_currencies == (BHD, CR, JPY)
    assert list(found.closed) == ["BTC"]
    assert timedelta() <= datetime.now(UTC) - found.closed["BTC"] < timedelta(minutes=5)
    assert found.zone == ZoneInfo("Europe/Berlin")


def test_a_new_ledger_counts_its_days_in_utc(viewer: Database) -> None:
    """Until somebody says otherwise."""
    found = books(viewer)
    assert (found.currencies, found.closed, str(found.zone)) == ((CR,), {}, "UTC")


def test_a_currency_is_found_by_its_code(viewer: Database, ledger_url: str) -> None:
    """A code that the ledger has not is answered with those it has."""
    add_currencies(ledger_url)
    found = books(viewer)
    assert found.currency("BHD") == BHD
    with pytest.raises(UsageError, match="no currency 'EUR' in this ledger; it has BHD, BTC, CR, JPY"):
        found.currency("EUR")


def test_a_ledger_without_a_calendar_says_so(viewer: Database, ledger_url: str) -> None:
    """What no console could have done is not taken for a ledger in UTC."""
    with connected(ledger_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM ledger.calendar")
    with pytest.raises(UsageError, match="has lost its calendar"):
        books(viewer)


def test_a_transaction_and_a_hold_say_their_currency(
    viewer: Database,
    operator: Connection,
    ledger_url: str,
    open_accounts: Callable[..., None],
    statements: Statements,
) -> None:
    """Both are found by what they are called, by one statement each."""
    add_currencies(ledger_url)
    open_accounts({"alice": 500, "bob": 0}, "JPY")
    moved = done(transfer(operator, "alice", "bob", 7, currency="JPY"))
    done(reserve(operator, "alice", 5, "h-1", currency="JPY"))
    with statements.counted() as sent:
        assert of_transaction(viewer, moved["transaction"]) == JPY
        assert of_hold(viewer, "h-1") == JPY
    assert len(sent) == 2
    with pytest.raises(UsageError, match="There is no transaction 999"):
        of_transaction(viewer, 999)
    with pytest.raises(UsageError, match="There is no hold of reference 'h-2'"):
        of_hold(viewer, "h-2")


@pytest.mark.parametrize(
    "zone",
    ["UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "America/Sao_Paulo"],
)
def test_the_database_and_the_console_count_the_same_days(
    viewer: Database, admin: Connection, ledger_url: str, zone: str
) -> None:
    """A limit's day in the database is the day that the console shows, also where clocks change."""
    if zone != "UTC":
        admin.execute("SELECT ledger.set_business_zone(gen_random_uuid(), %s, 'for a test')", [zone])
    place = books(viewer).zone
    rows = admin.execute(
        "SELECT day::date, first, ledger.business_day(first), ledger.business_day(first - interval '1 s')"
        " FROM generate_series(date '2015-01-01', date '2030-12-31', interval '1 day') day"
        " CROSS JOIN LATERAL ledger.start_of_day(day::date) first"
    ).fetchall()
    wrong: list[date] = []
    for day, begins, of_first, of_last in rows:
        before = begins - timedelta(seconds=1)
        mine = (start_of(day, place), day_of(begins, place), day_of(before, place))
        if mine != (begins, of_first, of_last):
            wrong.append(day)
    assert wrong == []
