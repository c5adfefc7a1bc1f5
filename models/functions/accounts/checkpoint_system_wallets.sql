-- Move every system wallet's checkpoint up to the newest settled transaction, as a seal does: nothing is locked, and
-- where a transaction is under way that may still add a lower id, the checkpoints stay where they are.
CREATE OR REPLACE FUNCTION ledger.checkpoint_system_wallets() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    settled bigint;
BEGIN
    PERFORM ledger.begin_write();
    settled := (ledger.settled_transactions()).through_id;
    IF settled IS NULL THEN
        RETURN (SELECT min(c.through_id) FROM ledger.checkpoints c);
    END IF;
    WITH since AS (
        SELECT coalesce(min(c.through_id), 0) AS through_id FROM ledger.wallets w
        LEFT JOIN ledger.checkpoints c ON c.wallet_id = w.id WHERE w.kind = 'system'
    ), leg AS (
        SELECT t.from_wallet AS wallet, t.id, -t.amount AS delta FROM ledger.transactions t, since
        WHERE t.id > since.through_id AND t.id <= settled
            AND t.from_wallet IN (SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system')
        UNION ALL
        SELECT t.to_wallet, t.id, t.amount FROM ledger.transactions t, since
        WHERE t.id > since.through_id AND t.id <= settled
            AND t.to_wallet IN (SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system')
    )
    INSERT INTO ledger.checkpoints AS c (wallet_id, through_id, balance)
    SELECT w.id, settled, coalesce(earlier.balance, 0) + coalesce((
        SELECT sum(leg.delta) FROM leg WHERE leg.wallet = w.id AND leg.id > coalesce(earlier.through_id, 0)), 0)
    FROM ledger.wallets w LEFT JOIN ledger.checkpoints earlier ON earlier.wallet_id = w.id
    WHERE w.kind = 'system'
    ON CONFLICT (wallet_id) DO UPDATE
    SET through_id = excluded.through_id, balance = excluded.balance, taken_at = clock_timestamp()
    -- Another's, made meanwhile, may reach further.
    WHERE c.through_id < excluded.through_id;
    RETURN settled;
END $$;
