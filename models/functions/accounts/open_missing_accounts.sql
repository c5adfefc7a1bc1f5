-- Open the accounts and wallets that a batch names and the ledger lacks; internal to post_batch.
-- In name order, so that two batches that open the same names queue and do not deadlock.
CREATE OR REPLACE FUNCTION ledger.open_missing_accounts(p_batch bigint, p_currency text, p_prefix text)
RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opened integer;
BEGIN
    PERFORM ledger.require_currency(p_currency);
    WITH wanted AS (
        SELECT l.from_name AS name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
        UNION
        SELECT l.to_name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    )
    INSERT INTO ledger.users (username)
    SELECT wanted.name FROM wanted
    WHERE starts_with(wanted.name, p_prefix) AND wanted.name NOT LIKE '@%'
        AND NOT EXISTS (SELECT FROM ledger.users u WHERE u.username = wanted.name)
    ORDER BY wanted.name
    ON CONFLICT (username) DO NOTHING;
    GET DIAGNOSTICS opened = ROW_COUNT;

    WITH wanted AS (
        SELECT l.from_name AS name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
        UNION
        SELECT l.to_name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    )
    INSERT INTO ledger.wallets (user_id, currency, kind, status)
    SELECT u.id, p_currency, u.kind, u.status
    FROM wanted JOIN ledger.users u ON u.username = wanted.name
    WHERE starts_with(u.username, p_prefix) AND u.kind = 'customer'
        AND NOT EXISTS (SELECT FROM ledger.wallets w WHERE w.user_id = u.id AND w.currency = p_currency)
    -- The lock that a change of status takes: a wallet is not opened active beside a freeze under way.
    ORDER BY u.id FOR NO KEY UPDATE OF u
    ON CONFLICT (user_id, currency) DO NOTHING;
    RETURN opened;
END $$;
