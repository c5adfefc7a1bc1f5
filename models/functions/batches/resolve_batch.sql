-- Find the wallets of a batch's names that are not found yet; returns how many were. Internal.
-- The look-ups go in the order of the index, then of the wallets: neighbours share their pages.
CREATE OR REPLACE FUNCTION ledger.resolve_batch(p_batch bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '256MB' AS $$
DECLARE
    found_count bigint;
BEGIN
    WITH wanted AS MATERIALIZED (
        (SELECT l.from_name AS name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
        UNION
        SELECT l.to_name FROM ledger.batch_lines l WHERE l.batch_id = p_batch)
        EXCEPT
        SELECT p.name FROM ledger.batch_parties p WHERE p.batch_id = p_batch
    ), known AS MATERIALIZED (
        SELECT ordered.name, u.id
        FROM (SELECT wanted.name FROM wanted ORDER BY wanted.name) ordered
        CROSS JOIN LATERAL (SELECT u.id FROM ledger.users u WHERE u.username = ordered.name LIMIT 1) u
    )
    INSERT INTO ledger.batch_parties (batch_id, name, wallet_id)
    SELECT p_batch, ordered.name, w.id
    FROM (SELECT known.name, known.id FROM known ORDER BY known.id) ordered
    CROSS JOIN ledger.batches b
    CROSS JOIN LATERAL (
        SELECT w.id FROM ledger.wallets w WHERE w.user_id = ordered.id AND w.currency = b.currency LIMIT 1) w
    WHERE b.id = p_batch
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS found_count = ROW_COUNT;
    RETURN found_count;
END $$;
