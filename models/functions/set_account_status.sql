-- Freeze, unfreeze or close an account. The wallets' rows are locked, so no posting is half way past.
CREATE OR REPLACE FUNCTION ledger.set_account_status(
    p_username text, p_status ledger.account_status, p_reason text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account ledger.users;
BEGIN
    IF length(btrim(coalesce(p_reason, ''))) < 3 OR NOT ledger.is_plain_text(p_reason) THEN
        RAISE EXCEPTION 'reason.empty' USING ERRCODE = 'LG001';
    END IF;
    SELECT * INTO account FROM ledger.users u WHERE u.username = p_username FOR NO KEY UPDATE;
    IF account.id IS NULL OR account.kind = 'system' THEN
        RAISE EXCEPTION 'user.unknown' USING ERRCODE = 'LG001',
            DETAIL = jsonb_build_object('username', p_username)::text;
    ELSIF account.status = 'closed' THEN
        RAISE EXCEPTION 'account.closed' USING ERRCODE = 'LG001',
            DETAIL = jsonb_build_object('username', p_username)::text;
    END IF;
    PERFORM FROM ledger.wallets w WHERE w.user_id = account.id ORDER BY w.id FOR NO KEY UPDATE;
    IF p_status = 'closed' AND EXISTS (
        SELECT FROM ledger.wallets w WHERE w.user_id = account.id AND (w.balance, w.reserved) <> (0, 0)) THEN
        RAISE EXCEPTION 'account.not_empty' USING ERRCODE = 'LG001',
            DETAIL = jsonb_build_object('username', p_username)::text;
    END IF;
    UPDATE ledger.wallets w SET status = p_status WHERE w.user_id = account.id;
    UPDATE ledger.users u SET status = p_status,
        metadata = jsonb_set(u.metadata, '{status_changes}',
            coalesce(u.metadata -> 'status_changes', '[]') || jsonb_build_object(
                'at', clock_timestamp(), 'by', session_user, 'to', p_status, 'reason', p_reason))
    WHERE u.id = account.id;
END $$;
