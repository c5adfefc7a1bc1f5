-- The wallet of a customer in a currency; refused when there is none. Internal.
CREATE OR REPLACE FUNCTION ledger.wallet_of(p_username text, p_currency text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT w.id INTO found FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
    WHERE u.username = p_username AND u.kind = 'customer' AND w.currency = p_currency;
    IF found IS NULL THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object('username', p_username));
    END IF;
    RETURN found;
END $$;

-- A system account's wallet in the currency of another wallet. Internal.
CREATE OR REPLACE FUNCTION ledger.system_wallet(p_username text, p_beside bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id FROM ledger.wallets w
    JOIN ledger.users u ON u.username = p_username
    JOIN ledger.wallets s ON s.user_id = u.id AND s.currency = w.currency
    WHERE w.id = p_beside
$$;
