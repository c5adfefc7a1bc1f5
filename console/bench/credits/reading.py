"""The calendar, the forecast, pages and sums of a million credits, each beside the naive way."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from console.bench.investigate.figure import NAIVE_ROUNDS, Measured
from console.files.days import day_of
from console.ledger.books.currencies import books
from console.ledger.credits import listing
from console.ledger.credits.ahead import calendar, forecast, future
from console.ledger.credits.ahead.days import DAYS, Days
from console.ledger.credits.filter import CreditFilter, CreditView
from console.monitor.budgets import BUDGETS
from console.workspace.demo import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from console.bench.driver import Driver
    from console.bench.investigate.figure import Bench

    Ask = Callable[[], object]

CALENDAR_MS: Final = 300.0
FORECAST_MS: Final = 1_000.0
"""Below which calendar and forecast are to be there, in the median."""

ALL_ROWS: Final = "all rows, added up here"

_A_DAY: Final = """
    SELECT l.source, count(*), sum(l.remaining) FROM ledger.credit_lots l
    WHERE l.closed_at IS NULL AND l.currency = %s AND l.expires_at > %s AND l.expires_at <= %s
    GROUP BY l.source"""
_ROWS: Final = """
    SELECT l.source, l.wallet_id, l.remaining, l.expires_at FROM ledger.credit_lots l
    WHERE l.closed_at IS NULL AND l.currency = %s"""
_ENDED: Final = """
    SELECT one.source, days.lead, sum(one.amount) FILTER (WHERE one.kind = 'expiry'), sum(one.amount)
    FROM (
        SELECT l.source, t.kind, -m.amount AS amount, l.expires_at - t.posted_at AS before
        FROM ledger.credit_lots l JOIN ledger.lot_movements m ON m.lot_id = l.id
        JOIN ledger.transactions t ON t.id = m.transaction_id
        WHERE l.currency = %s AND l.closed_at IS NOT NULL AND m.amount < 0
            AND l.expires_at BETWEEN now() - interval '365 days' AND now()) one
    JOIN (VALUES (3.5), (10.5), (22.0), (45.0), (75.0)) days (lead)
        ON one.before < days.lead * interval '1 day'
    GROUP BY one.source, days.lead"""
_HALF_DEPTH: Final = """
    SELECT l.expires_at, l.id, l.place FROM (
        SELECT l.expires_at, l.id, row_number() OVER (ORDER BY l.expires_at, l.id) AS place,
            count(*) OVER () AS credits
        FROM ledger.credit_lots l WHERE l.closed_at IS NULL AND l.currency = %s) l
    WHERE l.place = l.credits / 2"""
_OFFSET: Final = """
    SELECT l.id, u.username, l.source, l.amount, l.remaining, l.expires_at FROM ledger.credit_lots l
    JOIN ledger.wallets w ON w.id = l.wallet_id JOIN ledger.users u ON u.id = w.user_id
    WHERE l.closed_at IS NULL AND l.currency = %s
    ORDER BY l.expires_at, l.id LIMIT 200 OFFSET %s"""


def figures(bench: Bench, rounds: int) -> Iterator[Measured]:
    """Measure each question by the console and then the naive ways, of which each is asked a few times."""
    zone = books(bench.database).zone
    yield from _calendars(bench, rounds, zone)
    yield from _forecasts(bench, rounds, zone)
    yield from _lists(bench, rounds, zone)
    yield from _sums(bench, rounds, zone)
    at = Days(zone, _today(zone)).end(90)
    ask = partial(future.of_all, bench.database, CURRENCY, at)
    yield _ours(bench, "all balances in 90 days", "ledger.future", [ask] * rounds)


def _calendars(bench: Bench, rounds: int, zone: ZoneInfo) -> Iterator[Measured]:
    what = f"calendar of {DAYS} days"
    ask = partial(calendar.calendar, bench.database, CURRENCY, zone)
    yield _ours(bench, what, "credits.calendar", [ask] * rounds, CALENDAR_MS)
    by_day = partial(_day_by_day, bench.driver, zone)
    yield Measured(bench.naive(what, "a statement a day", [by_day] * NAIVE_ROUNDS))
    by_row = partial(_row_by_row, bench.driver, zone)
    yield Measured(bench.naive(what, ALL_ROWS, [by_row] * NAIVE_ROUNDS))


def _forecasts(bench: Bench, rounds: int, zone: ZoneInfo) -> Iterator[Measured]:
    what, action = "forecast of 7, 30 and 90 days", "credits.forecast"
    ask = partial(forecast.forecast, bench.database, CURRENCY, zone)
    yield _ours(bench, what, action, [ask] * rounds, FORECAST_MS)
    whole = partial(_all_that_ended, bench.driver)
    yield Measured(bench.naive(what, "all that ended, no sample", [whole] * NAIVE_ROUNDS))


def _lists(bench: Bench, rounds: int, zone: ZoneInfo) -> Iterator[Measured]:
    wanted, action = CreditFilter(CURRENCY), "credits.page"
    first = partial(listing.page, bench.database, wanted, zone)
    yield _ours(bench, "list, first page", action, [first] * rounds)
    row = bench.driver.execute(_HALF_DEPTH, [CURRENCY]).fetchone()
    if row is not None:
        what, (ends, credit, place) = "list, page at half depth", row
        cursor = listing.CreditCursor(ends, credit)
        deep = partial(listing.page, bench.database, wanted, zone, cursor=cursor)
        yield _ours(bench, what, action, [deep] * rounds)
        offset = partial(bench.driver.execute, _OFFSET, [CURRENCY, place])
        yield Measured(bench.naive(what, "OFFSET", [offset] * NAIVE_ROUNDS))
    expired = CreditFilter(CURRENCY, view=CreditView.EXPIRED)
    ended = partial(listing.page, bench.database, expired, zone)
    yield _ours(bench, "list of expired, first page", action, [ended] * rounds)


def _sums(bench: Bench, rounds: int, zone: ZoneInfo) -> Iterator[Measured]:
    action, day = "credits.totals", _today(zone) + timedelta(days=10)
    of_day = CreditFilter(CURRENCY, expires_from=day, expires_through=day)
    ask = partial(listing.totals, bench.database, of_day, zone)
    yield _ours(bench, "sums of one day", action, [ask] * rounds)
    what = "sums of all that is open"
    ask = partial(listing.totals, bench.database, CreditFilter(CURRENCY), zone)
    yield _ours(bench, what, action, [ask] * rounds)
    yield Measured(bench.naive(what, ALL_ROWS, [partial(_added_up, bench.driver)] * NAIVE_ROUNDS))


def _ours(
    bench: Bench, what: str, action: str, asks: Sequence[Ask], limit_ms: float | None = None
) -> Measured:
    return Measured(bench.ours(what, asks, budget=BUDGETS[action]), limit_ms)


def _today(zone: ZoneInfo) -> date:
    return day_of(datetime.now(UTC), zone)


def _day_by_day(driver: Driver, zone: ZoneInfo) -> int:
    bounds = Days(zone, _today(zone)).bounds
    found = 0
    for begin, end in pairwise(bounds):
        found += len(driver.execute(_A_DAY, [CURRENCY, begin, end]).fetchall())
    return found


def _all_that_ended(driver: Driver) -> int:
    return len(driver.execute(_ENDED, [CURRENCY]).fetchall())


def _row_by_row(driver: Driver, zone: ZoneInfo) -> int:
    sums: defaultdict[tuple[date, str], int] = defaultdict(int)
    for source, _wallet, remaining, expires_at in driver.execute(_ROWS, [CURRENCY]):
        if expires_at is not None:
            sums[day_of(expires_at - timedelta(microseconds=1), zone), source] += remaining
    return len(sums)


def _added_up(driver: Driver) -> int:
    sums: defaultdict[str, int] = defaultdict(int)
    accounts = set[int]()
    for source, wallet, remaining, _expires_at in driver.execute(_ROWS, [CURRENCY]):
        sums[source] += remaining
        accounts.add(wallet)
    return len(accounts)
