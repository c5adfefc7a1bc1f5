-- Lots for the grants, holds on some wallets: what is granted and reserved has its rows.
WITH lot AS (
    INSERT INTO ledger.credit_lots (wallet_id, source, amount, remaining, expires_at, created_at, opened_by,
        currency)
    SELECT t.to_wallet, (ARRAY['promo', 'bonus', 'refund', 'loyalty'])[1 + (t.id % 4)::integer],
        t.amount, t.amount, :until + (10 + t.id % 170) * interval '1 day', t.posted_at, t.id,
        t.currency
    FROM ledger.transactions t WHERE t.kind = 'grant' ORDER BY t.id
    RETURNING id, wallet_id, amount, opened_by
), movement AS (
    INSERT INTO ledger.lot_movements (lot_id, transaction_id, amount, remaining_after)
    SELECT lot.id, lot.opened_by, lot.amount, lot.amount FROM lot ORDER BY lot.id
), hold AS (
    INSERT INTO ledger.reservations (wallet_id, amount, reference, created_at, expires_at, currency)
    SELECT w.id, least(w.balance, 1000 + w.id % 90 * 100), 'hold-' || w.id,
        :until - (w.id % 300) * interval '1 minute', :until + interval '7 days',
        w.currency
    FROM ledger.wallets w WHERE w.kind = 'customer' AND w.balance > 0 AND w.id % 40 = 0 ORDER BY w.id
    RETURNING wallet_id, amount
)
UPDATE ledger.wallets w
SET granted = coalesce(sums.granted, 0), reserved = coalesce(sums.reserved, 0)
FROM (
    SELECT wallet_id, sum(granted)::bigint AS granted, sum(reserved)::bigint AS reserved
    FROM (
        SELECT lot.wallet_id, lot.amount AS granted, NULL::bigint AS reserved FROM lot
        UNION ALL
        SELECT hold.wallet_id, NULL, hold.amount FROM hold
    ) part GROUP BY wallet_id
) sums WHERE sums.wallet_id = w.id
