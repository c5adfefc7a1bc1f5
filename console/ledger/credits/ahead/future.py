"""What time alone will do to balances: credits and holds end, and nobody moves anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of public rows
from typing import TYPE_CHECKING, Final

from sqlalchemy import DateTime, bindparam, text

from console.errors import UsageError
from console.ledger.books.available import available
from console.ledger.credits.ahead.dead import dead_parts
from console.ledger.credits.breakdown import with_moments
from console.money import Currency, currency_of
from console.postgres.page import asked_name

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_DEAD: Final = dead_parts(":at", "{wallets}")

_ACCOUNT: Final = f"""
    WITH account AS MATERIALIZED (
        SELECT u.username, w.id, w.currency, w.kind, w.balance, w.granted, w.reserved, w.overdraft_limit
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        WHERE u.username = :username AND w.currency = :currency
    ), dead AS (
        {_DEAD.format(wallets="SELECT a.id FROM account a")}
    ), lot AS (
        SELECT dead.*, dead.so_far - coalesce(lag(dead.so_far) OVER (
            ORDER BY dead.expires_at, dead.created_at, dead.id), 0) AS gone FROM dead
    ), hold AS (
        SELECT count(*) AS holds, coalesce(sum(r.amount), 0)::bigint AS amount
        FROM account JOIN ledger.reservations r ON r.wallet_id = account.id
        WHERE r.status = 'reserved' AND r.expires_at <= :at
    )
    SELECT account.*, c.exponent, now() AS asked_at, hold.holds, hold.amount AS held, (
        SELECT coalesce(sum(lot.gone), 0)::bigint FROM lot) AS gone, (
        SELECT json_agg(json_build_array(
            lot.id, lot.source, lot.expires_at, lot.remaining, lot.gone::bigint)
            ORDER BY lot.expires_at, lot.created_at, lot.id) FROM lot) AS lots
    FROM account JOIN ledger.currencies c ON c.code = account.currency CROSS JOIN hold"""  # noqa: S608 - text of ours

# Holds are few, so only accounts with one that is still there then are looked at lot by lot.
_ALL: Final = f"""
    WITH kept AS MATERIALIZED (
        SELECT coalesce(sum(account.lots - account.dead), 0) AS amount
        FROM (
            SELECT dead.wallet_id, max(dead.lots) AS lots, max(dead.so_far) AS dead FROM (
                {
    _DEAD.format(
        wallets='''
                    SELECT DISTINCT r.wallet_id FROM ledger.reservations r
                    WHERE r.status = 'reserved' AND r.currency = :currency
                        AND (r.expires_at IS NULL OR r.expires_at > :at)'''
    )
}
            ) dead GROUP BY dead.wallet_id
        ) account
    ), ending AS MATERIALIZED (
        SELECT count(*) AS credits, coalesce(sum(l.remaining), 0) AS amount FROM ledger.credit_lots l
        WHERE l.currency = :currency AND l.closed_at IS NULL AND l.expires_at <= :at
    ), hold AS MATERIALIZED (
        SELECT count(*) AS holds, coalesce(sum(r.amount), 0) AS amount FROM ledger.reservations r
        WHERE r.status = 'reserved' AND r.currency = :currency AND r.expires_at <= :at
    ), held AS MATERIALIZED (
        SELECT count(*) AS accounts, coalesce(sum(w.balance), 0) AS balance,
            coalesce(sum(w.granted), 0) AS granted, coalesce(sum(w.reserved), 0) AS reserved
        FROM ledger.wallets w WHERE w.currency = :currency AND w.kind = 'customer'
    )
    SELECT c.code, c.exponent, now() AS asked_at, held.*, ending.credits, ending.amount AS ending,
        kept.amount AS kept, hold.holds, hold.amount AS released
    FROM ledger.currencies c CROSS JOIN kept CROSS JOIN ending CROSS JOIN hold CROSS JOIN held
    WHERE c.code = :currency"""  # noqa: S608 - text of ours


@dataclass(frozen=True, slots=True)
class FutureLot:
    """A credit whose end comes until then; of `remaining` minor units `gone` expire, holds keep the rest."""

    id: int
    source: str
    expires_at: datetime
    remaining: int
    gone: int


@dataclass(frozen=True, slots=True)
class AccountFuture:
    """An account at a moment to come, in minor units, if nothing moves but what time does.

    balance, granted, reserved: as they are now. lots: the credits whose end comes until then, in the order
    in which they are spent; gone: what expires of them. holds, released: how many holds end, and of how much.
    """

    username: str
    currency: Currency
    at: datetime
    balance: int
    granted: int
    reserved: int
    overdraft_limit: int
    lots: tuple[FutureLot, ...]
    gone: int
    holds: int
    released: int

    @property
    def balance_then(self) -> int:
        """The balance at that moment."""
        return self.balance - self.gone

    @property
    def granted_then(self) -> int:
        """What of the balance is granted credit then."""
        return self.granted - self.gone

    @property
    def reserved_then(self) -> int:
        """What is on hold then."""
        return self.reserved - self.released

    @property
    def available_then(self) -> int:
        """What may be reserved then."""
        return available(self.balance_then, self.reserved_then, 0, self.overdraft_limit)


@dataclass(frozen=True, slots=True)
class LedgerFuture:
    """All customers' accounts of a currency at a moment to come, in minor units, if only time passes.

    balance: what is held for them now, of which `granted` is credit and `reserved` on hold. credits, ending:
    the credits whose end comes until then; kept: what holds keep of that. holds, released: those that end.
    """

    currency: Currency
    at: datetime
    accounts: int
    balance: int
    granted: int
    reserved: int
    credits: int
    ending: int
    kept: int
    holds: int
    released: int

    @property
    def gone(self) -> int:
        """What expires until then."""
        return self.ending - self.kept

    @property
    def balance_then(self) -> int:
        """What is held for customers then."""
        return self.balance - self.gone

    @property
    def granted_then(self) -> int:
        """What of it is granted credit then."""
        return self.granted - self.gone

    @property
    def reserved_then(self) -> int:
        """What of it is on hold then."""
        return self.reserved - self.released


def of_account(
    database: Database, username: str, currency: str, at: datetime, *, cancel: Cancellation | None = None
) -> AccountFuture:
    """Return a customer's account as it is at a moment to come, swept.

    Raises UsageError when there is no such account, for a system account, which time does not change, and for
    a moment that is past.
    """
    values = {"username": asked_name(username), "currency": currency, "at": at}

    def ask(session: Session) -> AccountFuture:
        row = session.execute(_OF_ACCOUNT, values).one_or_none()
        if row is None:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        if row.kind == "system":
            raise UsageError(f"{row.username} is a system account: time alone does not change it.")
        _refuse_past(at, row.asked_at)
        return AccountFuture(
            row.username, currency_of(row.currency, row.exponent), at, row.balance, row.granted, row.reserved,
            row.overdraft_limit, tuple(FutureLot(*with_moments(lot, 2)) for lot in row.lots or ()),
            row.gone, row.holds, row.held,
        )  # fmt: skip

    return database.read("account.future", ask, cancel=cancel)


def of_all(
    database: Database, currency: str, at: datetime, *, cancel: Cancellation | None = None
) -> LedgerFuture:
    """Return what is held for all customers at a moment to come, swept.

    Raises UsageError when there is no such currency, and for a moment that is past.
    """
    values = {"currency": currency, "at": at}

    def ask(session: Session) -> LedgerFuture:
        row = session.execute(_OF_ALL, values).one_or_none()
        if row is None:
            raise UsageError(f"There is no currency {currency!r} in this ledger.")
        _refuse_past(at, row.asked_at)
        return LedgerFuture(
            currency_of(row.code, row.exponent), at, row.accounts, int(row.balance), int(row.granted),
            int(row.reserved), row.credits, int(row.ending), int(row.kept), row.holds, int(row.released),
        )  # fmt: skip

    return database.read("ledger.future", ask, cancel=cancel)


def _refuse_past(at: datetime, now: datetime) -> None:
    if at < now:
        raise UsageError("This date is past; a balance of the past is read from the account's history.")


_AT: Final = bindparam("at", type_=DateTime(timezone=True))
_OF_ACCOUNT: Final = text(_ACCOUNT).bindparams(_AT)
_OF_ALL: Final = text(_ALL).bindparams(_AT)
