"""What a search costs by each kind of text, beside LIKE '%…%' over the same columns."""
# ruff: noqa: S608 - statements are put together from constants of this file

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final, LiteralString

from console.bench.driver import driver_to, number, timed
from console.ledger.search.everything import everything
from console.money import Currency
from console.workspace.demo import CURRENCY, EXPONENT

if TYPE_CHECKING:
    from console.bench.driver import Driver
    from console.bench.place import Place
    from console.postgres.database import Database

_CURRENCIES: Final = (Currency(CURRENCY, EXPONENT),)
_NAIVE_ROUNDS: Final = 3
_WARM_UP: Final = 6  # the driver prepares a statement at its sixth use

_USERS: Final[LiteralString] = "users"
_TRANSACTIONS: Final[LiteralString] = "transactions"
_HOLDS: Final[LiteralString] = "reservations"

# What is typed, from rows all over the ledger: a table, and an expression of its columns.
_TYPED: Final[dict[str, tuple[LiteralString, LiteralString]]] = {
    "account number": (_USERS, "id::text"),
    "username": (_USERS, "username"),
    "beginning of a username": (_USERS, "left(username, 5)"),
    "beginning of a last name": (_USERS, "left(split_part(display_name, ' ', 2), 4)"),
    "first and last name": (_USERS, "display_name"),
    "a name that nobody has": (_USERS, "'zq' || id || 'x'"),
    "e-mail": (_USERS, "email"),
    "beginning of an e-mail": (_USERS, "left(email, -5)"),
    "reference": (_TRANSACTIONS, "reference"),
    "beginning of a reference": (_TRANSACTIONS, "left(reference, -2)"),
    "amount": (_TRANSACTIONS, "round(amount / 100.0, 2)::text"),
    "hold": (_HOLDS, "reference"),
}
_NAIVE: Final[dict[str, LiteralString]] = {
    _USERS: """
        SELECT u.username FROM ledger.users u
        WHERE u.username ILIKE '%%' || %(text)s || '%%' OR u.display_name ILIKE '%%' || %(text)s || '%%'
            OR u.email ILIKE '%%' || %(text)s || '%%'
        ORDER BY u.username LIMIT 6""",
    _TRANSACTIONS: """
        SELECT t.id FROM ledger.transactions t
        WHERE t.reference ILIKE '%%' || %(text)s || '%%' OR t.amount::text LIKE '%%' || %(text)s || '%%'
        ORDER BY t.id LIMIT 6""",
    _HOLDS: """
        SELECT r.id FROM ledger.reservations r WHERE r.reference ILIKE '%%' || %(text)s || '%%'
        ORDER BY r.id LIMIT 6""",
}


@dataclass(frozen=True, slots=True)
class SearchFigure:
    """One kind of text: milliseconds of a search, its 95th percentile, and the naive way's median."""

    what: str
    searches: int
    ms: float
    p95_ms: float
    naive_ms: float


def run(place: Place, *, searches: int = 100) -> tuple[SearchFigure, ...]:
    """Measure each kind with so many different texts: one alone would be measured out of the cache."""
    with place.opened() as (database, url), driver_to(url, autocommit=True) as driver:
        place.say("searching by each kind of text")
        return tuple(_measured(database, driver, what, searches) for what in _TYPED)


def _measured(database: Database, driver: Driver, what: str, searches: int) -> SearchFigure:
    table, expression = _TYPED[what]
    texts = _texts(driver, table, expression, searches)
    for text in texts[:_WARM_UP]:
        everything(database, text, _CURRENCIES)
    times = [timed(partial(everything, database, text, _CURRENCIES))[0] * 1000 for text in texts]
    naive = [
        timed(partial(driver.execute, _NAIVE[table], {"text": text}))[0] * 1000
        for text in texts[:_NAIVE_ROUNDS]
    ]
    return SearchFigure(what, len(times), median(times), sorted(times)[len(times) * 95 // 100], median(naive))


def _texts(driver: Driver, table: LiteralString, expression: LiteralString, wanted: int) -> list[str]:
    """Return texts from rows that lie evenly over the table."""
    last = number(driver, f"SELECT max(id) FROM ledger.{table}")
    rows = driver.execute(
        f"SELECT {expression} FROM ledger.{table} WHERE id = ANY(%s)",
        [[max(1, last - last * place // wanted) for place in range(wanted)]],
    )
    return [text for (text,) in rows if text]
