-- Move every system wallet's checkpoint up to the newest transaction.
-- SHARE waits for the writers under way and holds new ones off for a moment: afterwards no lower id
-- can still appear, because ids are drawn by INSERTs, which hold ROW EXCLUSIVE. The sum itself reads
-- settled rows, but inside the same transaction; run it off-peak or often.
CREATE OR REPLACE FUNCTION ledger.checkpoint_system_wallets() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest bigint;
BEGIN
    -- A snapshot taken before the lock would miss a lower id that was committed while waiting, for ever.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'checkpoints are taken in READ COMMITTED only' USING ERRCODE = 'restrict_violation';
    END IF;
    LOCK TABLE ledger.transactions IN SHARE MODE;
    SELECT coalesce(max(t.id), 0) INTO newest FROM ledger.transactions t;
    WITH since AS (
        SELECT coalesce(min(c.through_id), 0) AS through_id FROM ledger.wallets w
        LEFT JOIN ledger.checkpoints c ON c.wallet_id = w.id WHERE w.kind = 'system'
    ), leg AS (
        SELECT t.from_wallet AS wallet, t.id, -t.amount AS delta FROM ledger.transactions t, since
        WHERE t.id > since.through_id AND t.id <= newest
            AND t.from_wallet IN (SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system')
        UNION ALL
        SELECT t.to_wallet, t.id, t.amount FROM ledger.transactions t, since
        WHERE t.id > since.through_id AND t.id <= newest
            AND t.to_wallet IN (SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system')
    )
    INSERT INTO ledger.checkpoints AS c (wallet_id, through_id, balance)
    SELECT w.id, newest, coalesce(earlier.balance, 0) + coalesce((
        SELECT sum(leg.delta) FROM leg WHERE leg.wallet = w.id AND leg.id > coalesce(earlier.through_id, 0)), 0)
    FROM ledger.wallets w LEFT JOIN ledger.checkpoints earlier ON earlier.wallet_id = w.id
    WHERE w.kind = 'system'
    ON CONFLICT (wallet_id) DO UPDATE
    SET through_id = excluded.through_id, balance = excluded.balance, taken_at = clock_timestamp();
    RETURN newest;
END $$;
