-- Take what was reserved, all or a part, over however many lots; the rest of the hold is released.
CREATE OR REPLACE FUNCTION ledger.capture(
    p_key uuid, p_reservation text, p_amount bigint DEFAULT NULL, p_to text DEFAULT '@revenue',
    p_reference text DEFAULT NULL, p_description text DEFAULT '')
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'capture', jsonb_build_object(
        'reservation', p_reservation, 'amount', p_amount, 'to', p_to, 'reference', p_reference,
        'description', p_description));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_capture(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations := ledger.open_reservation(p_request ->> 'reservation');
    taking bigint := coalesce((p_request ->> 'amount')::bigint, held.amount);
    money text;
    payee bigint;
    at timestamptz;
    changes ledger.lot_change[];
    burned bigint;
    done record;
BEGIN
    IF taking <= 0 THEN
        PERFORM ledger.refuse('amount.sign');
    END IF;
    SELECT w.currency INTO money FROM ledger.wallets w WHERE w.id = held.wallet_id;
    IF taking > held.amount THEN
        PERFORM ledger.refuse('reservation.short', ledger.of_currency(money) || jsonb_build_object(
            'reserved', held.amount));
    END IF;
    PERFORM ledger.admit('capture', money, taking, p_approved);
    SELECT w.id INTO payee FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
    WHERE u.username = coalesce(p_request ->> 'to', '@revenue') AND w.currency = money;
    IF payee IS NULL THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object('username', p_request ->> 'to'));
    END IF;
    PERFORM ledger.hold_wallets(ARRAY[held.wallet_id, payee]);
    at := clock_timestamp();
    -- The wait for the wallet may have outlasted the hold.
    IF held.expires_at <= at THEN
        PERFORM ledger.refuse('reservation.expired', jsonb_build_object(
            'reservation', held.reference, 'by', NULL, 'at', held.expires_at));
    END IF;
    SELECT array_agg(ROW(1, plan.lot_id, -plan.burned)::ledger.lot_change), coalesce(sum(plan.burned), 0)
    INTO changes, burned FROM ledger.burn_plan(held.wallet_id, taking, held.created_at) plan;
    UPDATE ledger.reservations r
    SET status = 'captured', captured_amount = taking, closed_at = at, closed_by = session_user
    WHERE r.id = held.id;
    done := ledger.post(ARRAY[ROW(
        1, 'capture', held.wallet_id, payee, taking, p_request ->> 'reference',
        coalesce(nullif(p_request ->> 'description', ''), held.description), NULL, burned, held.amount,
        NULL, NULL, NULL, NULL, held.id, NULL, NULL, NULL)::ledger.posting], NULL, changes, at);
    -- What only this hold kept alive has no reason to live on.
    PERFORM ledger.expire_lots(ARRAY[held.wallet_id], at);
    RETURN jsonb_build_object('status', 'captured', 'transaction', done.first_id, 'amount', taking,
        'released', held.amount - taking, 'lots', coalesce(cardinality(changes), 0), 'posted_at', done.posted_at);
END $$;
