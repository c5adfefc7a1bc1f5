-- Set money aside under a reference of the outside world. It may be granted credit or plain balance: the
-- wallet's floor holds it back from everything else until the hold is captured, released or expired.
CREATE OR REPLACE FUNCTION ledger.reserve(
    p_key uuid, p_username text, p_currency text, p_amount bigint, p_reference text,
    p_expires_at timestamptz DEFAULT NULL, p_description text DEFAULT '', p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'reserve', jsonb_build_object(
        'username', p_username, 'currency', p_currency, 'amount', p_amount, 'reservation', p_reference,
        'expires_at', ledger.utc(p_expires_at), 'description', p_description)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_reserve(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    amount bigint := p_request ->> 'amount';
    wallet bigint;
    at timestamptz;
    made bigint;
    room numeric;
BEGIN
    IF amount <= 0 THEN
        PERFORM ledger.refuse('amount.sign');
    END IF;
    wallet := ledger.wallet_of(p_request ->> 'username', p_request ->> 'currency');
    PERFORM ledger.hold_wallets(ARRAY[wallet]);
    at := clock_timestamp();
    -- Expired credit must not stand in for money, so it goes first.
    PERFORM ledger.expire_lots(ARRAY[wallet], at);
    UPDATE ledger.wallets w SET reserved = w.reserved + amount, version = w.version + 1 WHERE w.id = wallet
    RETURNING w.balance::numeric - w.reserved + w.overdraft_limit INTO room;
    INSERT INTO ledger.reservations AS r (wallet_id, amount, reference, created_at, expires_at, description, ticket, currency)
    VALUES (wallet, amount, p_request ->> 'reservation', at, (p_request ->> 'expires_at')::timestamptz,
        coalesce(p_request ->> 'description', ''), p_request ->> 'ticket', p_request ->> 'currency')
    RETURNING r.id INTO made;
    RETURN jsonb_build_object('status', 'reserved', 'reservation', made,
        'reference', p_request ->> 'reservation', 'created_at', at, 'available', room);
END $$;
