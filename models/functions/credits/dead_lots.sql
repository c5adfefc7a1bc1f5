-- The parts of expired lots that nothing keeps alive. A lot past its expiry lives on only as far as active
-- holds made before that expiry need it, the earliest lots first.
-- Lots k = 1, 2, … in burn order, R(k) their sum so far, H(k) the sum of the holds made before k's expiry: the
-- first k lots are covered to min over j <= k of (H(j) + R(k) - R(j)), so dead so far is max(0, R(j) - H(j)).
CREATE OR REPLACE FUNCTION ledger.dead_lots(p_wallets bigint[], p_at timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (lot_id bigint, wallet_id bigint, dead bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH expired AS (
        SELECT l.id, l.wallet_id, l.expires_at, l.created_at, sum(l.remaining) OVER (
            PARTITION BY l.wallet_id ORDER BY l.expires_at, l.created_at, l.id) AS lots,
            coalesce((
                SELECT sum(r.amount) FROM ledger.reservations r
                WHERE r.wallet_id = l.wallet_id AND r.status = 'reserved' AND r.created_at < l.expires_at), 0) AS holds
        FROM ledger.credit_lots l
        WHERE l.wallet_id = ANY (p_wallets) AND l.closed_at IS NULL AND l.expires_at <= p_at
    ), so_far AS (
        SELECT expired.*, greatest(0, max(expired.lots - expired.holds) OVER (
            PARTITION BY expired.wallet_id ORDER BY expired.expires_at, expired.created_at, expired.id)) AS dead
        FROM expired
    ), single AS (
        SELECT so_far.id, so_far.wallet_id, so_far.dead - coalesce(lag(so_far.dead) OVER (
            PARTITION BY so_far.wallet_id ORDER BY so_far.expires_at, so_far.created_at, so_far.id), 0) AS dead
        FROM so_far
    )
    SELECT single.id, single.wallet_id, single.dead::bigint FROM single WHERE single.dead > 0
$$;
