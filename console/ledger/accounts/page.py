"""Customers' accounts by name: keyset pages with balance and last activity, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.page import LAST_CHARACTER, PAGE_SIZE, Direction, Page, asked_name
from console.money import Currency, currency_of
from models.account import AccountStatus

if TYPE_CHECKING:
    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


# The rows are taken before anything is looked up for them. The newest movement is the later of two index
# probes: an OR over both sides would read an account's whole history.
_PAGE = """
    SELECT found.username, found.display_name, found.email, found.status::text, found.created_at,
        found.currency, c.exponent, found.balance, found.granted, found.reserved, found.overdraft_limit,
        greatest(
            (SELECT t.posted_at FROM ledger.transactions t WHERE t.from_wallet = found.wallet
                ORDER BY t.posted_at DESC, t.id DESC LIMIT 1),
            (SELECT t.posted_at FROM ledger.transactions t WHERE t.to_wallet = found.wallet
                ORDER BY t.posted_at DESC, t.id DESC LIMIT 1))
    FROM (
        SELECT u.username, u.display_name, u.email, u.status, u.created_at, w.id AS wallet,
            w.currency, w.balance, w.granted, w.reserved, w.overdraft_limit
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        WHERE {conditions}
        ORDER BY u.username {direction}, w.currency {direction} LIMIT :limit
    ) found JOIN ledger.currencies c ON c.code = found.currency
    ORDER BY found.username {direction}, found.currency {direction}"""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One customer's wallet, in minor units; last_activity is None when nothing ever moved."""

    username: str
    display_name: str
    email: str | None
    status: AccountStatus
    opened_at: datetime
    currency: Currency
    balance: int
    granted: int
    reserved: int
    overdraft_limit: int
    last_activity: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts: names that begin so, one status, a currency's code; empty or None lets all pass."""

    prefix: str = ""
    status: AccountStatus | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of the list, by the row it lies beside."""

    username: str
    currency: str

    @classmethod
    def of(cls, row: AccountRow) -> Cursor:
        """Return the place of a row."""
        return cls(row.username, row.currency.code)


def page(
    database: Database,
    wanted: AccountFilter,
    *,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[AccountRow]:
    """Return the accounts after or before a cursor; without one, the first or (BEFORE) last page."""
    forward = direction is Direction.AFTER
    values: dict[str, object] = {"limit": limit + 1}
    if wanted.currency:
        values["currency"] = wanted.currency
    prefix = asked_name(wanted.prefix)
    if prefix:
        values |= {"prefix": prefix, "prefix_until": prefix + LAST_CHARACTER}
    if cursor is not None:
        values |= {"cursor": cursor.username, "cursor_currency": cursor.currency}
    statement = _page_shape(frozenset(values), wanted.status, forward=forward)

    def ask(session: Session) -> list[AccountRow]:
        return [
            AccountRow(name, shown, email, AccountStatus(status), opened, currency_of(code, exponent), *rest)
            for name, shown, email, status, opened, code, exponent, *rest in session.execute(
                statement, values
            )
        ]

    rows = database.read("accounts.page", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


@lru_cache(maxsize=64)
def _page_shape(given: frozenset[str], status: AccountStatus | None, *, forward: bool) -> TextClause:
    """Build the statement once for each set of conditions; a status is written out, for partial indexes."""
    conditions = ["u.kind = 'customer'"]
    if status is not None:
        conditions.append(f"u.status = '{status.value}'")
    if "prefix" in given:
        conditions.append("u.username >= :prefix AND u.username < :prefix_until")
    if "currency" in given:
        conditions.append("w.currency = :currency")
    if "cursor" in given:
        # The first of the two conditions is what the index of names begins at.
        way = ">" if forward else "<"
        conditions.append(f"u.username {way}= :cursor")
        conditions.append(f"(u.username, w.currency) {way} (:cursor, :cursor_currency)")
    return text(_PAGE.format(conditions=" AND ".join(conditions), direction="ASC" if forward else "DESC"))
