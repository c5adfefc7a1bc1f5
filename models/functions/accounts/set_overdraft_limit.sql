-- How far below zero a wallet may go. Less than it is below already is refused by the wallet's floor.
CREATE OR REPLACE FUNCTION ledger.set_overdraft_limit(
    p_key uuid, p_username text, p_currency text, p_limit bigint, p_reason text, p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_overdraft_limit', jsonb_build_object(
        'username', p_username, 'currency', p_currency, 'limit', p_limit, 'reason', p_reason)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_overdraft_limit(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted bigint := p_request ->> 'limit';
    wallet bigint;
    before bigint;
    dual boolean;
    taken boolean;
BEGIN
    PERFORM ledger.require_reason(p_request);
    PERFORM ledger.require_currency(p_request ->> 'currency');
    IF wanted < 0 THEN
        -- The constraint says so too, but the wallet's floor would speak first.
        PERFORM ledger.refuse('amount.range');
    END IF;
    wallet := ledger.wallet_of(p_request ->> 'username', p_request ->> 'currency');
    dual := NOT p_approved AND ledger.dual_control();
    -- Before the wallet is locked; what has changed until then is judged again.
    taken := dual AND wanted <= (SELECT w.overdraft_limit FROM ledger.wallets w WHERE w.id = wallet);
    PERFORM ledger.admit('set_overdraft_limit', p_request ->> 'currency', wanted, p_approved OR taken);
    SELECT w.overdraft_limit INTO before FROM ledger.wallets w WHERE w.id = wallet FOR NO KEY UPDATE;
    IF dual AND wanted > before THEN
        -- What gives needs a second person; what takes away does not wait.
        PERFORM ledger.refuse('approval.required', jsonb_build_object('kind', 'set_overdraft_limit', 'approvals', greatest(
            ledger.approvals_for('set_overdraft_limit', p_request ->> 'currency', wanted), 1::smallint)));
    END IF;
    UPDATE ledger.wallets w SET overdraft_limit = wanted, version = w.version + 1 WHERE w.id = wallet;
    RETURN jsonb_build_object('status', 'done', 'before', before, 'after', wanted);
END $$;
