"""What an account's page is read from, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.errors import UsageError
from console.ledger.accounts.detail import Account, account
from console.ledger.balances.lookup import lookup

if TYPE_CHECKING:
    from console.ledger.accounts.equation import Period
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose page, explained over which period, in which currency.

    Without a currency, the first by its code. known: the currencies that the account is known to have;
    without them they are asked for. movements: how many of the period are added up at most.
    """

    username: str
    period: Period
    movements: int
    currency: str = ""
    known: tuple[Currency, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """An account in one of its currencies, and all those that it has, by code; `at` is when it was read."""

    account: Account
    currencies: tuple[Currency, ...]
    at: datetime


def read(database: Database, wanted: Wanted, cancel: Cancellation) -> Reading:
    """Read an account's page, on a pool thread; raises UsageError when there is no such account."""
    currencies = wanted.known or _currencies(database, wanted.username, cancel)
    code = wanted.currency or min(one.code for one in currencies)
    found = account(
        database, wanted.username, code, period=wanted.period, movements=wanted.movements, cancel=cancel
    )
    return Reading(found, currencies, datetime.now(UTC))


def _currencies(database: Database, username: str, cancel: Cancellation) -> tuple[Currency, ...]:
    rows = lookup(database, [username], cancel=cancel)
    found = tuple(row.currency for row in rows if row.currency is not None)
    if not found:
        raise UsageError(f"There is no account {username!r}.")
    return found
