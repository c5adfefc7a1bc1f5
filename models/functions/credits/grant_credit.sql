-- Grant credit of one source as a lot, which may expire; it is spent by captures only.
CREATE OR REPLACE FUNCTION ledger.grant_credit(
    p_key uuid, p_username text, p_currency text, p_amount bigint, p_source text, p_expires_at timestamptz,
    p_reference text DEFAULT NULL, p_description text DEFAULT '', p_reason text DEFAULT NULL, p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'grant_credit', jsonb_build_object(
        'username', p_username, 'currency', p_currency, 'amount', p_amount, 'source', p_source,
        'expires_at', ledger.utc(p_expires_at), 'reference', p_reference, 'description', p_description)
        || ledger.by_hand(p_reason, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_grant_credit(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    amount bigint := p_request ->> 'amount';
    wallet bigint;
    done record;
BEGIN
    IF amount <= 0 THEN
        PERFORM ledger.refuse('amount.sign');
    ELSIF p_request ? 'reason' THEN
        PERFORM ledger.require_reason(p_request);
    END IF;
    PERFORM ledger.admit('grant_credit', p_request ->> 'currency', amount, p_approved);
    wallet := ledger.wallet_of(p_request ->> 'username', p_request ->> 'currency');
    done := ledger.post(ARRAY[ROW(
        1, 'grant', ledger.system_wallet('@issuance', wallet), wallet, amount, p_request ->> 'reference',
        p_request ->> 'description', NULL, NULL, NULL, amount, amount, p_request ->> 'source',
        (p_request ->> 'expires_at')::timestamptz, NULL, NULL, ledger.reason_of(p_request),
        p_request ->> 'ticket')::ledger.posting], NULL);
    RETURN jsonb_build_object('status', 'posted', 'transaction', done.first_id, 'posted_at', done.posted_at,
        'lot', (SELECT l.id FROM ledger.credit_lots l WHERE l.opened_by = done.first_id));
END $$;
