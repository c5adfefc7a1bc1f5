-- Give an open reservation more time, or less; without an end it has none.
CREATE OR REPLACE FUNCTION ledger.extend_reservation(
    p_key uuid, p_reservation text, p_expires_at timestamptz, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'extend_reservation', jsonb_build_object(
        'reservation', p_reservation, 'expires_at', ledger.utc(p_expires_at), 'reason', p_reason)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_extend_reservation(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations;
    changed record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    held := ledger.open_reservation(p_request ->> 'reservation');
    changed := ledger.end_holds_at('extend_reservation', p_request, ARRAY[held]);
    RETURN jsonb_build_object('status', 'extended', 'reservation', held.id, 'expires_at', changed.until,
        'expired_before', held.expires_at, 'act', changed.act, 'acted_at', changed.at);
END $$;

-- The same for many at once: all of them, or none.
CREATE OR REPLACE FUNCTION ledger.extend_holds(
    p_key uuid, p_reservations text[], p_expires_at timestamptz, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'extend_holds', jsonb_build_object(
        'reservations', ledger.holds_named(p_reservations), 'expires_at', ledger.utc(p_expires_at), 'reason', p_reason)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_extend_holds(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chosen record;
    changed record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    chosen := ledger.open_holds(p_request);
    changed := ledger.end_holds_at('extend_holds', p_request, chosen.holds);
    RETURN jsonb_build_object('status', 'extended', 'act', changed.act, 'count', cardinality(chosen.holds),
        'amount', chosen.amount, 'currency', chosen.currency, 'expires_at', changed.until, 'acted_at', changed.at);
END $$;

-- Set the end of open reservations, each with the event that says so. Internal.
CREATE OR REPLACE FUNCTION ledger.end_holds_at(
    p_kind text, p_request jsonb, p_holds ledger.reservations[], OUT until timestamptz, OUT at timestamptz, OUT act bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    until := p_request ->> 'expires_at';
    at := clock_timestamp();
    IF until <= at THEN
        PERFORM ledger.refuse('reservation.past');
    END IF;
    UPDATE ledger.reservations r SET expires_at = until FROM unnest(p_holds) h WHERE r.id = h.id;
    act := ledger.note_holds(p_kind, p_request, p_holds, at);
    PERFORM ledger.hint();
END $$;
