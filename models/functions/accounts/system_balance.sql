-- A system wallet's balance: its checkpoint plus what has moved since. Nothing locks or updates it.
CREATE OR REPLACE FUNCTION ledger.system_balance(p_wallet bigint) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH base AS (
        SELECT coalesce(max(c.through_id), 0) AS through_id, coalesce(max(c.balance), 0) AS balance
        FROM ledger.checkpoints c WHERE c.wallet_id = p_wallet
    )
    SELECT base.balance + coalesce((
        SELECT sum(CASE WHEN t.to_wallet = p_wallet THEN t.amount ELSE -t.amount END)
        FROM ledger.transactions t
        WHERE t.id > base.through_id AND p_wallet IN (t.from_wallet, t.to_wallet)), 0)
    FROM base
$$;
