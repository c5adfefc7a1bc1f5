"""Credits of all customers: each filter, pages in both directions, sums; and what a request carries of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from console.errors import UsageError
from console.ledger.credits.filter import CreditFilter, CreditView, conditions
from console.ledger.credits.listing import (
    SOURCES,
    CreditRow,
    CreditTotals,
    SourceTotal,
    page,
    totals,
)
from console.monitor.budgets import budget
from console.postgres.page import Direction
from tests.cluster import CURRENCY
from tests.console.ledger.books.many_currencies import add_currencies
from tests.console.ledger.credits.granted import BERLIN, day_end, in_days, until
from tests.models.writes import capture, done, grant, let_time_pass, reserve, reverse, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

UTC_ZONE = ZoneInfo("UTC")
ALL = CreditFilter(CURRENCY)


@pytest.fixture(autouse=True)
def customers(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url)
    open_accounts({"alice": 1_000, "bob": 0})
    open_accounts({"alice": 0}, "JPY")


@pytest.fixture
def six(operator: Connection) -> dict[int, str]:
    """Give six credits that stay open, and one of another currency; return their names by their numbers."""
    numbers = [
        until(operator, "alice", 50, day_end(in_days(3, BERLIN), BERLIN), source="three"),
        until(operator, "bob", 20, day_end(in_days(2, BERLIN), BERLIN), source="two"),
        until(operator, "alice", 7, None, source="never"),
        until(
            operator, "alice", 30, day_end(in_days(2, BERLIN), BERLIN) + timedelta(hours=5), source="three"
        ),
        until(operator, "bob", 9, None, source='it\'s "50%"; --'),
        until(operator, "bob", 11, day_end(in_days(40, BERLIN), BERLIN), source="far"),
    ]
    until(operator, "alice", 999, day_end(in_days(2, BERLIN), BERLIN), currency="JPY")
    return dict(zip(numbers, ("a3", "b2", "a-never", "a2-odd", "b-never", "b40"), strict=True))


def found(viewer: Database, wanted: CreditFilter, names: dict[int, str]) -> list[str]:
    return [names[row.id] for row in page(viewer, wanted, BERLIN).rows]


def test_the_soonest_to_end_come_first_and_those_that_never_end_last(
    viewer: Database, six: dict[int, str], statements: Statements
) -> None:
    with statements.counted() as sent:
        rows = page(viewer, ALL, BERLIN).rows
    assert len(sent) == budget("credits.page") == 1
    assert [six[row.id] for row in rows] == ["b2", "a2-odd", "a3", "b40", "a-never", "b-never"]
    first = rows[0]
    assert (first.username, first.source, first.amount, first.remaining) == ("bob", "two", 20, 20)
    assert (first.currency.code, first.held, first.expired, first.uses) == (CURRENCY, 0, 0, 0)
    assert first.expires_at == day_end(in_days(2, BERLIN), BERLIN)
    assert first.closed_at is None


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"source": "three"}, ["a2-odd", "a3"]),
        ({"source": 'it\'s "50%"; --'}, ["b-never"]),
        ({"source": "three' OR true --"}, []),
        ({"user": " Bob "}, ["b2", "b40", "b-never"]),
        ({"user": "nobody"}, []),
        ({"no_expiry": True}, ["a-never", "b-never"]),
        ({"no_expiry": False}, ["b2", "a2-odd", "a3", "b40"]),
        ({"left_from": 20}, ["b2", "a2-odd", "a3"]),
        ({"left_from": 9, "left_through": 11}, ["b40", "b-never"]),
        ({"left_from": 2**63 - 1}, []),
        ({"left_through": 2**63 - 1, "source": "far"}, ["b40"]),
        ({"granted_from": date(9999, 12, 31)}, []),
        ({"granted_through": date.max}, ["b2", "a2-odd", "a3", "b40", "a-never", "b-never"]),
        ({"granted_through": date.min}, []),
        ({"expires_through": date.max}, ["b2", "a2-odd", "a3", "b40"]),
        ({"user": "alice", "source": "never", "no_expiry": True, "left_from": 7}, ["a-never"]),
    ],
)
def test_each_filter(viewer: Database, six: dict[int, str], asked: dict[str, Any], names: list[str]) -> None:
    assert found(viewer, CreditFilter(CURRENCY, **asked), six) == names


def test_what_ends_with_a_day_is_of_that_day(viewer: Database, six: dict[int, str]) -> None:
    second, third = in_days(2, BERLIN), in_days(3, BERLIN)
    of_second = CreditFilter(CURRENCY, expires_from=second, expires_through=second)
    of_third = CreditFilter(CURRENCY, expires_from=third, expires_through=third)
    assert found(viewer, of_second, six) == ["b2"]
    assert found(viewer, of_third, six) == ["a2-odd", "a3"]
    today = in_days(0, BERLIN)
    assert len(found(viewer, CreditFilter(CURRENCY, granted_from=today, granted_through=today), six)) == 6


@pytest.mark.parametrize("limit", [1, 2, 4])
@pytest.mark.usefixtures("six")
def test_pages_meet_at_their_edges_in_both_directions(viewer: Database, limit: int) -> None:
    whole = page(viewer, ALL, BERLIN).rows
    forward, place = list[CreditRow](), None
    for _ in range(10):
        part = page(viewer, ALL, BERLIN, cursor=place, limit=limit)
        assert part.more_before == (place is not None)
        forward += part.rows
        if not part.more_after:
            break
        place = part.rows[-1].place
    assert tuple(forward) == whole
    backward, place = list[CreditRow](), None
    for _ in range(10):
        part = page(viewer, ALL, BERLIN, cursor=place, limit=limit, direction=Direction.BEFORE)
        backward = [*part.rows, *backward]
        if not part.more_before:
            break
        place = part.rows[0].place
    assert tuple(backward) == whole


def test_a_row_says_what_holds_cover_and_how_often_it_was_used(
    viewer: Database, operator: Connection, six: dict[int, str]
) -> None:
    done(reserve(operator, "alice", 10, "h-1"))
    done(capture(operator, "h-1", 4))
    done(reserve(operator, "alice", 40, "h-2"))
    rows = {six[row.id]: row for row in page(viewer, ALL, BERLIN).rows}
    assert (rows["a2-odd"].remaining, rows["a2-odd"].held, rows["a2-odd"].uses) == (26, 26, 1)
    assert (rows["a3"].held, rows["a-never"].held, rows["b2"].held, rows["b2"].uses) == (14, 0, 0, 0)


def test_what_waits_for_a_sweep_is_neither_open_nor_expired(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    done(grant(operator, "alice", 20, 1))
    let_time_pass(admin, 2)
    expired = CreditFilter(CURRENCY, view=CreditView.EXPIRED)
    assert page(viewer, ALL, UTC_ZONE).rows == page(viewer, expired, UTC_ZONE).rows == ()
    done(sweep(operator))
    assert page(viewer, ALL, UTC_ZONE).rows == ()
    (row,) = page(viewer, expired, UTC_ZONE).rows
    assert (row.remaining, row.expired, row.amount, row.uses) == (0, 20, 20, 1)
    assert row.closed_at is not None


def test_the_expired_are_what_can_be_revived(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    """Not what was used up in time, not what was given back since, and of a part only the part."""
    done(grant(operator, "bob", 5, 1, source="used up"))
    done(reserve(operator, "bob", 5, "h-0"))
    done(capture(operator, "h-0"))
    done(grant(operator, "alice", 30, 1, source="part"))
    done(reserve(operator, "alice", 12, "h-1"))
    done(capture(operator, "h-1"))
    done(grant(operator, "alice", 8, 1, source="given back"))
    let_time_pass(admin, 2)
    assert done(sweep(operator))["lots"] == 2
    wanted = CreditFilter(CURRENCY, view=CreditView.EXPIRED)
    assert [(row.source, row.expired) for row in page(viewer, wanted, UTC_ZONE).rows] == [
        ("part", 18), ("given back", 8),
    ]  # fmt: skip
    ended = operator.execute(
        "SELECT id FROM ledger.transactions WHERE kind = 'expiry' AND amount = 8"
    ).fetchone()
    assert ended is not None
    done(reverse(operator, ended[0], 3))
    assert [(row.source, row.expired) for row in page(viewer, wanted, UTC_ZONE).rows][1] == ("given back", 5)
    done(reverse(operator, ended[0]))
    assert [row.source for row in page(viewer, wanted, UTC_ZONE).rows] == ["part"]
    big = CreditFilter(CURRENCY, view=CreditView.EXPIRED, left_from=18)
    assert totals(viewer, big, UTC_ZONE) == CreditTotals(
        1, 18, 1, (SourceTotal("part", 1, 18),), is_whole=True
    )
    assert (
        totals(viewer, CreditFilter(CURRENCY, view=CreditView.EXPIRED, left_from=19), UTC_ZONE).credits == 0
    )


@pytest.mark.usefixtures("six")
def test_totals_by_source(viewer: Database, operator: Connection, statements: Statements) -> None:
    until(operator, "bob", 100, None, source="huge")
    until(operator, "bob", 1, None, source="least")
    with statements.counted() as sent:
        whole = totals(viewer, ALL, BERLIN)
    assert len(sent) == budget("credits.totals") == 1
    assert (whole.credits, whole.amount, whole.accounts, whole.is_whole) == (8, 228, 2, True)
    assert [(one.source, one.credits, one.amount) for one in whole.by_source] == [
        ("huge", 1, 100), ("three", 2, 80), ("two", 1, 20), ("far", 1, 11),
        ("it's \"50%\"; --", 1, 9), (None, 2, 8),
    ]  # fmt: skip
    assert len(whole.by_source) == SOURCES + 1
    assert totals(viewer, CreditFilter(CURRENCY, user="bob", source="two"), BERLIN).accounts == 1
    assert totals(viewer, CreditFilter("JPY"), BERLIN).amount == 999


@pytest.mark.usefixtures("six")
def test_totals_say_when_they_read_no_further(viewer: Database) -> None:
    assert totals(viewer, ALL, BERLIN, most=6).is_whole
    assert not totals(viewer, ALL, BERLIN, most=5).is_whole


def test_an_empty_ledger(viewer: Database) -> None:
    assert page(viewer, ALL, BERLIN).rows == ()
    assert totals(viewer, ALL, BERLIN) == CreditTotals(0, 0, 0, (), is_whole=True)


@pytest.mark.parametrize(
    "asked",
    [{"left_from": 2**63}, {"left_through": -1}, {"source": "a\0b"}, {"user": "\0"}, {"currency": ""}],
)
def test_what_no_credit_is_like_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        CreditFilter(**({"currency": CURRENCY} | asked))


def test_a_request_carries_moments_and_only_what_is_asked() -> None:
    assert ALL.as_request(BERLIN) == {"currency": CURRENCY}
    wanted = CreditFilter(
        CURRENCY, source="promo", user=" Anna", expires_from=date(2027, 3, 28),
        expires_through=date(2027, 3, 28),
        no_expiry=False, left_from=0, left_through=5, granted_from=date(2026, 10, 25),
        granted_through=date(2026, 10, 25),
    )  # fmt: skip
    asked = wanted.as_request(BERLIN)
    assert json.loads(json.dumps(asked)) == asked == {
        "currency": CURRENCY, "source": "promo", "user": "anna", "no_expiry": False, "left_from": 0,
        "left_through": 5,
        # A day of 23 hours, each of its ends one microsecond after a midnight; and one of 25.
        "expires_from": "2027-03-27T23:00:00.000001+00:00",
        "expires_until": "2027-03-28T22:00:00.000001+00:00",
        "granted_from": "2026-10-24T22:00:00+00:00", "granted_until": "2026-10-25T23:00:00+00:00",
    }  # fmt: skip


def test_a_request_selects_what_the_list_shows(
    viewer: Database, admin: Connection, six: dict[int, str]
) -> None:
    """The conditions by themselves, on the JSON's values as SQL reads them."""
    day = in_days(2, BERLIN)
    wanted = CreditFilter(CURRENCY, expires_from=day, expires_through=in_days(3, BERLIN), left_from=25)
    asked = wanted.as_request(BERLIN)
    where = conditions(asked, wanted.view, no_expiry=wanted.no_expiry)
    for name in asked:
        where = where.replace(f":{name}", f"%({name})s")
    rows = admin.execute(
        f"SELECT l.id FROM ledger.credit_lots l WHERE {where} ORDER BY l.expires_at".encode(), asked
    )
    assert [six[number] for (number,) in rows] == found(viewer, wanted, six) == ["a2-odd", "a3"]
    assert datetime.now(UTC) < datetime.fromisoformat(asked["expires_from"])
