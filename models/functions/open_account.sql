-- Open one customer account with a wallet; refused when the name is taken.
CREATE OR REPLACE FUNCTION ledger.open_account(
    p_username text, p_currency text, p_display_name text DEFAULT '', p_email text DEFAULT NULL)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH opened AS (
        INSERT INTO ledger.users (username, display_name, email) VALUES (p_username, p_display_name, p_email)
        RETURNING id
    ), wallet AS (
        INSERT INTO ledger.wallets (user_id, currency, kind) SELECT opened.id, p_currency, 'customer' FROM opened
    )
    SELECT opened.id FROM opened
$$;
