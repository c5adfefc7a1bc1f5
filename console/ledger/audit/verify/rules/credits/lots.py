"""Granted credit: each lot with the transaction that opened it, its movements, and its end."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

GRACE: Final = "15 minutes"
"""How long an expired lot may stay where it is before somebody should have swept it."""

_LOTS: Final = """
    WITH step AS (
        SELECT m.lot_id, m.transaction_id, m.amount, m.remaining_after,
            sum(m.amount) OVER (PARTITION BY m.lot_id ORDER BY m.transaction_id) AS due,
            row_number() OVER (PARTITION BY m.lot_id ORDER BY m.transaction_id) = 1 AS opening
        FROM ledger.lot_movements m
    ), joined AS MATERIALIZED (
        SELECT step.*, l.wallet_id, l.opened_by, l.amount AS lot_amount,
            CASE WHEN step.amount < 0 THEN t.from_wallet ELSE t.to_wallet END AS side, t.posted_at
        FROM step LEFT JOIN ledger.credit_lots l ON l.id = step.lot_id
        LEFT JOIN ledger.transactions t ON t.id = step.transaction_id
    ), total AS (
        SELECT joined.lot_id, sum(joined.amount) AS amount, max(joined.posted_at) AS last_at
        FROM joined GROUP BY joined.lot_id
    )
    SELECT 'lot.chain' AS code, 'lot ' || joined.lot_id || ', transaction ' || joined.transaction_id AS place,
        joined.lot_id AS number,
        joined.due::text AS expected, joined.remaining_after::text AS found
    FROM joined WHERE joined.remaining_after <> joined.due
    UNION ALL
    SELECT 'lot.movement', 'lot ' || joined.lot_id || ', transaction ' || joined.transaction_id,
        joined.lot_id,
        'wallet ' || joined.wallet_id || CASE WHEN joined.opening
            THEN ', transaction ' || joined.opened_by || ', ' || joined.lot_amount ELSE '' END,
        'wallet ' || joined.side || ', transaction ' || joined.transaction_id || ', ' || joined.amount
    FROM joined WHERE joined.side IS DISTINCT FROM joined.wallet_id OR joined.wallet_id IS NULL
        OR (joined.opening AND (joined.transaction_id, joined.amount) <> (joined.opened_by,
            joined.lot_amount))
    UNION ALL
    SELECT 'lot.remaining', 'lot ' || l.id, l.id, coalesce(total.amount, 0)::text, l.remaining::text
    FROM ledger.credit_lots l LEFT JOIN total ON total.lot_id = l.id
    WHERE l.remaining <> coalesce(total.amount, 0)
    UNION ALL
    SELECT 'lot.opened', 'lot ' || l.id, l.id,
        coalesce(t.kind || ' of ' || t.amount || ' ' || t.currency || ' to wallet ' || t.to_wallet
                || ' at ' || t.posted_at,
            'transaction ' || l.opened_by),
        l.amount || ' ' || l.currency || ' in wallet ' || l.wallet_id || ' at ' || l.created_at
    FROM ledger.credit_lots l LEFT JOIN ledger.transactions t ON t.id = l.opened_by
    WHERE (t.to_wallet, t.posted_at, t.currency) IS DISTINCT FROM (l.wallet_id, l.created_at, l.currency)
        OR t.kind NOT IN ('grant', 'reversal') OR l.amount > t.amount
            OR (t.kind = 'grant' AND l.amount <> t.amount)
    UNION ALL
    SELECT 'lot.closed', 'lot ' || l.id, l.id, total.last_at::text, l.closed_at::text
    FROM ledger.credit_lots l LEFT JOIN total ON total.lot_id = l.id
    WHERE (l.closed_at IS NULL) <> (l.remaining > 0) OR l.closed_at <> total.last_at"""

# What a movement took from lots: an expiry all of it, any other at most all of it; what it brought likewise.
_TAKEN: Final = """
    WITH taken AS (
        SELECT m.transaction_id, -sum(m.amount) FILTER (WHERE m.amount < 0) AS amount,
            sum(m.amount) FILTER (WHERE m.amount > 0) AS given
        FROM ledger.lot_movements m GROUP BY m.transaction_id
    )
    SELECT 'lot.taken' AS code, 'transaction ' || t.id AS place, t.id AS number,
        CASE t.kind WHEN 'expiry' THEN '' ELSE 'at most ' END || t.amount AS expected,
        coalesce(greatest(taken.amount, taken.given), 0)::text AS found
    FROM ledger.transactions t LEFT JOIN taken ON taken.transaction_id = t.id
    WHERE (t.kind = 'expiry' AND taken.amount IS DISTINCT FROM t.amount)
        OR taken.amount > t.amount OR taken.given > t.amount
        OR (t.kind NOT IN ('expiry', 'capture', 'grant', 'reversal') AND taken.transaction_id IS NOT NULL)"""

# As ledger.dead_lots reckons it, but that a hold past its own time keeps nothing alive: a sweep ends it.
_DEAD: Final = f"""
    WITH cut AS (
        SELECT now() - interval '{GRACE}' AS off
    ), expired AS (
        SELECT l.id, l.wallet_id, l.expires_at, l.created_at, sum(l.remaining) OVER (
            PARTITION BY l.wallet_id ORDER BY l.expires_at, l.created_at, l.id) AS lots,
            coalesce((
                SELECT sum(r.amount) FROM ledger.reservations r
                WHERE r.wallet_id = l.wallet_id AND r.status = 'reserved' AND r.created_at < l.expires_at
                    AND (r.expires_at IS NULL OR r.expires_at > cut.off)), 0) AS holds
        FROM ledger.credit_lots l, cut WHERE l.closed_at IS NULL AND l.expires_at <= cut.off
    ), so_far AS (
        SELECT expired.*, greatest(0, max(expired.lots - expired.holds) OVER (
            PARTITION BY expired.wallet_id ORDER BY expired.expires_at, expired.created_at, expired.id))
                AS dead
        FROM expired
    ), single AS (
        SELECT so_far.*, so_far.dead - coalesce(lag(so_far.dead) OVER (
            PARTITION BY so_far.wallet_id ORDER BY so_far.expires_at, so_far.created_at, so_far.id), 0)
                AS part
        FROM so_far
    )
    SELECT 'lot.expired' AS code, 'lot ' || single.id AS place, single.id AS number, '0' AS expected,
        single.part || ', expired ' || date_trunc('second', single.expires_at) AS found
    FROM single WHERE single.part > 0"""

QUESTIONS: Final = (
    Question(
        {
            "lot.chain": "What is left of a lot follows from what was left before",
            "lot.movement": "Each movement of a lot is one of its account",
            "lot.remaining": "What is left of a lot is the sum of its movements",
            "lot.opened": "Each lot is what the transaction that opened it granted",
            "lot.closed": "Each lot ended with its last movement",
        },
        _LOTS,
    ),
    Question({"lot.taken": "No movement took more from lots than it moved"}, _TAKEN),
    Question({"lot.expired": f"No credit expired more than {GRACE} ago waits for a sweep"}, _DEAD),
)
