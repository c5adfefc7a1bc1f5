"""A balance over time: one point a day, fewer where there are too many days, never more than fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.ledger.accounts.detail import account
from console.ledger.accounts.equation import WHOLE_LIFE, Period
from console.ledger.accounts.over_time import MOST_POINTS, moments
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import done

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(("days", "expected"), [(0, 1), (30, 31), (44, 45), (45, 23), (90, 31), (10_000, 45)])
def test_points_lie_evenly_and_are_few(days: int, expected: int) -> None:
    found = moments(WHOLE_LIFE, UTC, opened_at=NOW - timedelta(days=days), now=NOW)
    assert len(found) == expected <= MOST_POINTS
    assert found[0] == (NOW - timedelta(days=days)).replace(hour=0)
    assert len({later - earlier for earlier, later in pairwise(found)}) <= 1


def test_days_are_those_of_the_business_zone_and_none_is_before_the_account() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    period = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 26, 23, tzinfo=UTC), "October")
    found = moments(period, berlin, opened_at=datetime(2026, 10, 24, 12, tzinfo=UTC), now=NOW)
    # The clocks went back on the 25th, which has 25 hours.
    assert [f"{moment:%d %H}" for moment in found] == ["23 22", "24 22", "25 23", "26 23"]


def test_a_period_that_begins_within_a_day_begins_there() -> None:
    since = NOW - timedelta(days=2)
    found = moments(Period(since, None, "since a movement"), UTC, opened_at=NOW - timedelta(days=9), now=NOW)
    assert found == [since, *(NOW.replace(hour=0) - timedelta(days=days) for days in (1, 0))]


def test_each_point_is_the_balance_before_that_day(
    viewer: Database, operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    moved = [done(transfer(operator, "alice", "bob", amount))["transaction"] for amount in (10, 5)]
    with admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("UPDATE ledger.users SET created_at = created_at - interval '9 days'")
        for before, days in ((moved[0], 4), (moved[1], 1)):
            admin.execute(
                "UPDATE ledger.transactions SET posted_at = posted_at - %s WHERE id < %s",
                [timedelta(days=days), before],
            )
    # Opened five days ago, ten paid a day ago, five today.
    for period in (None, WHOLE_LIFE):
        found = account(viewer, "alice", CURRENCY, period=period)
        assert [point.balance for point in found.over_time] == [0, 0, 0, 0, 0, 100, 100, 100, 100, 90, 85]
        assert found.equation.unexplained == 0
    assert found.over_time[-1].at > datetime.now(UTC) - timedelta(minutes=1)
    assert account(viewer, "@external", CURRENCY).over_time == ()
