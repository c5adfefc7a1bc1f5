-- Open one customer account with a wallet, or a wallet in one more currency for an account there is.
CREATE OR REPLACE FUNCTION ledger.open_account(
    p_key uuid, p_username text, p_currency text, p_display_name text DEFAULT '', p_email text DEFAULT NULL,
    p_reason text DEFAULT NULL, p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'open_account', jsonb_build_object(
        'username', p_username, 'currency', p_currency, 'display_name', p_display_name, 'email', p_email,
        'reason', p_reason) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_open_account(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account ledger.users;
BEGIN
    PERFORM ledger.require_reason(p_request);
    PERFORM ledger.require_currency(p_request ->> 'currency');
    INSERT INTO ledger.users (username, display_name, email)
    VALUES (p_request ->> 'username', coalesce(p_request ->> 'display_name', ''), p_request ->> 'email')
    ON CONFLICT (username) DO NOTHING;
    SELECT * INTO account FROM ledger.users u WHERE u.username = p_request ->> 'username' FOR NO KEY UPDATE;
    IF account.kind = 'system' THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object('username', account.username));
    ELSIF account.status = 'closed' THEN
        PERFORM ledger.refuse('account.closed', jsonb_build_object('username', account.username));
    END IF;
    INSERT INTO ledger.wallets (user_id, currency, kind, status)
    VALUES (account.id, p_request ->> 'currency', 'customer', account.status)
    ON CONFLICT (user_id, currency) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM ledger.refuse('account.exists', jsonb_build_object('username', account.username));
    END IF;
    RETURN jsonb_build_object('status', 'opened', 'account', account.id);
END $$;
