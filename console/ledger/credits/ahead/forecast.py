"""How much of the credit that ends soon will stay unused, from what stayed unused in the last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - part of public rows
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, DateTime, bindparam, text

from console.errors import UsageError
from console.ledger.credits.ahead.days import WITHIN_DAYS, with_days
from console.money import Currency, currency_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.ledger.credits.ahead.days import Days
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

LEADS: Final = ((7, 3.5), (14, 10.5), (30, 22.0), (60, 45.0), (90, 75.0))
"""Credits that end within so many days are judged by what was left of others so many days before the end."""

LEAST: Final = 30
"""Fewer ended credits of a source say nothing by themselves: then those of all sources speak for it."""

SAMPLE: Final = 12_000
"""About so many ended credits are looked at, chosen by their numbers' hash: 2,000 of each of six sources make
the share right to 2 points in 95 of 100 cases, and the movements of a million would take seconds."""

PAST_DAYS: Final = 365
QUARTERS: Final = 4
"""The year's parts, each judged by itself too: between the least and the most lies the spread."""

# A lot's movements have no moment of their own, so their transactions are looked up, for the sample alone.
# What was left at a moment is what was used or expired after it: credit taken back since is in neither.
# `gone` is what expired.
_FORECAST: Final = """
    WITH part AS MATERIALIZED (
        SELECT one.source, one.bin, count(*) AS credits, sum(one.remaining) AS amount
        FROM (
            SELECT l.source, {bins} AS bin, l.remaining FROM ledger.credit_lots l
            WHERE {credit} AND l.closed_at IS NULL
                AND l.expires_at > now() AND l.expires_at <= CAST(:bins_end AS timestamptz)
        ) one GROUP BY one.source, one.bin
    ), sample AS MATERIALIZED (
        SELECT l.id, l.source, l.created_at, l.expires_at,
            least(floor({quarters} * extract(epoch FROM now() - l.expires_at) / ({days} * 86400.0))::integer,
                {quarters} - 1) AS quarter
        FROM ledger.credit_lots l
        WHERE {currency} AND l.closed_at IS NOT NULL AND l.expires_at <= now()
            AND l.expires_at > now() - interval '{days} days'
            -- The currency's own number of ended credits is not known without counting; of all tables it is.
            AND (hashint8(l.id) & 2147483647) % (
                SELECT greatest(1, (c.reltuples / :sample)::bigint) FROM pg_class c
                WHERE c.oid = 'ledger.credit_lots'::regclass) = 0
    ), used AS MATERIALIZED (
        SELECT s.source, s.quarter, s.expires_at - s.created_at AS life, use.gone, {lefts}
        FROM sample s CROSS JOIN LATERAL (
            SELECT coalesce(sum(-m.amount) FILTER (WHERE t.kind = 'expiry'), 0) AS gone, {sums}
            FROM ledger.lot_movements m JOIN ledger.transactions t ON t.id = m.transaction_id
            WHERE m.lot_id = s.id AND (
                t.kind IN ('capture', 'expiry') OR (t.kind = 'reversal' AND m.amount > 0))
        ) use
    )
    SELECT 'mark' AS what, NULL AS bin, c.code || ' ' || c.exponent || ' ' || k.zone AS source,
        NULL::bigint AS credits, NULL::numeric AS amount, NULL::numeric AS gone, NULL::integer AS quarter,
        NULL::integer AS lead, now() AS at, (now() AT TIME ZONE k.zone)::date AS today
    FROM ledger.calendar k CROSS JOIN ledger.currencies c WHERE c.code = :currency
    UNION ALL
    SELECT 'open', p.bin, p.source, p.credits, p.amount, NULL, NULL, NULL, NULL, NULL FROM part p
    UNION ALL
    SELECT 'past', NULL, u.source, count(*), sum(one.was_left), sum(u.gone), u.quarter, one.lead, NULL, NULL
    FROM used u CROSS JOIN LATERAL (VALUES {values}) one (lead, days, was_left)
    WHERE one.was_left > 0 AND u.life >= one.days * interval '1 day'
    GROUP BY u.source, u.quarter, one.lead"""
_CURRENCY: Final = "l.currency = :currency"


@dataclass(frozen=True, slots=True)
class UnusedShare:
    """Which share of what was left stayed unused, from 0 to 1, and of how many ended credits that is known.

    low, high: of the quarter of the last year with the least and with the most, of those with LEAST credits;
    both the share itself where no quarter has so many.
    pooled: whether the credits of all sources were taken, for the source has too few of its own.
    """

    share: float
    low: float
    high: float
    credits: int
    pooled: bool


@dataclass(frozen=True, slots=True)
class SourceForecast:
    """What ends of one source within a span, in minor units, and what of it is expected to stay unused.

    credits: how many end. rests_on: the fewest ended credits that any part of it was judged by. pooled:
    whether a part was judged by the credits of all sources. unused, low and high are None where even all
    sources together have too few ended credits.
    """

    source: str
    credits: int
    amount: int
    unused: int | None
    low: int | None
    high: int | None
    rests_on: int
    pooled: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What ends on so many business days from today on, through `through`, by source, the largest first."""

    days: int
    through: date
    sources: tuple[SourceForecast, ...]

    @property
    def amount(self) -> int:
        """What ends, in minor units."""
        return sum(one.amount for one in self.sources)

    @property
    def unused(self) -> int | None:
        """What is expected to stay unused; None where a source cannot be judged."""
        return _sum(one.unused for one in self.sources)

    @property
    def low(self) -> int | None:
        """The same, had each source the quarter with the least."""
        return _sum(one.low for one in self.sources)

    @property
    def high(self) -> int | None:
        """The same, had each source the quarter with the most."""
        return _sum(one.high for one in self.sources)


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of each of WITHIN_DAYS, as of `at`; looked_at: how many ended credits they rest on."""

    currency: Currency
    zone: ZoneInfo
    at: datetime
    spans: tuple[Forecast, ...]
    looked_at: int


def forecast(
    database: Database,
    currency: str,
    zone: ZoneInfo,
    *,
    source: str = "",
    sample: int = SAMPLE,
    cancel: Cancellation | None = None,
) -> Forecasts:
    """Say what of the credit that ends soon will stay unused, by one statement.

    An open credit is judged by the credits of its source that ended in the last PAST_DAYS days: of what was
    left of those as long before their ends, this share was unused at the end. How long is told in steps
    (LEADS). What customers were told, and what is new this year, it does not know.
    zone: in which the ledger counts its days. Raises UsageError when there is no such currency.
    """
    asked: dict[str, Any] = {"currency": currency, "sample": sample}
    if source:
        asked["source"] = source

    def ask(days: Days) -> tuple[str, date, list[Row[Any]]]:
        bins, values = days.bins(WITHIN_DAYS[-1])
        values |= asked
        statement = _shape(bins, frozenset(values))

        def work(session: Session) -> list[Row[Any]]:
            return list(session.execute(statement, values))

        rows = database.read("credits.forecast", work, cancel=cancel)
        mark = next((row for row in rows if row.what == "mark"), None)
        if mark is None:
            raise UsageError(f"There is no currency {currency!r} in this ledger.")
        return mark.source.split(" ")[2], mark.today, rows

    days, rows = with_days(zone, ask)
    return _read(days, rows)


@lru_cache(maxsize=32)
def _shape(bins: str, given: frozenset[str]) -> TextClause:
    places = range(len(LEADS))
    statement = text(
        _FORECAST.format(
            bins=bins, currency=_CURRENCY, days=PAST_DAYS, quarters=QUARTERS,
            credit=f"{_CURRENCY} AND l.source = :source" if "source" in given else _CURRENCY,
            lefts=", ".join(f"use.left_{place}" for place in places),
            sums=", ".join(
                f"coalesce(sum(-m.amount) FILTER (WHERE t.posted_at > s.expires_at - {lead}"
                f" * interval '1 day'), 0) AS left_{place}"
                for place, (_within, lead) in enumerate(LEADS)
            ),
            values=", ".join(f"({place}, {LEADS[place][1]}, u.left_{place})" for place in places),
        )
    )  # fmt: skip
    moments = given - {"currency", "source", "sample"}
    return statement.bindparams(
        bindparam("sample", type_=BigInteger()),
        *(bindparam(name, type_=DateTime(timezone=True)) for name in sorted(moments)),
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """What was left of ended credits, and what of it was unused at the end, in minor units."""

    credits: int = 0
    left: int = 0
    gone: int = 0

    def __add__(self, other: _Past) -> _Past:
        return _Past(self.credits + other.credits, self.left + other.left, self.gone + other.gone)

    @property
    def share(self) -> float:
        return self.gone / self.left


def _read(days: Days, rows: Sequence[Row[Any]]) -> Forecasts:
    mark = next(row for row in rows if row.what == "mark")
    code, exponent, _zone = mark.source.split(" ")
    past: dict[tuple[str | None, int], dict[int, _Past]] = {}
    for row in rows:
        if row.what == "past":
            found = _Past(row.credits, int(row.amount), int(row.gone))
            for name in (row.source, None):
                quarters = past.setdefault((name, row.lead), {})
                quarters[row.quarter] = quarters.get(row.quarter, _Past()) + found
    shares = {
        place: share for place, quarters in past.items() if (share := _share(quarters, place[0])) is not None
    }
    cells = [
        (row.source, days.place(row.bin) + 1, row.credits, int(row.amount))
        for row in rows
        if row.what == "open"
    ]
    spans = tuple(
        Forecast(span, days.last(span), tuple(_sources([cell for cell in cells if cell[1] <= span], shares)))
        for span in WITHIN_DAYS
    )
    looked_at = max((sum(one.credits for one in past[None, lead].values())
                     for lead in range(len(LEADS)) if (None, lead) in past), default=0)  # fmt: skip
    return Forecasts(currency_of(code, int(exponent)), days.zone, mark.at, spans, looked_at)


def _share(quarters: Mapping[int, _Past], source: str | None) -> UnusedShare | None:
    """Return the share of a year; None where it rests on too few."""
    year = sum(quarters.values(), _Past())
    if year.credits < LEAST:
        return None
    each = [one.share for one in quarters.values() if one.credits >= LEAST] or [year.share]
    low, high = min(*each, year.share), max(*each, year.share)
    return UnusedShare(year.share, low, high, year.credits, source is None)


def _sources(
    cells: Iterable[tuple[str, int, int, int]], shares: Mapping[tuple[str | None, int], UnusedShare]
) -> Iterable[SourceForecast]:
    by_source: dict[str, dict[int, tuple[int, int]]] = {}
    for source, days, credits, amount in cells:  # noqa: A001 - the ledger's word
        lead = next(place for place, (within, _lead) in enumerate(LEADS) if days <= within)
        leads = by_source.setdefault(source, {})
        before = leads.get(lead, (0, 0))
        leads[lead] = (before[0] + credits, before[1] + amount)
    found = [_source(source, leads, shares) for source, leads in by_source.items()]
    return sorted(found, key=lambda one: (-one.amount, one.source))


def _source(
    source: str, leads: Mapping[int, tuple[int, int]], shares: Mapping[tuple[str | None, int], UnusedShare]
) -> SourceForecast:
    judged = [
        (amount, shares.get((source, lead)) or shares.get((None, lead)))
        for lead, (_n, amount) in leads.items()
    ]
    known = [(amount, share) for amount, share in judged if share is not None]
    whole = len(known) == len(judged)
    return SourceForecast(
        source, sum(count for count, _amount in leads.values()), sum(amount for amount, _share in judged),
        round(sum(amount * share.share for amount, share in known)) if whole else None,
        round(sum(amount * share.low for amount, share in known)) if whole else None,
        round(sum(amount * share.high for amount, share in known)) if whole else None,
        min((share.credits for _amount, share in known), default=0) if whole else 0,
        any(share.pooled for _amount, share in known),
    )  # fmt: skip


def _sum(amounts: Iterable[int | None]) -> int | None:
    found = list(amounts)
    known = [one for one in found if one is not None]
    return sum(known) if len(known) == len(found) else None
