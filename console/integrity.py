"""Whether the ledger adds up: every promise that its numbers make, checked in one snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public result
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.cancellation import Cancellation
    from console.database import Database

CHECKS: Final = {
    "currency.zero": "All balances of a currency add up to zero",
    "wallet.movements": "Each balance is the sum of the account's movements",
    "wallet.last": "Each balance is the one after the account's last movement",
    "wallet.granted": "Granted credit is the sum of the open lots",
    "wallet.reserved": "Reserved credit is the sum of the active reservations",
    "wallet.status": "An account and its wallet have the same status",
    "movement.wallet": "Each movement is between wallets that are there, of one currency",
}
"""What is checked, by a stable code."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: how often it is broken, and where first; amounts are in minor units, as text."""

    code: str
    title: str
    wrong: int = 0
    first: str | None = None
    expected: str | None = None
    found: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the promise holds."""
        return self.wrong == 0


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and how much they covered at which moment."""

    checks: tuple[Check, ...]
    transactions: int
    wallets: int
    at: datetime

    @property
    def passed(self) -> bool:
        """Whether every promise holds."""
        return all(check.passed for check in self.checks)


_SETTINGS = text("""
    SELECT set_config('statement_timeout', '0', true), set_config('work_mem', '128MB', true)""")
# Asked before the rest: the function keeps parallel workers out of any statement that calls it.
_SYSTEM = text("""
    SELECT w.id, ledger.system_balance(w.id) FROM ledger.wallets w WHERE w.kind = 'system'""")
# One statement for all checks, so that the movements are added up once.
_VERIFY = text("""
    WITH stated AS (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:balances AS numeric[])) AS s (wallet, balance)
    ), side AS (
        SELECT t.to_wallet AS wallet, sum(t.amount) AS net, count(*) AS movements, max(t.id) AS last
        FROM ledger.transactions t GROUP BY t.to_wallet
        UNION ALL
        SELECT t.from_wallet, -sum(t.amount), count(*), max(t.id)
        FROM ledger.transactions t GROUP BY t.from_wallet
    ), moved AS MATERIALIZED (
        SELECT side.wallet, sum(side.net) AS net, sum(side.movements) AS movements, max(side.last) AS last
        FROM side GROUP BY side.wallet
    ), lot AS (
        SELECT l.wallet_id, sum(l.remaining) AS remaining
        FROM ledger.credit_lots l WHERE l.closed_at IS NULL GROUP BY l.wallet_id
    ), hold AS (
        SELECT r.wallet_id, sum(r.amount) AS amount
        FROM ledger.reservations r WHERE r.status = 'reserved' GROUP BY r.wallet_id
    ), wallet AS MATERIALIZED (
        SELECT w.id, w.currency, w.kind, u.username, w.granted, w.reserved,
            w.status AS wallet_status, u.status AS user_status,
            coalesce(stated.balance, w.balance) AS balance,
            coalesce(moved.net, 0) AS net,
            CASE WHEN t.id IS NULL THEN 0 WHEN t.to_wallet = w.id THEN t.to_balance_after
                ELSE t.from_balance_after END AS last_after,
            coalesce(lot.remaining, 0) AS lots, coalesce(hold.amount, 0) AS holds
        FROM ledger.wallets w
        JOIN ledger.users u ON u.id = w.user_id
        LEFT JOIN stated ON stated.wallet = w.id
        LEFT JOIN moved ON moved.wallet = w.id
        LEFT JOIN ledger.transactions t ON t.id = moved.last
        LEFT JOIN lot ON lot.wallet_id = w.id
        LEFT JOIN hold ON hold.wallet_id = w.id
    ), broken AS (
        SELECT 'currency.zero' AS code, wallet.currency AS place, 0 AS number,
            '0' AS expected, sum(wallet.balance)::text AS found
        FROM wallet GROUP BY wallet.currency HAVING sum(wallet.balance) <> 0
        UNION ALL
        SELECT 'wallet.movements', wallet.username || ' ' || wallet.currency, wallet.id,
            wallet.net::text, wallet.balance::text
        FROM wallet WHERE wallet.balance <> wallet.net
        UNION ALL
        SELECT 'wallet.last', wallet.username || ' ' || wallet.currency, wallet.id,
            wallet.last_after::text, wallet.balance::text
        FROM wallet WHERE wallet.kind = 'customer' AND wallet.balance IS DISTINCT FROM wallet.last_after
        UNION ALL
        SELECT 'wallet.granted', wallet.username || ' ' || wallet.currency, wallet.id,
            wallet.lots::text, wallet.granted::text
        FROM wallet WHERE wallet.granted <> wallet.lots
        UNION ALL
        SELECT 'wallet.reserved', wallet.username || ' ' || wallet.currency, wallet.id,
            wallet.holds::text, wallet.reserved::text
        FROM wallet WHERE wallet.reserved <> wallet.holds
        UNION ALL
        SELECT 'wallet.status', wallet.username || ' ' || wallet.currency, wallet.id,
            wallet.user_status::text, wallet.wallet_status::text
        FROM wallet WHERE wallet.wallet_status <> wallet.user_status
        UNION ALL
        SELECT 'movement.wallet', 'transaction ' || t.id, t.id, tw.currency, fw.currency
        FROM ledger.transactions t
        LEFT JOIN ledger.wallets fw ON fw.id = t.from_wallet
        LEFT JOIN ledger.wallets tw ON tw.id = t.to_wallet
        WHERE fw.currency IS NULL OR tw.currency IS NULL OR fw.currency <> tw.currency
    ), first AS (
        SELECT DISTINCT ON (broken.code) broken.*, count(*) OVER (PARTITION BY broken.code) AS wrong
        FROM broken ORDER BY broken.code, broken.number
    )
    SELECT size.transactions, size.wallets, size.at,
        first.code, first.place, first.expected, first.found, first.wrong
    FROM (
        SELECT (SELECT coalesce(sum(moved.movements), 0) / 2 FROM moved)::bigint AS transactions,
            (SELECT count(*) FROM wallet) AS wallets, now() AS at
    ) size LEFT JOIN first ON true""")


def verify(database: Database, *, cancel: Cancellation | None = None) -> Report:
    """Check everything in one snapshot; ten million transactions take seconds, so it can be cancelled."""

    def work(session: Session) -> Report:
        session.execute(_SETTINGS)
        stated = session.execute(_SYSTEM).all()
        values = {"ids": [row[0] for row in stated], "balances": [row[1] for row in stated]}
        rows = session.execute(_VERIFY, values).all()
        broken = {row.code: row for row in rows if row.code is not None}
        checks = (
            Check(
                code, title, broken[code].wrong, broken[code].place, broken[code].expected, broken[code].found
            )
            if code in broken
            else Check(code, title)
            for code, title in CHECKS.items()
        )
        size = rows[0]
        return Report(tuple(checks), size.transactions, size.wallets, size.at)

    return database.snapshot("ledger.verify", work, cancel=cancel)
