"""What a search costs by each kind of text, beside LIKE '%…%' over the same columns."""
# ruff: noqa: S608 - statements are put together from constants of this file

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, LiteralString

from console.bench.driver import number
from console.ledger.search.everything import everything
from console.money import Currency
from console.monitor.budgets import BUDGETS
from console.workspace.demo import CURRENCY, EXPONENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.bench.driver import Driver
    from console.bench.investigate.figure import Bench, Figure

_CURRENCIES: Final = (Currency(CURRENCY, EXPONENT),)
P95_LIMIT_MS: Final = 100

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


def figures(bench: Bench, searches: int) -> Iterator[Figure]:
    """Measure each kind with so many different texts: one alone would be measured out of the cache."""
    for what, (table, expression) in _TYPED.items():
        texts = evenly(bench.driver, table, expression, searches)
        yield bench.ours(
            f"search, {what}",
            [partial(everything, bench.database, text, _CURRENCIES) for text in texts],
            budget=BUDGETS["search.everything"],
            p95_limit=P95_LIMIT_MS,
        )
        asks = [partial(bench.driver.execute, _NAIVE[table], {"text": text}) for text in texts]
        yield bench.naive(f"search, {what}", "LIKE '%…%'", asks)


def evenly(driver: Driver, table: LiteralString, expression: LiteralString, wanted: int) -> list[str]:
    """Return texts from rows that lie evenly over the table."""
    last = number(driver, f"SELECT max(id) FROM ledger.{table}")
    rows = driver.execute(
        f"SELECT {expression} FROM ledger.{table} WHERE id = ANY(%s)",
        [[max(1, last - last * place // wanted) for place in range(wanted)]],
    )
    return [text for (text,) in rows if text]
