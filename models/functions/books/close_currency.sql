-- Close a currency that nobody has anything in: no account is opened in it, and nothing is posted, held or loaded in it,
-- until it is opened again. Its wallets say so too, for a wallet is what a posting locks and asks.
CREATE OR REPLACE FUNCTION ledger.close_currency(p_key uuid, p_currency text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'close_currency', jsonb_build_object('currency', p_currency, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.reopen_currency(p_key uuid, p_currency text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'reopen_currency', jsonb_build_object('currency', p_currency, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_currency_closed(p_request jsonb, p_closed boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    money constant text := p_request ->> 'currency';
    was_closed boolean;
    holding bigint;
    waiting bigint;
    changed bigint;
BEGIN
    PERFORM ledger.require_reason(p_request);
    -- Whoever opens an account or submits something in it shares its row (require_currency): they end first, or come
    -- after. Not FOR UPDATE: a transaction that changes a wallet twice takes the key share of its currency while it has
    -- the wallet, and would wait for this one, which waits for the wallet.
    SELECT c.closed_at IS NOT NULL INTO was_closed FROM ledger.currencies c WHERE c.code = money FOR NO KEY UPDATE;
    IF was_closed IS NULL THEN
        PERFORM ledger.refuse('currency.unknown', jsonb_build_object('currency', left(money, 20)));
    ELSIF was_closed = p_closed THEN
        PERFORM ledger.refuse(CASE WHEN p_closed THEN 'currency.closed' ELSE 'currency.open' END,
            jsonb_build_object('currency', money));
    END IF;
    -- In the order of their ids, as postings do.
    PERFORM FROM ledger.wallets w WHERE w.currency = money AND w.kind = 'customer' ORDER BY w.id FOR NO KEY UPDATE;
    IF p_closed THEN
        SELECT count(*) INTO holding FROM ledger.wallets w
        WHERE w.currency = money AND w.kind = 'customer' AND (w.balance, w.granted, w.reserved) <> (0, 0, 0);
        -- A batch on its way has its request. A draft may stay: its maker may have left, and nobody can post it.
        SELECT count(*) INTO waiting FROM ledger.approval_requests r
        WHERE r.currency = money AND r.status IN ('pending', 'approved');
        IF holding > 0 THEN
            PERFORM ledger.refuse('currency.not_empty', jsonb_build_object('currency', money, 'accounts', holding));
        ELSIF waiting > 0 THEN
            PERFORM ledger.refuse('currency.waiting', jsonb_build_object('currency', money, 'waiting', waiting));
        END IF;
    END IF;
    UPDATE ledger.currencies c SET closed_at = CASE WHEN p_closed THEN clock_timestamp() END WHERE c.code = money;
    UPDATE ledger.wallets w SET status = CASE WHEN p_closed THEN 'closed' ELSE u.status END
    FROM ledger.users u
    WHERE w.currency = money AND w.kind = 'customer' AND u.id = w.user_id
        AND w.status <> CASE WHEN p_closed THEN 'closed' ELSE u.status END;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN jsonb_build_object('status', 'done', 'accounts', changed);
END $$;
