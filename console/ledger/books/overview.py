"""The whole ledger at a glance, by currency, in one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from models.account import AccountStatus
from models.batch import BatchStatus
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

EXPIRING_DAYS: Final = 30
"""What expires within this many days expires soon."""

# Every wallet is read once, in parallel if the server can; all else is a walk along an index. What hangs on a
# wallet needs its currency: looked up where there are several. Today is the business day, as limits count it.
_OVERVIEW = text(f"""
    WITH account AS (
        SELECT w.currency, w.status::text AS status, count(*) AS accounts, sum(w.balance) AS balance,
            sum(w.granted) AS granted, sum(w.reserved) AS reserved
        FROM ledger.wallets w WHERE w.kind = 'customer' GROUP BY w.currency, w.status
    ), piece (wallet, part, name, count, amount) AS (
        SELECT t.from_wallet, 'today', t.kind::text, count(*), sum(t.amount)
        FROM ledger.transactions t
        WHERE t.posted_at >= (SELECT ledger.start_of_day(ledger.business_day(now())))
        GROUP BY t.from_wallet, t.kind
        UNION ALL SELECT r.wallet_id, 'tally', 'holds', 1, r.amount
        FROM ledger.reservations r WHERE r.status = 'reserved'
        UNION ALL SELECT r.wallet_id, 'tally', 'holds_past_due', 1, r.amount
        FROM ledger.reservations r WHERE r.status = 'reserved' AND r.expires_at <= now()
        UNION ALL SELECT l.wallet_id, 'tally',
            CASE WHEN l.expires_at <= now() THEN 'lots_expired' ELSE 'lots_expiring' END, 1, l.remaining
        FROM ledger.credit_lots l
        WHERE l.closed_at IS NULL AND l.expires_at <= now() + interval '{EXPIRING_DAYS} days'
    )
    SELECT c.code AS currency, 'currency' AS part, c.exponent::text AS name, 0 AS count, 0::numeric AS amount,
        now() AS at
    FROM ledger.currencies c
    UNION ALL SELECT currency, 'account', status, accounts, balance, NULL FROM account
    UNION ALL SELECT currency, 'total', 'granted', 0, sum(granted), NULL FROM account GROUP BY currency
    UNION ALL SELECT currency, 'total', 'reserved', 0, sum(reserved), NULL FROM account GROUP BY currency
    UNION ALL SELECT coalesce(
            (SELECT min(c.code) FROM ledger.currencies c HAVING count(*) = 1),
            (SELECT w.currency FROM ledger.wallets w WHERE w.id = piece.wallet)) AS money,
            piece.part, piece.name, sum(piece.count), sum(piece.amount), NULL
        FROM piece GROUP BY money, piece.part, piece.name
    UNION ALL SELECT b.currency, 'batch', b.status::text, count(*), coalesce(sum(b.total), 0), NULL
        FROM ledger.batches b GROUP BY b.currency, b.status
    UNION ALL SELECT a.currency, 'tally', 'approvals', count(*), sum(a.amount), NULL
        FROM ledger.approval_requests a WHERE a.status = 'pending' GROUP BY a.currency""")  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and how much in minor units."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class CurrencyOverview:
    """One currency of the ledger; amounts in minor units, balance, granted and reserved of all customers.

    today: since the business day began. A status or kind that does not occur is missing from its dict. A
    draft batch has no amount. lots_expired are past their date and wait for the sweep, or for a hold on them.
    """

    currency: str
    exponent: int
    accounts: dict[AccountStatus, Tally] = field(default_factory=dict)
    granted: int = 0
    reserved: int = 0
    today: dict[TransactionKind, Tally] = field(default_factory=dict)
    batches: dict[BatchStatus, Tally] = field(default_factory=dict)
    holds: Tally = Tally()
    holds_past_due: Tally = Tally()
    lots_expiring: Tally = Tally()
    lots_expired: Tally = Tally()
    approvals: Tally = Tally()

    @property
    def balance(self) -> int:
        """The sum of all customers' balances."""
        return sum(tally.amount for tally in self.accounts.values())


@dataclass(frozen=True, slots=True)
class Overview:
    """The ledger at one moment, a part for each currency by code."""

    at: datetime
    currencies: tuple[CurrencyOverview, ...]


def overview(database: Database, *, cancel: Cancellation | None = None) -> Overview:
    """Return the whole ledger at a glance; most of its time is one look at every wallet."""

    def ask(session: Session) -> Overview:
        rows = session.execute(_OVERVIEW).all()
        parts: dict[str, dict[str, dict[str, Tally]]] = {}
        exponents: dict[str, int] = {}
        at = datetime.now(UTC)
        for currency, part, name, count, amount, moment in rows:
            if part == "currency":
                exponents[currency] = int(name)
                at = moment
            else:
                of_currency = parts.setdefault(currency, {})
                of_currency.setdefault(part, {})[name] = Tally(int(count), int(amount))
        currencies = (_currency(code, exponents[code], parts.get(code, {})) for code in sorted(exponents))
        return Overview(at, tuple(currencies))

    return database.read("overview.load", ask, cancel=cancel)


def _currency(code: str, exponent: int, parts: dict[str, dict[str, Tally]]) -> CurrencyOverview:
    totals = parts.get("total", {})
    return CurrencyOverview(
        code,
        exponent,
        accounts={AccountStatus(name): tally for name, tally in parts.get("account", {}).items()},
        granted=totals.get("granted", Tally()).amount,
        reserved=totals.get("reserved", Tally()).amount,
        today={TransactionKind(name): tally for name, tally in parts.get("today", {}).items()},
        batches={BatchStatus(name): tally for name, tally in parts.get("batch", {}).items()},
        **parts.get("tally", {}),
    )
