"""Credits granted until a moment, through the ledger's own function, and their days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from console.files.days import day_of, end_of
from tests.cluster import CURRENCY
from tests.models.writes import done, write

if TYPE_CHECKING:
    from tests.bookkeeping import Connection

BERLIN: Final = ZoneInfo("Europe/Berlin")


def until(
    connection: Connection,
    username: str,
    amount: int,
    at: datetime | None,
    *,
    source: str = "promo",
    currency: str = CURRENCY,
) -> int:
    """Grant credit until a moment, or for ever; return the lot's number."""
    return int(done(write(connection, "grant_credit", username, currency, amount, source, at))["lot"])


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day ends."""
    end = end_of(day, zone)
    assert end is not None
    return end


def today(zone: ZoneInfo) -> date:
    """Return the business day of now."""
    return day_of(datetime.now(UTC), zone)


def in_days(days: int, zone: ZoneInfo) -> date:
    """Return the business day so many days after today."""
    return today(zone) + timedelta(days=days)
