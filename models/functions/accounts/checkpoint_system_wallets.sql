-- Move every system wallet's checkpoint up to the newest settled transaction, as a seal does: nothing is locked, and
-- where a transaction is under way that may still add a lower id, the checkpoints stay where they are.
CREATE OR REPLACE FUNCTION ledger.checkpoint_system_wallets() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.begin_write();
    RETURN coalesce((ledger.do_checkpoint() ->> 'through')::bigint, (SELECT min(c.through_id) FROM ledger.checkpoints c));
END $$;

-- The same, and what there is to say of it. A wallet without a checkpoint is of a new currency: its own movements are
-- found by its indexes, the others' are those since their checkpoints. Internal.
CREATE OR REPLACE FUNCTION ledger.do_checkpoint() RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    settled constant record := ledger.settled_transactions();
    since bigint;
BEGIN
    IF settled.through_id IS NULL THEN
        RETURN jsonb_build_object('status', 'waiting', 'pids', to_jsonb(settled.pids));
    END IF;
    since := (SELECT min(c.through_id) FROM ledger.checkpoints c);
    WITH known AS MATERIALIZED (
        -- One that another moves up now is left to him, however long he takes.
        SELECT c.wallet_id, c.through_id, c.balance FROM ledger.checkpoints c ORDER BY c.wallet_id FOR UPDATE SKIP LOCKED
    ), wallet AS MATERIALIZED (
        SELECT w.id, known.through_id, known.balance FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        LEFT JOIN known ON known.wallet_id = w.id
        WHERE u.username LIKE '@%' AND (known.wallet_id IS NOT NULL
            OR NOT EXISTS (SELECT FROM ledger.checkpoints c WHERE c.wallet_id = w.id))
    ), leg AS (
        SELECT side.wallet, sum(side.delta) AS delta
        FROM ledger.transactions t
        CROSS JOIN LATERAL (VALUES (t.from_wallet, -t.amount), (t.to_wallet, t.amount)) side (wallet, delta)
        JOIN wallet ON wallet.id = side.wallet AND wallet.through_id < t.id
        WHERE t.id > since AND t.id <= settled.through_id
        GROUP BY side.wallet
    )
    INSERT INTO ledger.checkpoints AS c (wallet_id, through_id, balance)
    SELECT wallet.id, settled.through_id, coalesce(wallet.balance + coalesce(leg.delta, 0),
        coalesce((SELECT sum(t.amount) FROM ledger.transactions t
            WHERE t.to_wallet = wallet.id AND t.id <= settled.through_id), 0)
        - coalesce((SELECT sum(t.amount) FROM ledger.transactions t
            WHERE t.from_wallet = wallet.id AND t.id <= settled.through_id), 0))
    FROM wallet LEFT JOIN leg ON leg.wallet = wallet.id
    ORDER BY wallet.id
    ON CONFLICT (wallet_id) DO UPDATE
    SET through_id = excluded.through_id, balance = excluded.balance, taken_at = clock_timestamp()
    -- Another's, made meanwhile, may reach further.
    WHERE c.through_id < excluded.through_id;
    RETURN jsonb_build_object('status', 'done', 'through', settled.through_id);
END $$;
