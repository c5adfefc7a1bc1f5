"""Balances of any number of accounts, looked up by name in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.page import asked_name
from console.money import Currency, currency_of
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

NAME_LIMIT = 100_000

_LOOKUP = text("""
    SELECT asked.position, asked.name, u.username IS NOT NULL AND w.id IS NOT NULL AS found,
        coalesce(u.display_name, ''), w.status::text,
        CASE WHEN w.kind = 'system' THEN ledger.system_balance(w.id) ELSE w.balance END,
        w.granted, w.reserved,
        CASE WHEN w.kind = 'customer' THEN w.balance - w.reserved END,
        CASE WHEN w.kind = 'customer' THEN w.overdraft_limit END, w.currency, c.exponent
    FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS asked (name, position)
    LEFT JOIN ledger.users u ON u.username = asked.name
    LEFT JOIN ledger.wallets w ON w.user_id = u.id AND (:currency = '' OR w.currency = :currency)
    LEFT JOIN ledger.currencies c ON c.code = w.currency
    ORDER BY asked.position, w.currency""")


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One asked name in one currency: its place in the list (from 1), its money in minor units.

    What is unknown is None. available is balance - reserved; a system account, never short, has none.
    """

    position: int
    name: str
    found: bool
    display_name: str
    status: AccountStatus | None
    balance: int | None
    granted: int | None
    reserved: int | None
    available: int | None
    overdraft_limit: int | None
    currency: Currency | None = None


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """Sums in one currency, in minor units, over how many customers' accounts."""

    currency: Currency
    accounts: int
    balance: int
    granted: int
    reserved: int
    available: int


@dataclass(frozen=True, slots=True)
class BalanceTotals:
    """How many names were found and how many not, and sums by currency, each name once however often asked.

    system: how many of those found are accounts of the ledger itself, which are not added up: what they have
    given out is negative, and nothing of it is available.
    """

    found: int
    unknown: int
    of_each: tuple[CurrencyTotals, ...]
    system: int = 0


def lookup(
    database: Database, names: Sequence[str], currency: str = "", *, cancel: Cancellation | None = None
) -> tuple[BalanceRow, ...]:
    """Return one row a name, in the order asked; names are compared in lower case, without outer spaces.

    Without a currency's code, one row for each currency that the account has.
    """
    asked = [asked_name(name) for name in names]

    def ask(session: Session) -> tuple[BalanceRow, ...]:
        rows = session.execute(_LOOKUP, {"names": asked, "currency": currency}).all()
        return tuple(
            BalanceRow(
                position, name, found, display_name, AccountStatus(status) if status else None,
                None if balance is None else int(balance), granted, reserved, available, overdraft_limit,
                None if code is None else currency_of(code, exponent),
            )
            for position, name, found, display_name, status, balance, granted, reserved, available,
            overdraft_limit, code, exponent in rows
        )  # fmt: skip

    return database.read("balances.lookup", ask, cancel=cancel)


def totals(rows: Sequence[BalanceRow]) -> BalanceTotals:
    """Add up a whole lookup, each currency for itself; integers of any size, so nothing overflows."""
    once = {(row.name, row.currency): row for row in rows if row.found}
    by_currency: dict[Currency, list[BalanceRow]] = {}
    for row in once.values():
        if row.currency is not None and row.available is not None:
            by_currency.setdefault(row.currency, []).append(row)
    return BalanceTotals(
        found=len({name for name, _currency in once}),
        unknown=len({row.name for row in rows if not row.found}),
        of_each=tuple(
            CurrencyTotals(
                currency,
                len(found),
                balance=sum(row.balance or 0 for row in found),
                granted=sum(row.granted or 0 for row in found),
                reserved=sum(row.reserved or 0 for row in found),
                available=sum(row.available or 0 for row in found),
            )
            for currency, found in sorted(by_currency.items(), key=lambda one: one[0].code)
        ),
        system=len({row.name for row in once.values() if row.available is None}),
    )
