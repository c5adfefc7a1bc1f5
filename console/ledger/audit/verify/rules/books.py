"""Balances, status and what a wallet holds back, against the rows that they are sums of."""

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

# A system wallet's balance is its checkpoint and what came since. One statement for all, so that the
# movements are added up once; sums of bigint are numeric, and no tampered amount overflows them.
_WALLETS: Final = """
    WITH side AS (
        SELECT t.to_wallet AS wallet, sum(t.amount) AS net, sum(t.amount) FILTER (WHERE t.id > c.through_id)
            AS since
        FROM ledger.transactions t LEFT JOIN ledger.checkpoints c ON c.wallet_id = t.to_wallet
        GROUP BY t.to_wallet
        UNION ALL
        SELECT t.from_wallet, -sum(t.amount), -sum(t.amount) FILTER (WHERE t.id > c.through_id)
        FROM ledger.transactions t LEFT JOIN ledger.checkpoints c ON c.wallet_id = t.from_wallet
        GROUP BY t.from_wallet
    ), moved AS (
        SELECT side.wallet, sum(side.net) AS net, sum(side.since) AS since FROM side GROUP BY side.wallet
    ), lot AS (
        SELECT l.wallet_id, sum(l.remaining) AS remaining
        FROM ledger.credit_lots l WHERE l.closed_at IS NULL GROUP BY l.wallet_id
    ), hold AS (
        SELECT r.wallet_id, sum(r.amount) AS amount
        FROM ledger.reservations r WHERE r.status = 'reserved' GROUP BY r.wallet_id
    ), wallet AS MATERIALIZED (
        SELECT w.id, w.currency, w.kind, u.username, w.granted, w.reserved, w.overdraft_limit,
            m.code IS NOT NULL AS known, w.status AS wallet_status, CASE
                WHEN w.kind = 'customer' AND m.closed_at IS NOT NULL THEN 'closed' ELSE u.status END
                AS user_status,
            u.kind AS user_kind,
            CASE WHEN w.kind = 'customer' THEN w.balance
                WHEN c.wallet_id IS NULL THEN coalesce(moved.net, 0)
                ELSE c.balance + coalesce(moved.since, 0) END AS balance,
            coalesce(moved.net, 0) AS net, coalesce(lot.remaining, 0) AS lots, coalesce(hold.amount, 0)
                AS holds
        FROM ledger.wallets w
        LEFT JOIN ledger.users u ON u.id = w.user_id
        LEFT JOIN ledger.currencies m ON m.code = w.currency
        LEFT JOIN ledger.checkpoints c ON c.wallet_id = w.id
        LEFT JOIN moved ON moved.wallet = w.id
        LEFT JOIN lot ON lot.wallet_id = w.id
        LEFT JOIN hold ON hold.wallet_id = w.id
    ), suspect AS MATERIALIZED (
        -- The words are made for these only: making them for every wallet would take most of the time.
        SELECT wallet.*, coalesce(wallet.username || ' ' || wallet.currency, 'wallet ' || wallet.id) AS name,
            wallet.balance - greatest(wallet.granted, wallet.reserved) AS free
        FROM wallet
        WHERE wallet.balance <> wallet.net OR wallet.granted <> wallet.lots OR wallet.reserved <> wallet.holds
            OR (wallet.kind = 'customer'
                AND wallet.balance - greatest(wallet.granted, wallet.reserved) < -wallet.overdraft_limit)
            OR wallet.user_status IS DISTINCT FROM wallet.wallet_status
            OR wallet.user_kind IS DISTINCT FROM wallet.kind OR NOT wallet.known
    )
    SELECT 'currency.zero' AS code, wallet.currency AS place, 0::bigint AS number,
        '0' AS expected, sum(wallet.balance)::text AS found
    FROM wallet GROUP BY wallet.currency HAVING sum(wallet.balance) <> 0
    UNION ALL
    SELECT broken.code, suspect.name, suspect.id, broken.expected, broken.found
    FROM suspect CROSS JOIN LATERAL (VALUES
        ('wallet.movements', suspect.balance <> suspect.net, suspect.net::text, suspect.balance::text),
        ('wallet.floor', suspect.kind = 'customer' AND suspect.free < -suspect.overdraft_limit,
            'at least -' || suspect.overdraft_limit, suspect.free::text),
        ('wallet.granted', suspect.granted <> suspect.lots, suspect.lots::text, suspect.granted::text),
        ('wallet.reserved', suspect.reserved <> suspect.holds, suspect.holds::text, suspect.reserved::text),
        ('wallet.currency', NOT suspect.known, 'a currency of the ledger', suspect.currency),
        ('wallet.status', suspect.user_status IS DISTINCT FROM suspect.wallet_status
                OR suspect.user_kind IS DISTINCT FROM suspect.kind,
            suspect.user_kind || ' ' || suspect.user_status, suspect.kind || ' ' || suspect.wallet_status)
    ) broken (code, yes, expected, found)
    WHERE broken.yes"""

QUESTIONS: Final = (
    Question(
        {
            "currency.zero": "All balances of a currency add up to zero",
            "wallet.movements": "Each balance is the sum of the account's movements",
            "wallet.floor": "No account is below its floor",
            "wallet.granted": "Granted credit is the sum of the open lots",
            "wallet.reserved": "Reserved credit is the sum of the active reservations",
            "wallet.currency": "Each account is in a currency of the ledger",
            "wallet.status": "An account and its wallet have the same kind and status",
        },
        _WALLETS,
    ),
)
