"""Customers' accounts by name: keyset pages with balance and last activity, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.ledger.names import LAST_CHARACTER, asked_name
from console.ledger.page import PAGE_SIZE, Direction, Page
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
        found.balance, found.granted, found.reserved, found.overdraft_limit,
        greatest(
            (SELECT t.posted_at FROM ledger.transactions t WHERE t.from_wallet = found.wallet
                ORDER BY t.posted_at DESC, t.id DESC LIMIT 1),
            (SELECT t.posted_at FROM ledger.transactions t WHERE t.to_wallet = found.wallet
                ORDER BY t.posted_at DESC, t.id DESC LIMIT 1))
    FROM (
        SELECT u.username, u.display_name, u.email, u.status, u.created_at, w.id AS wallet,
            w.balance, w.granted, w.reserved, w.overdraft_limit
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = :currency
        WHERE {conditions}
        ORDER BY u.username {direction} LIMIT :limit
    ) found
    ORDER BY found.username {direction}"""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One customer's wallet, in minor units; last_activity is None when nothing ever moved."""

    username: str
    display_name: str
    email: str | None
    status: AccountStatus
    opened_at: datetime
    balance: int
    granted: int
    reserved: int
    overdraft_limit: int
    last_activity: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts: names that begin so, and one status; empty or None lets all pass."""

    prefix: str = ""
    status: AccountStatus | None = None


def page(
    database: Database,
    wanted: AccountFilter,
    currency: str,
    *,
    direction: Direction = Direction.AFTER,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[AccountRow]:
    """Return the accounts after or before the name `cursor`; without one, the first or (BEFORE) last page."""
    forward = direction is Direction.AFTER
    values: dict[str, object] = {"currency": currency, "limit": limit + 1}
    prefix = asked_name(wanted.prefix)
    if prefix:
        values |= {"prefix": prefix, "prefix_until": prefix + LAST_CHARACTER}
    if cursor is not None:
        values["cursor"] = cursor
    statement = _page_shape(frozenset(values), wanted.status, forward=forward)

    def ask(session: Session) -> list[AccountRow]:
        return [
            AccountRow(name, shown, email, AccountStatus(status), *rest)
            for name, shown, email, status, *rest in session.execute(statement, values)
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
    if "cursor" in given:
        conditions.append(f"u.username {'>' if forward else '<'} :cursor")
    return text(_PAGE.format(conditions=" AND ".join(conditions), direction="ASC" if forward else "DESC"))
