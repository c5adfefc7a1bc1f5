"""Which credits one transaction used up, opened or brought back, and what of it was money without expiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.money import Currency, currency_of

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# The payer's lots in the order of use, then what of its money no lot covers; then the payee's likewise.
_PARTS: Final = text("""
    WITH side AS (
        SELECT side.place, side.wallet_id, side.delta, t.currency, u.username, w.kind = 'customer' AS customer
        FROM ledger.transactions t
        CROSS JOIN LATERAL (VALUES (1, t.from_wallet, -t.amount), (2, t.to_wallet, t.amount))
            side (place, wallet_id, delta)
        JOIN ledger.wallets w ON w.id = side.wallet_id JOIN ledger.users u ON u.id = w.user_id
        WHERE t.id = :transaction
    ), moved AS (
        SELECT l.wallet_id, l.id, l.source, l.created_at, l.expires_at, l.closed_at, m.amount,
            m.remaining_after
        FROM ledger.lot_movements m JOIN ledger.credit_lots l ON l.id = m.lot_id
        WHERE m.transaction_id = :transaction
    ), part AS (
        SELECT moved.* FROM moved
        UNION ALL
        SELECT side.wallet_id, NULL, NULL, NULL, NULL, NULL,
            side.delta - coalesce((
                SELECT sum(m.amount) FROM moved m WHERE m.wallet_id = side.wallet_id), 0), NULL
        FROM side WHERE side.customer
    )
    SELECT side.username, side.currency, c.exponent, part.id, part.source, part.expires_at, part.closed_at,
        part.amount::bigint AS amount, part.remaining_after
    FROM side JOIN ledger.currencies c ON c.code = side.currency
    LEFT JOIN part ON part.wallet_id = side.wallet_id AND part.amount <> 0
    ORDER BY side.place, part.id IS NULL, part.expires_at, part.created_at, part.id""")


@dataclass(frozen=True, slots=True)
class Part:
    """What one credit gave to a transaction or got from it, in minor units; what was taken is below 0.

    lot: None for money that no credit covers, which has no expiry; then source, expires_at and closed_at are
    None as well, and so is remaining_after, what was left of the credit by it. closed_at: when the credit
    ended, None while it is open. An account's parts add up to what the transaction did to its balance.
    """

    username: str
    lot: int | None
    source: str | None
    expires_at: datetime | None
    closed_at: datetime | None
    amount: int
    remaining_after: int | None
    currency: Currency


def parts(database: Database, transaction: int, *, cancel: Cancellation | None = None) -> tuple[Part, ...]:
    """Return the parts of a transaction, the payer's before the payee's; an account of the ledger has none.

    One statement over any number of lots. Raises UsageError when there is no such transaction.
    """

    def ask(session: Session) -> tuple[Part, ...]:
        rows = session.execute(_PARTS, {"transaction": transaction}).all()
        if not rows:
            raise UsageError(f"There is no transaction {transaction}.")
        return tuple(_part(row) for row in rows if row.amount is not None)

    return database.read("transaction.credits", ask, cancel=cancel)


def _part(row: Row[Any]) -> Part:
    return Part(
        row.username, row.id, row.source, row.expires_at, row.closed_at, row.amount, row.remaining_after,
        currency_of(row.currency, row.exponent),
    )  # fmt: skip
