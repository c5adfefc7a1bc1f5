"""An account's money, credits and holds as they stood at a moment that is past: one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.credits.breakdown import with_moments
from console.money import Currency, currency_of
from console.postgres.page import asked_name

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# What was left of a credit is what its movements had left; when it would end is what the first change of its
# end after that moment replaced. Ids of transactions and acts are drawn under the wallet's lock.
_PAST: Final = text("""
    WITH account AS (
        SELECT u.username, w.id, w.currency, c.exponent
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        JOIN ledger.currencies c ON c.code = w.currency
        WHERE u.username = :username AND w.currency = :currency AND w.kind = 'customer'
    ), lot AS (
        SELECT l.id, l.source, l.amount, l.created_at, (
                SELECT m.remaining_after FROM ledger.lot_movements m
                JOIN ledger.transactions t ON t.id = m.transaction_id
                WHERE m.lot_id = l.id AND t.posted_at <= :at
                ORDER BY m.transaction_id DESC LIMIT 1) AS remaining,
            CASE WHEN later.act_id IS NULL THEN l.expires_at ELSE later.expires_before END AS expires_at
        FROM account JOIN ledger.credit_lots l ON l.wallet_id = account.id AND l.created_at <= :at
        LEFT JOIN LATERAL (
            SELECT e.act_id, e.expires_before FROM ledger.lot_events e JOIN ledger.acts a ON a.id = e.act_id
            WHERE e.lot_id = l.id AND a.acted_at > :at AND a.kind <> 'revive_lots'
            ORDER BY e.act_id LIMIT 1) later ON true
    ), hold AS (
        SELECT r.id, r.reference, r.amount, r.description, r.created_by, r.created_at,
            CASE WHEN later.act_id IS NULL THEN r.expires_at ELSE later.expires_before END AS expires_at
        FROM account JOIN ledger.reservations r ON r.wallet_id = account.id AND r.created_at <= :at
            AND (r.closed_at IS NULL OR r.closed_at > :at)
        LEFT JOIN LATERAL (
            SELECT e.act_id, e.expires_before FROM ledger.hold_events e JOIN ledger.acts a ON a.id = e.act_id
            WHERE e.reservation_id = r.id AND a.acted_at > :at ORDER BY e.act_id LIMIT 1) later ON true
    )
    SELECT account.username, account.currency, account.exponent, coalesce((
            SELECT side.after FROM (
                (SELECT t.posted_at, t.id, t.from_balance_after AS after FROM ledger.transactions t
                    WHERE t.from_wallet = account.id AND t.posted_at <= :at
                    ORDER BY t.posted_at DESC, t.id DESC LIMIT 1)
                UNION ALL
                (SELECT t.posted_at, t.id, t.to_balance_after FROM ledger.transactions t
                    WHERE t.to_wallet = account.id AND t.posted_at <= :at
                    ORDER BY t.posted_at DESC, t.id DESC LIMIT 1)) side
            ORDER BY side.id DESC LIMIT 1), 0) AS balance,
        (SELECT json_agg(json_build_array(lot.id, lot.source, lot.amount, lot.remaining, lot.created_at,
                lot.expires_at) ORDER BY lot.expires_at, lot.created_at, lot.id)
            FROM lot WHERE lot.remaining > 0) AS lots,
        (SELECT json_agg(json_build_array(hold.id, hold.reference, hold.amount, hold.description,
                hold.created_by, hold.created_at, hold.expires_at) ORDER BY hold.created_at, hold.id)
            FROM hold) AS holds
    FROM account""")


@dataclass(frozen=True, slots=True)
class PastLot:
    """Granted credit of which something was left, in minor units, and when it would end."""

    id: int
    source: str
    amount: int
    remaining: int
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastHold:
    """A hold that was open, and when it would end by itself."""

    id: int
    reference: str
    amount: int
    description: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """An account in one currency as it stood at a moment, in minor units; credits in order of use."""

    username: str
    currency: Currency
    at: datetime
    balance: int
    lots: tuple[PastLot, ...]
    holds: tuple[PastHold, ...]

    @property
    def granted(self) -> int:
        """What was left of all its credits."""
        return sum(lot.remaining for lot in self.lots)

    @property
    def on_hold(self) -> int:
        """What all its holds kept."""
        return sum(hold.amount for hold in self.holds)


def past(
    database: Database, username: str, currency: str, at: datetime, *, cancel: Cancellation | None = None
) -> Past:
    """Return how an account stood; raises UsageError when there is no such account, or `at` is to come."""
    name = asked_name(username)
    if at > datetime.now(UTC):
        raise UsageError(f"{at:%Y-%m-%d %H:%M:%S %Z} is to come; nobody knows what will be done until then.")

    def ask(session: Session) -> Past:
        row = session.execute(_PAST, {"username": name, "currency": currency, "at": at}).one_or_none()
        if row is None:
            raise UsageError(f"There is no account {name!r} in {currency}.")
        return Past(
            row.username, currency_of(row.currency, row.exponent), at, row.balance,
            tuple(PastLot(*with_moments(one, 4, 5)) for one in row.lots or ()),
            tuple(PastHold(*with_moments(one, 5, 6)) for one in row.holds or ()),
        )  # fmt: skip

    return database.read("credits.past", ask, cancel=cancel)
