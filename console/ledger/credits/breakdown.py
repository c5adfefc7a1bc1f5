"""What an account may spend, and what of it is granted, held or about to expire: one statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.books.available import available, transferable
from console.money import Currency, currency_of
from console.postgres.page import asked_name
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

EXPIRING_DAYS: Final = 30
"""What expires within this many days expires soon."""

# Holds cover lots in burn order. Of an expired lot only the covered part still lives, so the same running sum
# serves for expired lots and for those to come.
CREDITS = """
    WITH account AS (
        SELECT u.id AS user_id, u.username, u.display_name, u.email, u.trust_level, u.created_at, u.metadata,
            w.id, w.currency, w.kind, w.status, w.granted, w.reserved, w.overdraft_limit,
            CASE WHEN w.kind = 'system' THEN ledger.system_balance(w.id) ELSE w.balance END AS balance
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        WHERE u.username = :username AND w.currency = :currency
    ), lot AS (
        SELECT l.id, l.source, l.amount, l.remaining, l.created_at, l.expires_at,
            coalesce(d.dead, 0) AS dead, account.reserved,
            sum(l.remaining - coalesce(d.dead, 0)) OVER burn - (l.remaining - coalesce(d.dead, 0)) AS before
        FROM account
        JOIN ledger.credit_lots l ON l.wallet_id = account.id AND l.closed_at IS NULL
        LEFT JOIN ledger.dead_lots(ARRAY(SELECT account.id FROM account), now()) d ON d.lot_id = l.id
        WINDOW burn AS (ORDER BY l.expires_at, l.created_at, l.id)
    ), lots AS (
        SELECT json_agg(json_build_array(
                lot.id, lot.source, lot.amount, lot.remaining,
                greatest(0, least(lot.remaining - lot.dead, lot.reserved - lot.before)), lot.dead,
                lot.created_at, lot.expires_at) ORDER BY lot.expires_at, lot.created_at, lot.id) AS list,
            coalesce(sum(lot.dead), 0)::bigint AS dead,
            coalesce(sum(lot.remaining) FILTER (WHERE {soon}), 0)::bigint AS expiring,
            min(lot.expires_at) FILTER (WHERE {soon}) AS first_expiry
        FROM lot
    ), holds AS (
        SELECT json_agg(json_build_array(
            r.id, r.reference, r.amount, r.description, r.created_by, r.created_at, r.expires_at,
            coalesce(r.expires_at <= now(), false)) ORDER BY r.created_at, r.id) AS list
        FROM account JOIN ledger.reservations r ON r.wallet_id = account.id AND r.status = 'reserved'
    )
    SELECT account.username, account.display_name, account.currency,
        (SELECT c.exponent FROM ledger.currencies c WHERE c.code = account.currency) AS exponent,
        account.status::text, account.kind = 'customer' AS customer, account.balance, account.granted,
        account.reserved, lots.dead, account.overdraft_limit, lots.list AS lots,
        holds.list AS holds, lots.expiring, lots.first_expiry,
        account.user_id, account.email, account.trust_level, account.created_at, account.metadata
    FROM account CROSS JOIN lots CROSS JOIN holds""".format(  # noqa: S608 - one condition of ours, written twice
    soon=f"lot.expires_at > now() AND lot.expires_at <= now() + interval '{EXPIRING_DAYS} days'"
)

_CREDITS = text(CREDITS)


@dataclass(frozen=True, slots=True)
class Lot:
    """Open granted credit; of `remaining`, holds cover `covered`, and `dead` is expired and not yet swept."""

    id: int
    source: str
    amount: int
    remaining: int
    covered: int
    dead: int
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hold:
    """An open reservation; past due means that the next sweep ends it."""

    id: int
    reference: str
    amount: int
    description: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    past_due: bool


@dataclass(frozen=True, slots=True)
class Credits:
    """One account's money in minor units, its open lots in burn order and its open holds by age.

    available: what may still be reserved. transferable: what a transfer may take. Both, and the overdraft
    limit, are None for a system account, which is never short.
    expiring: what is left of the lots that expire within EXPIRING_DAYS, from `first_expiry` on.
    """

    username: str
    display_name: str
    currency: Currency
    status: AccountStatus
    balance: int
    granted: int
    reserved: int
    dead: int
    available: int | None
    transferable: int | None
    overdraft_limit: int | None
    lots: tuple[Lot, ...]
    holds: tuple[Hold, ...]
    expiring: int
    first_expiry: datetime | None


def credits(  # noqa: A001 - the ledger's word for it, used as credits.credits
    database: Database, username: str, currency: str, *, cancel: Cancellation | None = None
) -> Credits:
    """Return everything about one account's credit; raises UsageError when there is no such account."""
    values = {"username": asked_name(username), "currency": currency}

    def ask(session: Session) -> Credits:
        row = session.execute(_CREDITS, values).one_or_none()
        if row is None:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        return credits_in(row)

    return database.read("credits.breakdown", ask, cancel=cancel)


def credits_in(row: Row[Any]) -> Credits:
    """Read a row of CREDITS."""
    balance = int(row.balance)
    limit = row.overdraft_limit if row.customer else None
    return Credits(
        username=row.username,
        display_name=row.display_name,
        currency=currency_of(row.currency, row.exponent),
        status=AccountStatus(row.status),
        balance=balance,
        granted=row.granted,
        reserved=row.reserved,
        dead=row.dead,
        available=None if limit is None else available(balance, row.reserved, row.dead, limit),
        transferable=None if limit is None else transferable(balance, row.granted, row.reserved, limit),
        overdraft_limit=limit,
        lots=tuple(Lot(*with_moments(lot, 6, 7)) for lot in row.lots or ()),
        holds=tuple(Hold(*with_moments(hold, 5, 6)) for hold in row.holds or ()),
        expiring=row.expiring,
        first_expiry=row.first_expiry,
    )


def with_moments(values: Sequence[Any], *places: int) -> list[Any]:
    """Return a row that travelled as JSON, with its moments read."""
    return [
        datetime.fromisoformat(value) if place in places and value is not None else value
        for place, value in enumerate(values)
    ]
