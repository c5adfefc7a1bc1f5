-- Keep an eye on an account, or no longer: each operator for themselves.
CREATE OR REPLACE FUNCTION ledger.follow_account(p_key uuid, p_username text, p_following boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'follow_account', jsonb_build_object(
        'username', p_username, 'following', coalesce(p_following, false)));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_follow_account(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account constant bigint := ledger.customer_of(p_request);
BEGIN
    INSERT INTO ledger.account_follows AS f (user_id, following) VALUES (account, (p_request ->> 'following')::boolean)
    ON CONFLICT (operator, user_id) DO UPDATE SET following = excluded.following, since = excluded.since
    WHERE f.following <> excluded.following;
    RETURN jsonb_build_object('status', 'done', 'account', account);
END $$;
