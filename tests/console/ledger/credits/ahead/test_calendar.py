"""The expiry calendar beside sums made by hand, in zones whose clocks change, and with what holds keep."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest

from console.errors import UsageError
from console.files.days import day_of, end_of, last_day
from console.ledger.credits.ahead.calendar import SOURCES, CreditSum, calendar
from console.ledger.credits.ahead.days import DAYS, Days
from console.ledger.credits.filter import CreditFilter
from console.ledger.credits.listing import totals
from console.monitor.budgets import budget
from tests.cluster import CURRENCY
from tests.console.ledger.books.many_currencies import add_currencies
from tests.console.ledger.credits.granted import BERLIN, day_end, in_days, today, until
from tests.models.writes import REASON, done, grant, let_time_pass, reserve, sweep, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def berlin(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url, "Europe/Berlin")
    open_accounts({"alice": 0, "bob": 0, "carol": 0})
    open_accounts({"alice": 0}, "JPY")


def said_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the day of which people read that something ends on or with it."""
    return last_day(at, zone) or day_of(at, zone)


@pytest.mark.usefixtures("berlin")
def test_it_is_what_adding_up_by_hand_gives(
    viewer: Database, admin: Connection, operator: Connection, statements: Statements
) -> None:
    dice = random.Random(7)  # noqa: S311 - made data
    names, sources = ("alice", "bob", "carol"), ("promo", "bonus", "it's")
    granted = []
    for _ in range(300):
        day = in_days(dice.randrange(1, 420), BERLIN)
        at: datetime | None = day_end(day, BERLIN)
        if dice.random() < 0.4:
            at = datetime.now(UTC) + timedelta(seconds=dice.randrange(60, 420 * 86_400))
        if dice.random() < 0.05:
            at = None
        granted.append((dice.choice(names), dice.randrange(1, 10_000), at, dice.choice(sources)))
    with admin.transaction(), operator.transaction():
        for name, amount, at, source in granted:
            until(operator, name, amount, at, source=source)
        until(operator, "alice", 12, day_end(in_days(5, BERLIN), BERLIN), currency="JPY")
    with statements.counted() as sent:
        found = calendar(viewer, CURRENCY, BERLIN)
    assert len(sent) == budget("credits.calendar") == 1
    by_hand: defaultdict[tuple[date, str], list[int]] = defaultdict(list)
    first = defaultdict[str, list[date]](list)
    for name, amount, at, source in granted:
        if at is not None and (day := said_day(at, BERLIN)) <= in_days(DAYS - 1, BERLIN):
            by_hand[day, source].append(amount)
            first[name].append(day)
    assert {(one.day, one.source): (one.amount, one.credits) for one in found.days} == {
        place: (sum(amounts), len(amounts)) for place, amounts in by_hand.items()
    }
    assert list(found.days) == sorted(found.days, key=lambda one: (one.day, one.source or ""))
    never = [amount for _name, amount, at, _source in granted if at is None]
    assert (found.no_expiry.amount, found.no_expiry.credits) == (sum(never), len(never))
    assert found.open == CreditSum(sum(amount for _n, amount, *_rest in granted), 300, 3)
    assert found.later.credits == 300 - len(never) - sum(len(each) for each in by_hand.values())
    for within in found.within:
        days = [day for days in first.values() for day in days if day <= within.through]
        assert within.through == in_days(within.days - 1, BERLIN)
        assert within.ends.credits == len(days)
        # Of 90 days accounts are not counted: that took longer than a third of all the rest.
        assert within.ends.accounts == (
            None if within.days == 90 else sum(min(days) <= within.through for days in first.values())
        )
        assert within.most_on_a_day == max(
            sum(one.amount for one in found.days if one.day == day)
            for day in {one.day for one in found.days if one.day <= within.through}
        )
    assert calendar(viewer, "JPY", BERLIN).open == CreditSum(12, 1, 1)
    one_day = found.days[0].day
    listed = totals(viewer, CreditFilter(CURRENCY, expires_from=one_day, expires_through=one_day), BERLIN)
    assert listed.amount == sum(one.amount for one in found.days if one.day == one_day)


@pytest.mark.usefixtures("berlin")
def test_one_source(viewer: Database, operator: Connection) -> None:
    day = in_days(10, BERLIN)
    until(operator, "alice", 5, day_end(day, BERLIN), source="promo")
    until(operator, "bob", 7, day_end(day, BERLIN), source="other")
    until(operator, "carol", 9, None, source="promo")
    found = calendar(viewer, CURRENCY, BERLIN, source="promo")
    assert [(one.day, one.source, one.amount) for one in found.days] == [(day, "promo", 5)]
    assert (found.open, found.sources) == (CreditSum(14, 2, 2), ("promo",))
    assert calendar(viewer, CURRENCY, BERLIN, source="x' OR '1'='1").open == CreditSum()


@pytest.mark.usefixtures("berlin")
def test_of_many_sources_the_smallest_are_one(viewer: Database, operator: Connection) -> None:
    day = in_days(1, BERLIN)
    for number in range(SOURCES + 3):
        until(operator, "alice", 10 + number, day_end(day, BERLIN), source=f"s{number}")
    found = calendar(viewer, CURRENCY, BERLIN)
    assert found.sources == tuple(f"s{number}" for number in reversed(range(3, SOURCES + 3)))
    assert (found.days[-1].source, found.days[-1].amount, found.days[-1].credits) == (None, 10 + 11 + 12, 3)


@pytest.mark.usefixtures("berlin")
def test_what_is_past_its_end_is_kept_by_holds_or_waits_for_a_sweep(
    viewer: Database, operator: Connection, admin: Connection
) -> None:
    """A hold that is over itself keeps nothing: the next sweep ends it first."""
    done(grant(operator, "alice", 20, 1))
    done(grant(operator, "alice", 40, 1.5))
    done(reserve(operator, "alice", 30, "h-1"))
    done(grant(operator, "bob", 9, 1))
    done(reserve(operator, "bob", 9, "over", 1))
    let_time_pass(admin, 2)
    done(grant(operator, "carol", 5, 48))
    before = calendar(viewer, CURRENCY, BERLIN)
    assert (before.kept, before.waiting) == (CreditSum(30, 2, 1), CreditSum(39, 2, 2))
    assert before.open == CreditSum(5, 1, 1)
    assert done(sweep(operator))["amounts"] == {CURRENCY: str(before.waiting.amount)}
    after = calendar(viewer, CURRENCY, BERLIN)
    assert (after.kept, after.waiting, after.open) == (CreditSum(30, 2, 1), CreditSum(), CreditSum(5, 1, 1))


def test_an_empty_ledger_and_a_currency_that_is_not_there(viewer: Database) -> None:
    found = calendar(viewer, CURRENCY, UTC_ZONE)
    assert (found.days, found.sources, found.open, found.kept) == ((), (), CreditSum(), CreditSum())
    assert [one.ends for one in found.within] == [CreditSum(), CreditSum(), CreditSum(accounts=None)]
    with pytest.raises(UsageError, match="no currency 'EUR'"):
        calendar(viewer, "EUR", UTC_ZONE)


def test_a_zone_that_was_changed_since_is_asked_by_once_more(
    viewer: Database, admin: Connection, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 0})
    zone = ZoneInfo("Pacific/Kiritimati")
    until(operator, "alice", 5, day_end(in_days(3, zone), zone))
    done(write(admin, "set_business_zone", zone.key, REASON))
    found = calendar(viewer, CURRENCY, UTC_ZONE)
    assert (found.zone.key, found.today) == (zone.key, today(zone))
    assert [one.day for one in found.days] == [in_days(3, zone)]


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC"]
)
def test_bins_never_hold_two_days(viewer: Database, name: str) -> None:
    """Each day's first and last moment and its noon, through the server's own arithmetic."""
    days = Days(ZoneInfo(name), date(2026, 3, 1))
    expression, values = days.bins(DAYS)
    moments = [
        moment
        for begin, end in pairwise(days.bounds)
        for moment in (begin + timedelta(microseconds=1), begin + (end - begin) / 2, end)
    ]
    for value_name in values:
        expression = expression.replace(f":{value_name}", f":{value_name}")
    from sqlalchemy import text  # noqa: PLC0415 - for this one statement

    rows = viewer.read(
        "bench.half",
        lambda session: session.execute(
            text(f"SELECT {expression} AS bin FROM unnest(CAST(:moments AS timestamptz[])) WITH ORDINALITY"
                 " l (expires_at, place) ORDER BY l.place"), values | {"moments": moments},
        ).scalars().all(),
    )  # fmt: skip
    assert [days.place(found) for found in rows] == [place for place in range(DAYS) for _ in range(3)]


def test_every_zone_has_few_days_that_are_longer_or_shorter() -> None:
    """Each is a comparison more a row, so a zone with many would be slow."""
    most = 0
    for name in available_timezones():
        days = Days(ZoneInfo(name), date(2026, 1, 1))
        odd = sum(end - begin != timedelta(days=1) for begin, end in pairwise(days.bounds))
        most = max(most, odd)
    assert 2 <= most <= 6


def test_the_end_of_a_day_is_of_that_day() -> None:
    days = Days(BERLIN, date(2026, 10, 24))
    ends = [end_of(days.last(count), BERLIN) for count in range(1, 5)]
    assert [days.place(end) for end in ends if end is not None] == [0, 1, 2, 3]
    assert days.end(2) == ends[1]
