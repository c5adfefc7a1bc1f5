"""What a search costs by each kind of text, beside a LIKE '%…%' over the same columns."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final, LiteralString

from console.bench.driver import driver_to, timed
from console.ledger.search.everything import everything
from console.monitor.budgets import BUDGETS
from console.workspace.demo import CURRENCY, EXPONENT
from console.money import Currency

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.bench.driver import Driver
    from console.bench.place import Place
    from console.postgres.database import Database

_CURRENCIES: Final = (Currency(CURRENCY, EXPONENT),)
_TEXTS: Final = 40
"""Different texts of a kind: one text alone would be measured out of the cache."""

_NAIVE_ROUNDS: Final = 3
_P95: Final = 0.95

# What is asked for, from rows all over the ledger; %s is how many.
_SAMPLES: Final[dict[str, LiteralString]] = {
    "account number": "SELECT id::text FROM {users}",
    "username": "SELECT username FROM {users}",
    "beginning of a username": "SELECT left(username, 5) FROM {users}",
    "beginning of a last name": "SELECT left(split_part(display_name, ' ', 2), 4) FROM {users}",
    "first and last name": "SELECT display_name FROM {users}",
    "e-mail": "SELECT email FROM {users}",
    "beginning of an e-mail": "SELECT left(email, -5) FROM {users}",
    "reference": "SELECT reference FROM {transactions}",
    "beginning of a reference": "SELECT left(reference, -2) FROM {transactions}",
    "amount": "SELECT (amount::numeric / 100)::numeric(20, 2)::text FROM {transactions}",
    "a name that nobody has": "SELECT 'zq' || id || 'x' FROM {users}",
}
_ROWS: Final[dict[str, LiteralString]] = {
    "users": """ledger.users WHERE kind = 'customer' AND display_name <> '' AND id IN (
        SELECT 10 + n * ((SELECT max(id) FROM ledger.users) - 10) / %(texts)s
        FROM generate_series(1, %(texts)s) n)""",
    "transactions": """ledger.transactions WHERE reference <> '' AND id IN (
        SELECT 1 + n * ((SELECT max(id) FROM ledger.transactions) - 1) / %(texts)s
        FROM generate_series(1, %(texts)s) n)""",
}
_NAIVE_USERS: Final[LiteralString] = """
    SELECT username FROM ledger.users WHERE username ILIKE '%%' || %(text)s || '%%'
        OR display_name ILIKE '%%' || %(text)s || '%%' OR email ILIKE '%%' || %(text)s || '%%'
    ORDER BY username LIMIT 6"""
_NAIVE_TRANSACTIONS: Final[LiteralString] = """
    SELECT id FROM ledger.transactions WHERE reference ILIKE '%%' || %(text)s || '%%' ORDER BY id LIMIT 6"""
