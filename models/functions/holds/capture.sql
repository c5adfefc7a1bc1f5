-- Take what was reserved, all or a part, over however many lots; the rest of the hold is released.
CREATE OR REPLACE FUNCTION ledger.capture(
    p_key uuid, p_reservation text, p_amount bigint DEFAULT NULL, p_to text DEFAULT '@revenue',
    p_reference text DEFAULT NULL, p_description text DEFAULT '', p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'capture', jsonb_build_object(
        'reservation', p_reservation, 'amount', p_amount, 'to', p_to, 'reference', p_reference,
        'description', p_description) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_capture(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations := ledger.open_reservation(p_request ->> 'reservation');
    taking bigint := coalesce((p_request ->> 'amount')::bigint, held.amount);
    money text;
    payee bigint;
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
    payee := ledger.payee_of(p_request, money);
    PERFORM ledger.hold_wallets(ARRAY[held.wallet_id, payee]);
    done := ledger.take_hold(p_request, held, taking, payee, clock_timestamp(), NULL);
    RETURN jsonb_build_object('status', 'captured', 'transaction', done.transaction, 'amount', taking,
        'released', held.amount - taking, 'lots', done.lots, 'posted_at', done.posted_at);
END $$;

-- The same for many at once, each of them whole: all of them, or none. Rules and limits judge each by itself, as they
-- would if they were taken one by one.
CREATE OR REPLACE FUNCTION ledger.capture_holds(
    p_key uuid, p_reservations text[], p_to text DEFAULT '@revenue', p_description text DEFAULT '', p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'capture_holds', jsonb_build_object(
        'reservations', ledger.holds_named(p_reservations), 'to', p_to, 'description', p_description)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_capture_holds(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chosen record := ledger.open_holds(p_request);
    payee bigint := ledger.payee_of(p_request, chosen.currency);
    held ledger.reservations;
    at timestamptz;
    act bigint;
    lots bigint := 0;
BEGIN
    FOREACH held IN ARRAY chosen.holds LOOP
        PERFORM ledger.admit('capture', chosen.currency, held.amount, p_approved);
    END LOOP;
    -- All of them before the first is taken, in their one order.
    PERFORM ledger.hold_wallets(ARRAY(SELECT h.wallet_id FROM unnest(chosen.holds) h) || payee);
    at := clock_timestamp();
    act := ledger.note_holds('capture_holds', p_request, chosen.holds, at);
    -- One after the other: of two on one account the second burns what the first has left.
    FOREACH held IN ARRAY chosen.holds LOOP
        lots := lots + (SELECT done.lots FROM ledger.take_hold(p_request, held, held.amount, payee, at, act) done);
    END LOOP;
    RETURN jsonb_build_object('status', 'captured', 'act', act, 'count', cardinality(chosen.holds),
        'amount', chosen.amount, 'currency', chosen.currency, 'lots', lots, 'posted_at', at, 'acted_at', at);
END $$;

-- Whose wallet a capture pays. Internal.
CREATE OR REPLACE FUNCTION ledger.payee_of(p_request jsonb, p_currency text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    payee bigint;
BEGIN
    SELECT w.id INTO payee FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
    WHERE u.username = coalesce(p_request ->> 'to', '@revenue') AND w.currency = p_currency;
    IF payee IS NULL THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object('username', p_request ->> 'to'));
    END IF;
    RETURN payee;
END $$;

-- Take an open hold whose wallets are locked, by a moment after their locks. p_act: of many at once. Internal.
CREATE OR REPLACE FUNCTION ledger.take_hold(
    p_request jsonb, p_held ledger.reservations, p_taking bigint, p_payee bigint, p_at timestamptz, p_act bigint,
    OUT transaction bigint, OUT lots integer, OUT posted_at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changes ledger.lot_change[];
    burned bigint;
    done record;
BEGIN
    -- The wait for the wallet may have outlasted the hold.
    IF p_held.expires_at <= p_at THEN
        PERFORM ledger.refuse('reservation.expired', jsonb_build_object(
            'reservation', p_held.reference, 'by', NULL, 'at', p_held.expires_at));
    END IF;
    SELECT array_agg(ROW(1, plan.lot_id, -plan.burned)::ledger.lot_change), coalesce(sum(plan.burned), 0)
    INTO changes, burned FROM ledger.burn_plan(p_held.wallet_id, p_taking, p_held.created_at) plan;
    UPDATE ledger.reservations r
    SET status = 'captured', captured_amount = p_taking, closed_at = p_at, closed_by = session_user,
        close_ticket = p_request ->> 'ticket'
    WHERE r.id = p_held.id;
    done := ledger.post(ARRAY[ROW(
        1, 'capture', p_held.wallet_id, p_payee, p_taking, p_request ->> 'reference',
        coalesce(nullif(p_request ->> 'description', ''), p_held.description), NULL, burned, p_held.amount,
        NULL, NULL, NULL, NULL, p_held.id, NULL, CASE WHEN p_act IS NOT NULL THEN ledger.act_of('{}', p_act) END,
        p_request ->> 'ticket')::ledger.posting], NULL, changes, p_at);
    -- What only this hold kept alive has no reason to live on.
    PERFORM ledger.expire_lots(ARRAY[p_held.wallet_id], p_at);
    transaction := done.first_id;
    lots := coalesce(cardinality(changes), 0);
    posted_at := done.posted_at;
END $$;
