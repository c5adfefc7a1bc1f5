-- Lock customers' wallets in the order of their ids, or two payouts that cross would deadlock; refuse when
-- one of them may not move. A wallet's lock covers its lots and holds too: nothing changes those without it.
-- Every row must come out of the subquery: the planner pushes a WHERE on `held` into it, and then only those
-- rows are locked. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_wallets(p_wallets bigint[], p_any_status boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    idle bigint;
BEGIN
    SELECT min(held.user_id) FILTER (WHERE held.status <> 'active') INTO idle
    FROM (
        SELECT w.user_id, w.status FROM ledger.wallets w
        WHERE w.kind = 'customer' AND w.id = ANY (p_wallets)
        ORDER BY w.id FOR NO KEY UPDATE
    ) held;
    IF idle IS NOT NULL AND NOT p_any_status THEN
        PERFORM ledger.refuse('account.inactive', jsonb_build_object(
            'username', (SELECT u.username FROM ledger.users u WHERE u.id = idle)));
    END IF;
END $$;
