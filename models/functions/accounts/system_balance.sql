-- A system wallet's balance: its checkpoint plus what has moved since. Nothing locks or updates it. What came since is
-- read in the order of the primary key: the planner takes it for a third of all rows, and would else read all of the
-- wallet's, or the whole table.
CREATE OR REPLACE FUNCTION ledger.system_balance(p_wallet bigint) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH since AS MATERIALIZED (
        SELECT t.from_wallet, t.to_wallet, t.amount FROM ledger.transactions t
        WHERE t.id > (SELECT c.through_id FROM ledger.checkpoints c WHERE c.wallet_id = p_wallet) ORDER BY t.id
    )
    SELECT coalesce((
        SELECT c.balance + coalesce((
            SELECT sum(CASE WHEN since.to_wallet = p_wallet THEN since.amount ELSE -since.amount END)
            FROM since WHERE p_wallet IN (since.from_wallet, since.to_wallet)), 0)
        FROM ledger.checkpoints c WHERE c.wallet_id = p_wallet), (
        SELECT coalesce(sum(CASE WHEN t.to_wallet = p_wallet THEN t.amount ELSE -t.amount END), 0)
        FROM ledger.transactions t WHERE p_wallet IN (t.from_wallet, t.to_wallet)))
$$;
