-- The posting pipeline: every movement of money in the ledger passes here, one or a million at once.
-- Lines name wallets of one currency; funds are judged on the balances after all of them. p_changes says what
-- happens to which lots, each lot at most once. p_at: a moment after the wallets' locks, when a caller has
-- already judged expiry by it; p_statuses: those of the accounts that may move.
-- Internal: only functions of the owner call it, so it is granted to nobody.
CREATE OR REPLACE FUNCTION ledger.post(
    p_lines ledger.posting[], p_batch bigint, p_changes ledger.lot_change[] DEFAULT NULL,
    p_at timestamptz DEFAULT NULL, p_statuses ledger.account_status[] DEFAULT '{active}',
    OUT posted_at timestamptz, OUT first_id bigint, OUT last_id bigint, OUT lines integer, OUT ids bigint[])
LANGUAGE plpgsql
-- One line is planned once a session: planning took three times as long as posting.
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF cardinality(p_lines) > 20 THEN
        -- The generic plan expects ten rows.
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    END IF;
    PERFORM ledger.hold_wallets(ARRAY(
        SELECT l.from_wallet FROM unnest(p_lines) l UNION SELECT l.to_wallet FROM unnest(p_lines) l), p_statuses);

    -- After the locks, never now(): the wait may have been long.
    posted_at := coalesce(p_at, clock_timestamp());

    WITH leg AS MATERIALIZED (
        SELECT l.line, side.*
        FROM unnest(p_lines) l
        CROSS JOIN LATERAL (VALUES
            (l.from_wallet, -l.amount, -l.from_granted, l.from_reserved),
            (l.to_wallet, l.amount, l.to_granted, NULL)) side (wallet, delta, granted, released)
    ), change AS (
        -- In the order of the wallets, so that neighbours are changed while their page is at hand.
        SELECT leg.wallet, sum(leg.delta) AS net, coalesce(sum(leg.granted), 0) AS granted,
            coalesce(sum(leg.released), 0) AS released, count(*) AS movements
        FROM leg GROUP BY leg.wallet ORDER BY leg.wallet
    ), moved AS (
        UPDATE ledger.wallets w
        SET balance = (w.balance + change.net)::bigint, granted = (w.granted + change.granted)::bigint,
            reserved = (w.reserved - change.released)::bigint, version = w.version + change.movements
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
            posted_at, effective_at, kind, from_wallet, to_wallet, amount, from_balance_after, to_balance_after,
            reference, description, batch_id, reservation_id, reverses, metadata, ticket, currency)
        SELECT post.posted_at, coalesce(l.effective_at, post.posted_at), l.kind, l.from_wallet, l.to_wallet, l.amount,
            after.from_after::bigint, after.to_after::bigint, l.reference, coalesce(l.description, ''), p_batch,
            l.reservation_id, l.reverses, l.metadata, l.ticket,
            -- The same for all of them.
            (SELECT w.currency FROM ledger.wallets w WHERE w.id = p_lines[1].from_wallet)
        FROM unnest(p_lines) l LEFT JOIN after ON after.line = l.line
        ORDER BY l.line
        RETURNING t.id
    )
    SELECT min(written.id), max(written.id), count(*), array_agg(written.id ORDER BY written.id)
    INTO first_id, last_id, lines, ids FROM written;

    IF p_changes IS NOT NULL OR EXISTS (SELECT FROM unnest(p_lines) l WHERE l.opened > 0) THEN
        PERFORM ledger.move_lots(p_lines, p_changes, ids, posted_at);
    END IF;
END $$;
