"""Balances of any number of accounts, looked up by name in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.books.available import available, dead_credit, transferable
from console.money import Currency, currency_of
from console.postgres.page import asked_name
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

NAME_LIMIT = 100_000

_LOOKUP = text(f"""
    WITH found AS MATERIALIZED (
        SELECT asked.position, asked.name, coalesce(u.display_name, '') AS display_name, w.id, w.status,
            w.kind, w.balance, w.granted, w.reserved, w.overdraft_limit, w.currency
        FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS asked (name, position)
        LEFT JOIN ledger.users u ON u.username = asked.name
        LEFT JOIN ledger.wallets w ON w.user_id = u.id AND (:currency = '' OR w.currency = :currency)
    ), dead AS MATERIALIZED ({dead_credit("found")}
    )
    SELECT found.position, found.name, found.display_name, found.status::text, found.kind = 'customer',
        CASE WHEN found.kind = 'system' THEN ledger.system_balance(found.id) ELSE found.balance END,
        found.granted, found.reserved, coalesce(dead.dead, 0), found.overdraft_limit, found.currency,
        c.exponent
    FROM found
    LEFT JOIN dead ON dead.wallet_id = found.id
    LEFT JOIN ledger.currencies c ON c.code = found.currency
    ORDER BY found.position, found.currency""")  # noqa: S608 - text of ours


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One asked name in one currency: its place in the list (from 1), its money in minor units.

    What is unknown is None. dead: credit that is expired and not yet ended. available = balance - reserved -
    dead + overdraft_limit, and transferable is what of it a transfer may take; a system account, never
    short, has neither.
    """

    position: int
    name: str
    found: bool
    display_name: str
    status: AccountStatus | None
    balance: int | None
    granted: int | None
    reserved: int | None
    dead: int | None
    available: int | None
    transferable: int | None
    overdraft_limit: int | None
    currency: Currency | None = None


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """Sums in one currency, in minor units, over how many customers' accounts; see BalanceRow."""

    currency: Currency
    accounts: int
    balance: int
    granted: int
    reserved: int
    dead: int
    overdraft_limit: int
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
        return tuple(
            _row(*values) for values in session.execute(_LOOKUP, {"names": asked, "currency": currency})
        )

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
                dead=sum(row.dead or 0 for row in found),
                overdraft_limit=sum(row.overdraft_limit or 0 for row in found),
                available=sum(row.available or 0 for row in found),
            )
            for currency, found in sorted(by_currency.items(), key=lambda one: one[0].code)
        ),
        system=len({row.name for row in once.values() if row.available is None}),
    )


def _row(  # noqa: PLR0917 - the columns of one row, in order
    position: int,
    name: str,
    display_name: str,
    status: str | None,
    customer: bool | None,  # noqa: FBT001 - a column
    amount: Decimal | None,
    granted: int,
    reserved: int,
    dead: int,
    limit: int,
    code: str,
    exponent: int,
) -> BalanceRow:
    if amount is None or status is None:
        return BalanceRow(position, name, False, display_name, *([None] * 8))
    balance = int(amount)
    return BalanceRow(
        position, name, True, display_name, AccountStatus(status), balance, granted, reserved, dead,
        available=available(balance, reserved, dead, limit) if customer else None,
        transferable=transferable(balance, granted, reserved, limit) if customer else None,
        overdraft_limit=limit if customer else None, currency=currency_of(code, exponent),
    )  # fmt: skip
