"""The periods that an account's page offers, each from the first moment of a business day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from console.files.days import day_of, start_of
from console.ledger.accounts.equation import WHOLE_LIFE, Period

if TYPE_CHECKING:
    from datetime import tzinfo

USUAL_DAYS: Final = 90
"""How far back an account's page looks when nobody says."""

USUAL: Final = f"{USUAL_DAYS} days"
"""The name of that period."""


def last_days(days: int, zone: tzinfo, *, now: datetime | None = None) -> Period:
    """Return the last days and what there is of today; zone is the one of the business day."""
    today = day_of(now or datetime.now(UTC), zone)
    return Period(start_of(today - timedelta(days=days), zone), None, f"{days} days")


def this_month(zone: tzinfo, *, now: datetime | None = None) -> Period:
    """Return the business month so far."""
    today = day_of(now or datetime.now(UTC), zone)
    return Period(start_of(today.replace(day=1), zone), None, "this month")


def since_movement(posted_at: datetime, transaction: int) -> Period:
    """Return what came from one movement on, itself included."""
    return Period(posted_at, None, f"since transaction {transaction}", transaction)


def offered(zone: tzinfo, *, now: datetime | None = None) -> tuple[Period, ...]:
    """Return the periods to choose from, the shortest first."""
    return (
        last_days(30, zone, now=now),
        this_month(zone, now=now),
        last_days(USUAL_DAYS, zone, now=now),
        WHOLE_LIFE,
    )
