"""A balance over time: what it was at the beginning of days of a period, by a probe of the index each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from console.files.days import day_of, start_of
from console.ledger.accounts.walk import ACCOUNT, BALANCE_AFTER, walk

if TYPE_CHECKING:
    from datetime import tzinfo

    from console.ledger.accounts.equation import Period

MOST_POINTS: Final = 45
"""A longer period has a point every so many days instead of every day."""

BALANCES: Final = f"""
    WITH {ACCOUNT}
    SELECT json_agg(coalesce(found.after, 0) ORDER BY moment.place)
    FROM account CROSS JOIN unnest(CAST(:moments AS timestamptz[])) WITH ORDINALITY moment (at, place)
    LEFT JOIN LATERAL ({walk(*BALANCE_AFTER, condition="t.posted_at < moment.at", limit="1")}
    ) found ON true"""  # noqa: S608 - texts of ours


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """What a balance was just before a moment, in minor units."""

    at: datetime
    balance: int


def moments(period: Period, zone: tzinfo, *, opened_at: datetime, now: datetime) -> list[datetime]:
    """Return the first moments of the period's days, at most MOST_POINTS of them, evenly apart.

    zone is the one of the business day; a whole life begins when the account was opened. A period that
    begins within a day begins there.
    """
    first = day_of(opened_at if period.since is None else max(period.since, opened_at), zone)
    last = day_of(period.until or now, zone)
    days = (last - first).days + 1
    step = -(-days // MOST_POINTS)
    found = [start_of(first + timedelta(days=day), zone) for day in range(0, days, step)]
    return found if period.since is None else [max(found[0], period.since), *found[1:]]
