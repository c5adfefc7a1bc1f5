"""What a page of transactions costs at any depth, beside OFFSET, N+1 and the bare driver."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from console.bench.driver import driver_to, timed
from console.ledger.transactions.page import Cursor, TransactionFilter, page, page_statement
from console.postgres.page import Direction

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from console.bench.place import Place
    from console.postgres.database import Database

_ALL = TransactionFilter()
_JOINS = """
    JOIN ledger.wallets fw ON fw.id = t.from_wallet JOIN ledger.users fu ON fu.id = fw.user_id
    JOIN ledger.wallets tw ON tw.id = t.to_wallet JOIN ledger.users tu ON tu.id = tw.user_id"""


@dataclass(frozen=True, slots=True)
class PageFigure:
    """One way to one page: milliseconds (median), statements, rows."""

    what: str
    ms: float
    statements: int
    rows: int


@dataclass(frozen=True, slots=True)
class PagesReport:
    """All figures, and the two ratios that have a goal."""

    transactions: int
    figures: tuple[PageFigure, ...]
    last_to_first: float
    to_driver: float


def run(place: Place, *, rounds: int = 60) -> PagesReport:
    """Measure; the ways take turns, so that a slow moment hits every one alike."""
    with place.opened() as (database, url):
        place.say("reading pages")
        return _measure(database, url, place.transactions, rounds)


def _measure(database: Database, url: str, transactions: int, rounds: int) -> PagesReport:
    half = database.read("bench.half", lambda session: _row_at(session, transactions // 2))
    limit = database.settings.page_size
    with driver_to(url, autocommit=True, options="-c timezone=UTC -c jit=off") as driver:
        sql, values = _driver_sql(limit + 1)
        ways: dict[str, tuple[Callable[[], int], int]] = {
            "first page": (lambda: len(page(database, _ALL, limit=limit).rows), 1),
            "page at half depth": (lambda: len(page(database, _ALL, cursor=half, limit=limit).rows), 1),
            "last page": (
                lambda: len(page(database, _ALL, direction=Direction.BEFORE, limit=limit).rows), 1),
            "first page, bare driver": (lambda: len(driver.execute(sql, values).fetchall()) - 1, 1),
        }  # fmt: skip
        times = _interleaved({what: way for what, (way, _count) in ways.items()}, rounds)
    figures = [
        PageFigure(what, median(times[what]) * 1000, count, limit) for what, (_way, count) in ways.items()
    ]
    n_plus_one, statements = timed(lambda: _n_plus_one(database, limit))
    figures.append(PageFigure("first page, N+1", n_plus_one * 1000, statements, limit))
    offset, _rows = timed(lambda: _offset(database, transactions // 2, limit))
    figures.append(PageFigure("page at half depth, OFFSET", offset * 1000, 1, limit))
    first, _half, last, bare = (figure.ms for figure in figures[:4])
    return PagesReport(transactions, tuple(figures), last / first, first / bare)


def _interleaved(ways: dict[str, Callable[[], int]], rounds: int) -> dict[str, list[float]]:
    for way in ways.values():
        for _warm_up in range(6):  # the driver prepares a statement at its sixth use
            way()
    times: dict[str, list[float]] = {what: [] for what in ways}
    for _round in range(rounds):
        for what, way in ways.items():
            times[what].append(timed(way)[0])
    return times


def _row_at(session: Session, transaction: int) -> Cursor:
    row = session.execute(
        text("SELECT posted_at, id FROM ledger.transactions WHERE id >= :id ORDER BY id LIMIT 1"),
        {"id": transaction},
    ).one()
    return Cursor(row.posted_at, row.id)


def _driver_sql(limit: int) -> tuple[str, dict[str, Any]]:
    """Return the page's own SQL as the driver takes it."""
    statement, values = page_statement(_ALL, descending=True, cursor=None, limit=limit)
    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call] # - SQLAlchemy leaves it untyped
    return str(statement.compile(dialect=dialect)), values


def _n_plus_one(database: Database, limit: int) -> int:
    """Read the rows, then each party's name by itself, as these systems did; returns the statements."""

    def work(session: Session) -> int:
        rows = session.execute(
            text("SELECT * FROM ledger.transactions ORDER BY posted_at DESC, id DESC LIMIT :limit"),
            {"limit": limit},
        ).all()
        name = text(
            "SELECT u.username FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE w.id = :id"
        )
        for row in rows:
            for wallet in (row.from_wallet, row.to_wallet):
                session.execute(name, {"id": wallet}).one()
        return 1 + 2 * len(rows)

    return database.read("bench.n-plus-one", work)


def _offset(database: Database, offset: int, limit: int) -> int:
    statement = text(f"""
        SELECT t.id, t.posted_at, t.kind, fu.username, tu.username AS to_username, t.amount
        FROM ledger.transactions t {_JOINS}
        ORDER BY t.posted_at DESC, t.id DESC OFFSET :offset LIMIT :limit""")  # noqa: S608 - joins of ours

    def work(session: Session) -> int:
        session.execute(text("SET statement_timeout = 0"))
        try:
            return len(session.execute(statement, {"offset": offset, "limit": limit}).all())
        finally:
            session.execute(text(f"SET statement_timeout = '{database.settings.statement_timeout_s}s'"))

    return database.read("bench.offset", work)
