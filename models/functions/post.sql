-- The posting pipeline: every movement of money in the ledger passes here, one or a million at once.
-- Lines name wallets of one currency; funds are judged on the balances after all of them.
-- Internal: only functions of the owner call it, so it is granted to nobody.
CREATE OR REPLACE FUNCTION ledger.post(
    p_lines ledger.posting[], p_batch bigint,
    OUT posted_at timestamptz, OUT first_id bigint, OUT last_id bigint, OUT lines integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    idle bigint;
    many boolean := cardinality(p_lines) > 100;
BEGIN
    IF many THEN
        -- The generic plan of a session that posted single transfers expects ten rows.
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    END IF;

    -- In the order of their ids, or two payouts that cross would deadlock. Every row must come out of
    -- the subquery: the planner pushes a WHERE on `held` into it, and then only those rows are locked.
    SELECT min(held.user_id) FILTER (WHERE held.status <> 'active') INTO idle
    FROM (
        SELECT w.user_id, w.status FROM ledger.wallets w
        WHERE w.kind = 'customer' AND w.id IN (
            SELECT l.from_wallet FROM unnest(p_lines) l UNION SELECT l.to_wallet FROM unnest(p_lines) l)
        ORDER BY w.id FOR NO KEY UPDATE
    ) held;
    IF idle IS NOT NULL THEN
        PERFORM ledger.refuse('account.inactive', jsonb_build_object(
            'username', (SELECT u.username FROM ledger.users u WHERE u.id = idle)));
    END IF;

    -- After the locks, never now(): the wait may have been long.
    posted_at := clock_timestamp();

    WITH leg AS MATERIALIZED (
        SELECT l.line, side.wallet, side.delta
        FROM unnest(p_lines) l
        CROSS JOIN LATERAL (VALUES (l.from_wallet, -l.amount), (l.to_wallet, l.amount)) side (wallet, delta)
    ), change AS (
        -- In the order of the wallets, so that neighbours are changed while their page is at hand.
        SELECT leg.wallet, sum(leg.delta) AS net, count(*) AS movements FROM leg
        GROUP BY leg.wallet ORDER BY leg.wallet
    ), moved AS (
        UPDATE ledger.wallets w
        SET balance = (w.balance + change.net)::bigint, version = w.version + change.movements
        FROM change WHERE w.id = change.wallet AND w.kind = 'customer'
        RETURNING w.id, w.balance - change.net AS before
    ), running AS (
        SELECT leg.line, leg.delta,
            moved.before + sum(leg.delta) OVER (PARTITION BY leg.wallet ORDER BY leg.line) AS after
        FROM leg JOIN moved ON moved.id = leg.wallet
    ), after AS (
        SELECT running.line,
            max(running.after) FILTER (WHERE running.delta < 0) AS from_after,
            max(running.after) FILTER (WHERE running.delta > 0) AS to_after
        FROM running GROUP BY running.line
    ), written AS (
        INSERT INTO ledger.transactions AS t (
            posted_at, effective_at, kind, from_wallet, to_wallet, amount,
            from_balance_after, to_balance_after, reference, description, batch_id)
        SELECT post.posted_at, coalesce(l.effective_at, post.posted_at), l.kind, l.from_wallet, l.to_wallet, l.amount,
            after.from_after::bigint, after.to_after::bigint, l.reference, coalesce(l.description, ''), p_batch
        FROM unnest(p_lines) l LEFT JOIN after ON after.line = l.line
        ORDER BY l.line
        RETURNING t.id
    )
    SELECT min(written.id), max(written.id), count(*) INTO first_id, last_id, lines FROM written;
END $$;
