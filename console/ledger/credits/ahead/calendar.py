"""When the open credit of a currency ends, by business day and source: one statement at any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - part of public rows
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import DateTime, bindparam, text

from console.errors import UsageError
from console.ledger.credits.ahead.days import ACCOUNTS_WITHIN_DAYS, DAYS, WITHIN_DAYS, with_days
from console.ledger.credits.ahead.dead import dead_parts
from console.money import Currency, currency_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.ledger.credits.ahead.days import Days
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

SOURCES: Final = 20
"""So many sources are told apart, those with the most credit; the others are one."""

# `part` goes over the open credits once. It is a UNION ALL of what is past its end and what is not, since the
# planner knows nothing of the columns of one: it guesses 200 bins, and lets several processes add up side by
# side. Of the table itself it guesses a bin for each moment, and reads a million rows alone, in twice the
# time. Nothing here may call a function that is not PARALLEL SAFE: one process would read all of it.
_CALENDAR: Final = """
    WITH part AS MATERIALIZED (
        SELECT one.source, one.bin, count(*) AS credits, sum(one.remaining) AS amount
        FROM (
            SELECT l.source, '-infinity'::timestamptz AS bin, l.remaining FROM ledger.credit_lots l
            WHERE {open} AND l.expires_at <= now()
            UNION ALL
            SELECT l.source, {bins}, l.remaining FROM ledger.credit_lots l
            WHERE {open} AND (l.expires_at > now() OR l.expires_at IS NULL)
        ) one GROUP BY one.source, one.bin
    ), largest AS (
        SELECT part.source FROM part WHERE part.bin IS NULL OR part.bin > '-infinity'
        GROUP BY part.source ORDER BY sum(part.amount) DESC, part.source LIMIT {sources}
    ), told AS (
        SELECT CASE WHEN part.bin IS NULL THEN 'never' WHEN part.bin = 'infinity' THEN 'later'
                ELSE 'day' END AS what, nullif(part.bin, 'infinity') AS bin, largest.source,
            sum(part.credits)::bigint AS credits, sum(part.amount) AS amount
        FROM part LEFT JOIN largest ON largest.source = part.source
        WHERE part.bin IS NULL OR part.bin > '-infinity' GROUP BY 1, 2, 3
    ), past AS MATERIALIZED (
        SELECT l.id, l.wallet_id, l.remaining FROM ledger.credit_lots l WHERE {open} AND l.expires_at <= now()
    ), dead AS (
        {dead}
    ), single AS (
        SELECT dead.id, dead.so_far - coalesce(lag(dead.so_far) OVER (
            PARTITION BY dead.wallet_id ORDER BY dead.expires_at, dead.created_at, dead.id), 0) AS dead
        FROM dead
    ), ended AS MATERIALIZED (
        SELECT past.wallet_id, single.dead, past.remaining - single.dead AS kept
        FROM past JOIN single ON single.id = past.id
    ), early AS MATERIALIZED (
        SELECT {early} FROM (
            SELECT l.wallet_id, min(l.expires_at) AS first FROM ledger.credit_lots l
            WHERE {open} AND l.expires_at > now() AND l.expires_at <= CAST(:within_{most} AS timestamptz)
            GROUP BY l.wallet_id
        ) account
    )
    SELECT 'mark' AS what, NULL AS bin, c.code || ' ' || c.exponent || ' ' || k.zone AS source,
        NULL AS credits, NULL AS amount, NULL::bigint AS accounts, now() AS at,
        (now() AT TIME ZONE k.zone)::date AS today
    FROM ledger.calendar k CROSS JOIN ledger.currencies c WHERE c.code = :currency
    UNION ALL SELECT told.what, told.bin, told.source, told.credits, told.amount, NULL, NULL, NULL FROM told
    UNION ALL SELECT 'open', NULL, NULL, NULL, NULL, ({accounts}), NULL, NULL
    UNION ALL SELECT 'kept', NULL, NULL, count(*), sum(e.kept), count(DISTINCT e.wallet_id), NULL, NULL
    FROM ended e WHERE e.kept > 0
    UNION ALL SELECT 'dead', NULL, NULL, count(*), sum(e.dead), count(DISTINCT e.wallet_id), NULL, NULL
    FROM ended e WHERE e.dead > 0
    {within}"""
_OPEN: Final = "l.closed_at IS NULL AND l.currency = :currency"
_EARLY: Final = (
    "count(*) FILTER (WHERE account.first <= CAST(:within_{days} AS timestamptz)) AS within_{days}"
)
_WITHIN: Final = """UNION ALL
    SELECT 'within {days}', NULL, NULL, NULL, NULL, early.within_{days}, NULL, NULL FROM early """

# Of all sources an account with open credit is one that has it granted: 20 ms for 200,000 accounts, where the
# credits of a million take 100. Those of which all is past its end are taken off.
_ACCOUNTS: Final = """
        (SELECT count(*) FROM ledger.wallets w WHERE w.currency = :currency AND w.granted > 0) - (
            SELECT count(*) FROM (SELECT DISTINCT p.wallet_id FROM past p) p WHERE NOT EXISTS (
                SELECT FROM ledger.credit_lots l WHERE l.wallet_id = p.wallet_id AND l.closed_at IS NULL
                    AND l.currency = :currency AND (l.expires_at > now() OR l.expires_at IS NULL)))"""
_ACCOUNTS_OF_SOURCE: Final = f"""
        SELECT count(DISTINCT l.wallet_id) FROM ledger.credit_lots l
        WHERE {_OPEN} AND l.source = :source AND (l.expires_at > now() OR l.expires_at IS NULL)"""  # noqa: S608 - text of ours


@dataclass(frozen=True, slots=True)
class DayExpiry:
    """What ends on one business day of one source, in minor units; source: None for all but the largest."""

    day: date
    source: str | None
    amount: int
    credits: int


@dataclass(frozen=True, slots=True)
class CreditSum:
    """What is left of credits in minor units, how many they are, and of how many accounts if known."""

    amount: int = 0
    credits: int = 0
    accounts: int | None = 0

    @classmethod
    def of(cls, days: Iterable[DayExpiry], accounts: int | None) -> Self:
        """Add up days."""
        found = tuple(days)
        return cls(sum(one.amount for one in found), sum(one.credits for one in found), accounts)


@dataclass(frozen=True, slots=True)
class Within:
    """What ends on so many business days from today on; `through` is the last of them.

    most_on_a_day: the amount of the day of these on which most ends.
    """

    days: int
    through: date
    ends: CreditSum
    most_on_a_day: int


@dataclass(frozen=True, slots=True)
class ExpiryCalendar:
    """When the open credit of a currency ends, as of `at`.

    days: the next DAYS business days from `today` on, each source by itself, in order; days on which nothing
    ends are not there. sources: those told apart, the one with the most credit first. open: all that is left
    and not past its end, in days, `later` and `no_expiry` together. kept: past its end, but holds
    keep it; waiting: past its end, and the next sweep sends it to @breakage. Of `later`, `no_expiry` and
    spans of more than 30 days accounts are not counted.
    """

    currency: Currency
    zone: ZoneInfo
    today: date
    at: datetime
    days: tuple[DayExpiry, ...]
    sources: tuple[str, ...]
    open: CreditSum
    no_expiry: CreditSum
    later: CreditSum
    kept: CreditSum
    waiting: CreditSum
    within: tuple[Within, ...]


def calendar(
    database: Database,
    currency: str,
    zone: ZoneInfo,
    *,
    source: str = "",
    cancel: Cancellation | None = None,
) -> ExpiryCalendar:
    """Return the calendar of a currency, of all sources or one; one statement.

    zone: in which the ledger counts its days. Raises UsageError when there is no such currency.
    """
    asked: dict[str, Any] = {"currency": currency}
    if source:
        asked["source"] = source

    def ask(days: Days) -> tuple[str, date, list[Row[Any]]]:
        bins, values = days.bins(DAYS)
        values |= asked | {f"within_{span}": days.end(span) for span in ACCOUNTS_WITHIN_DAYS}
        statement = _shape(bins, frozenset(values), of_source=bool(source))

        def work(session: Session) -> list[Row[Any]]:
            return list(session.execute(statement, values))

        rows = database.read("credits.calendar", work, cancel=cancel)
        mark = next((row for row in rows if row.what == "mark"), None)
        if mark is None:
            raise UsageError(f"There is no currency {currency!r} in this ledger.")
        return mark.source.split(" ")[2], mark.today, rows

    days, rows = with_days(zone, ask)
    return _read(days, rows)


@lru_cache(maxsize=32)
def _shape(bins: str, given: frozenset[str], *, of_source: bool) -> TextClause:
    statement = text(
        _CALENDAR.format(
            open=f"{_OPEN} AND l.source = :source" if of_source else _OPEN,
            bins=bins, sources=SOURCES, most=ACCOUNTS_WITHIN_DAYS[-1],
            accounts=_ACCOUNTS_OF_SOURCE if of_source else _ACCOUNTS,
            dead=dead_parts("now()", "SELECT DISTINCT past.wallet_id FROM past"),
            early=", ".join(_EARLY.format(days=span) for span in ACCOUNTS_WITHIN_DAYS),
            within="".join(_WITHIN.format(days=span) for span in ACCOUNTS_WITHIN_DAYS),
        )
    )  # fmt: skip
    moments = given - {"currency", "source"}
    return statement.bindparams(*(bindparam(name, type_=DateTime(timezone=True)) for name in sorted(moments)))


def _read(days: Days, rows: list[Row[Any]]) -> ExpiryCalendar:
    told = {row.what: row for row in rows if row.what != "day"}
    code, exponent, _zone = told["mark"].source.split(" ")
    cells = [_day(days, row) for row in rows if row.what == "day"]
    within = tuple(_within(days, span, cells, told) for span in WITHIN_DAYS)
    later, never = (_sum(row for row in rows if row.what == what) for what in ("later", "never"))
    to_come = CreditSum.of(cells, None)
    sums: dict[str, int] = {}
    for row in rows:
        if row.what in {"day", "later", "never"} and row.source is not None:
            sums[row.source] = sums.get(row.source, 0) + int(row.amount)
    return ExpiryCalendar(
        currency_of(code, int(exponent)), days.zone, days.today, told["mark"].at,
        tuple(_merged(cells)),
        tuple(sorted(sums, key=lambda name: (-sums[name], name))),
        CreditSum(
            to_come.amount + later.amount + never.amount, to_come.credits + later.credits + never.credits,
            told["open"].accounts,
        ),
        never, later,
        _past(told["kept"]), _past(told["dead"]), within,
    )  # fmt: skip


def _within(days: Days, span: int, cells: list[DayExpiry], told: dict[str, Row[Any]]) -> Within:
    through = days.last(span)
    met = [one for one in cells if one.day <= through]
    of_day: dict[date, int] = {}
    for one in met:
        of_day[one.day] = of_day.get(one.day, 0) + one.amount
    counted = told.get(f"within {span}")
    ends = CreditSum.of(met, None if counted is None else counted.accounts)
    return Within(span, through, ends, max(of_day.values(), default=0))


def _day(days: Days, row: Row[Any]) -> DayExpiry:
    return DayExpiry(days.last(days.place(row.bin) + 1), row.source, int(row.amount), row.credits)


def _merged(cells: list[DayExpiry]) -> Iterable[DayExpiry]:
    """Put a day's cells of one source together: a day of 25 hours has two bins."""

    def place(cell: DayExpiry) -> tuple[date, bool, str]:
        return cell.day, cell.source is None, cell.source or ""

    for _place, each in groupby(sorted(cells, key=place), key=place):
        first, *others = each
        yield DayExpiry(
            first.day, first.source,
            first.amount + sum(one.amount for one in others),
            first.credits + sum(one.credits for one in others),
        )  # fmt: skip


def _past(row: Row[Any]) -> CreditSum:
    return CreditSum(int(row.amount or 0), row.credits, row.accounts)


def _sum(rows: Iterable[Row[Any]]) -> CreditSum:
    found = tuple(rows)
    return CreditSum(sum(int(row.amount) for row in found), sum(row.credits for row in found), None)
