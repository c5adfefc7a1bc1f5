"""What one credit paid for: each change of its lot, from the newest back to the grant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of public rows
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_USES: Final = """
    WITH lot AS (
        SELECT l.*, c.exponent, u.username
        FROM ledger.credit_lots l JOIN ledger.wallets w ON w.id = l.wallet_id
        JOIN ledger.users u ON u.id = w.user_id JOIN ledger.currencies c ON c.code = w.currency
        WHERE l.id = :lot
    )
    SELECT lot.username, lot.source, lot.amount, lot.remaining, lot.expires_at, lot.currency, lot.exponent,
        movement.transaction_id, t.posted_at, t.kind::text AS kind,
        other.username AS counterparty, movement.amount AS delta, movement.remaining_after, t.reference,
        t.description
    FROM lot LEFT JOIN LATERAL (
        SELECT m.* FROM ledger.lot_movements m
        WHERE m.lot_id = lot.id{beside} ORDER BY m.transaction_id {way} LIMIT :limit) movement ON true
    LEFT JOIN ledger.transactions t ON t.id = movement.transaction_id
    LEFT JOIN ledger.wallets w
        ON w.id = CASE WHEN t.from_wallet = lot.wallet_id THEN t.to_wallet ELSE t.from_wallet END
    LEFT JOIN ledger.users other ON other.id = w.user_id
    ORDER BY movement.transaction_id {way}"""


@dataclass(frozen=True, slots=True)
class LotUse:
    """One change of a lot, in minor units of its currency; what was taken from it is below 0.

    transaction: its number; they grow in the order in which a lot was changed. counterparty: who is on the
    other side.
    """

    transaction: int
    posted_at: datetime
    kind: TransactionKind
    counterparty: str
    amount: int
    remaining_after: int
    reference: str | None
    description: str
    currency: Currency


@dataclass(frozen=True, slots=True)
class LotUses:
    """Whose lot it is, what of `amount` remains, in minor units, and a page of its changes, newest first."""

    username: str
    source: str
    amount: int
    remaining: int
    expires_at: datetime | None
    currency: Currency
    page: Page[LotUse]


def uses(
    database: Database,
    lot: int,
    *,
    direction: Direction = Direction.AFTER,
    cursor: int | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> LotUses:
    """Return what a lot paid for and what came back into it: the page after or before a change's transaction.

    One statement at any depth; without a cursor, the first or the last page. Raises UsageError when there is
    no such lot.
    """
    asked = _shape(beside=cursor is not None, descending=direction is Direction.AFTER)
    values: dict[str, Any] = {"lot": lot, "limit": limit + 1}
    if cursor is not None:
        values["cursor"] = cursor

    def ask(session: Session) -> LotUses:
        rows = session.execute(asked, values).all()
        if not rows:
            raise UsageError(f"There is no credit {lot}.")
        of, money = rows[0], currency_of(rows[0].currency, rows[0].exponent)
        changes = [_use(row, money) for row in rows if row.kind is not None]
        page = Page.cut(changes, limit, direction, beside=cursor is not None)
        return LotUses(of.username, of.source, of.amount, of.remaining, of.expires_at, money, page)

    return database.read("credit.uses", ask, cancel=cancel)


@lru_cache(maxsize=4)
def _shape(*, beside: bool, descending: bool) -> TextClause:
    condition = f" AND m.transaction_id {'<' if descending else '>'} :cursor" if beside else ""
    return text(_USES.format(beside=condition, way="DESC" if descending else "ASC"))


def _use(row: Row[Any], money: Currency) -> LotUse:
    return LotUse(
        row.transaction_id, row.posted_at, TransactionKind(row.kind), row.counterparty, row.delta,
        row.remaining_after, row.reference, row.description, money,
    )  # fmt: skip
