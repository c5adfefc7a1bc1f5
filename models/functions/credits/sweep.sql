-- End reservations that are past their time, then send to @breakage what has expired and no hold keeps, and end requests
-- that nobody decided on in time.
-- Rows are claimed before anything is done to them, so that a late capture and the sweep never both win, and
-- rows that somebody else has, wallets too, are left for the next sweep: nobody keeps the others' from being swept by
-- leaving a transaction open.
CREATE OR REPLACE FUNCTION ledger.sweep(p_key uuid, p_limit integer DEFAULT 1000) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'sweep', jsonb_build_object('limit', p_limit));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_sweep(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    quota integer := least(greatest(coalesce((p_request ->> 'limit')::integer, 1000), 1), 100000);
    claimed bigint[];
    wallets bigint[];
    at timestamptz;
    ended integer;
    gone record;
    requests integer;
BEGIN
    claimed := ARRAY(
        SELECT r.id FROM ledger.reservations r JOIN ledger.wallets w ON w.id = r.wallet_id
        WHERE r.status = 'reserved' AND r.expires_at <= clock_timestamp()
        ORDER BY r.expires_at, r.id LIMIT quota FOR UPDATE OF r SKIP LOCKED FOR NO KEY UPDATE OF w SKIP LOCKED);
    wallets := ARRAY(SELECT r.wallet_id FROM ledger.reservations r WHERE r.id = ANY (claimed)) || ARRAY(
        SELECT w.id FROM ledger.dead_lots(ARRAY(
            SELECT DISTINCT l.wallet_id FROM ledger.credit_lots l
            WHERE l.closed_at IS NULL AND l.expires_at <= clock_timestamp())) d
        JOIN ledger.wallets w ON w.id = d.wallet_id
        LIMIT quota FOR NO KEY UPDATE OF w SKIP LOCKED);
    at := clock_timestamp();
    WITH closed AS (
        UPDATE ledger.reservations r
        SET status = 'expired', closed_at = at, closed_by = session_user, close_reason = 'its time was over'
        WHERE r.id = ANY (claimed)
        RETURNING r.wallet_id, r.amount
    ), freed AS (
        UPDATE ledger.wallets w SET reserved = (w.reserved - sums.amount)::bigint, version = w.version + sums.holds
        FROM (SELECT closed.wallet_id, sum(closed.amount) AS amount, count(*) AS holds FROM closed GROUP BY 1) sums
        WHERE w.id = sums.wallet_id
    )
    SELECT count(*) INTO ended FROM closed;
    gone := ledger.expire_lots(wallets, at);
    requests := ledger.end_stale_requests(quota);
    RETURN jsonb_build_object('status', 'swept', 'reservations', ended, 'lots', gone.lots,
        'amounts', gone.amounts, 'more', greatest(ended, gone.lots, requests) >= quota)
        -- Told where there is something, as before.
        || CASE WHEN requests > 0 THEN jsonb_build_object('requests', requests) ELSE '{}' END;
END $$;
