-- Freeze, unfreeze or close an account. The wallets' rows are locked, so no posting is half way past.
CREATE OR REPLACE FUNCTION ledger.set_account_status(
    p_key uuid, p_username text, p_status ledger.account_status, p_reason text, p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_account_status', jsonb_build_object(
        'username', p_username, 'status', p_status, 'reason', p_reason) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_account_status(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted ledger.account_status := (p_request ->> 'status')::ledger.account_status;
    account ledger.users;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF wanted IS NULL THEN
        PERFORM ledger.refuse('status.unknown');
    END IF;
    SELECT * INTO account FROM ledger.users u WHERE u.username = p_request ->> 'username' FOR NO KEY UPDATE;
    IF account.id IS NULL OR account.kind = 'system' THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object('username', p_request ->> 'username'));
    ELSIF account.status = 'closed' THEN
        PERFORM ledger.refuse('account.closed', jsonb_build_object('username', account.username));
    END IF;
    PERFORM FROM ledger.wallets w WHERE w.user_id = account.id ORDER BY w.id FOR NO KEY UPDATE;
    IF wanted = 'closed' AND EXISTS (
        SELECT FROM ledger.wallets w
        WHERE w.user_id = account.id AND (w.balance, w.granted, w.reserved) <> (0, 0, 0)) THEN
        PERFORM ledger.refuse('account.not_empty', jsonb_build_object('username', account.username));
    END IF;
    -- A wallet of a closed currency stays closed; its currency gives it the account's status when it is opened again.
    UPDATE ledger.wallets w SET status = wanted
    FROM ledger.currencies c
    WHERE w.user_id = account.id AND c.code = w.currency AND c.closed_at IS NULL;
    UPDATE ledger.users u SET status = wanted WHERE u.id = account.id;
    RETURN jsonb_build_object('status', 'done', 'before', account.status, 'after', wanted);
END $$;
