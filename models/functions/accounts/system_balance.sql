-- A system wallet's balance: its checkpoint plus what has moved since. Nothing locks or updates it. What came since is
-- read along the primary key: the planner takes it for a third of all rows, and would read all of the wallet's.
CREATE OR REPLACE FUNCTION ledger.system_balance(p_wallet bigint) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT c.balance + coalesce((
            SELECT sum(CASE WHEN since.to_wallet = p_wallet THEN since.amount ELSE -since.amount END)
            FROM (
                SELECT t.from_wallet, t.to_wallet, t.amount FROM ledger.transactions t
                WHERE t.id > c.through_id ORDER BY t.id OFFSET 0) since
            WHERE p_wallet IN (since.from_wallet, since.to_wallet)), 0)
        FROM ledger.checkpoints c WHERE c.wallet_id = p_wallet), (
        SELECT coalesce(sum(CASE WHEN t.to_wallet = p_wallet THEN t.amount ELSE -t.amount END), 0)
        FROM ledger.transactions t WHERE p_wallet IN (t.from_wallet, t.to_wallet)))
$$;
