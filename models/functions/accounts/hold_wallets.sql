-- Lock customers' wallets in the order of their ids, or two payouts that cross would deadlock; refuse when
-- one of them may not move: p_statuses may. A wallet's lock covers its lots and holds too: nothing changes those without it.
-- Every row must come out of the subquery: the planner pushes a WHERE on `held` into it, and then only those
-- rows are locked. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_wallets(
    p_wallets bigint[], p_statuses ledger.account_status[] DEFAULT '{active}') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    idle bigint;
    customers integer;
    shut text;
BEGIN
    SELECT min(held.id) FILTER (WHERE held.status <> ALL (p_statuses)), count(*) INTO idle, customers
    FROM (
        SELECT w.id, w.status FROM ledger.wallets w
        WHERE w.kind = 'customer' AND w.id = ANY (p_wallets)
        ORDER BY w.id FOR NO KEY UPDATE
    ) held;
    IF customers = 0 THEN
        -- Between system accounts no wallet is locked, so the currency's own row says whether it is closed.
        SELECT min(held.code) FILTER (WHERE held.closed_at IS NOT NULL) INTO shut
        FROM (
            SELECT c.code, c.closed_at FROM ledger.currencies c
            WHERE c.code IN (SELECT w.currency FROM ledger.wallets w WHERE w.id = ANY (p_wallets)) FOR SHARE
        ) held;
    ELSIF idle IS NOT NULL THEN
        SELECT c.code INTO shut FROM ledger.wallets w JOIN ledger.currencies c ON c.code = w.currency
        WHERE w.id = idle AND c.closed_at IS NOT NULL;
        IF shut IS NULL THEN
            PERFORM ledger.refuse('account.inactive', (
                SELECT jsonb_build_object('username', u.username, 'status', w.status)
                FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE w.id = idle));
        END IF;
    END IF;
    IF shut IS NOT NULL THEN
        PERFORM ledger.refuse('currency.closed', jsonb_build_object('currency', shut));
    END IF;
END $$;
