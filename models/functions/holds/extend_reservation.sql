-- Give an open reservation more time, or less.
CREATE OR REPLACE FUNCTION ledger.extend_reservation(
    p_key uuid, p_reservation text, p_expires_at timestamptz, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'extend_reservation', jsonb_build_object(
        'reservation', p_reservation, 'expires_at', ledger.utc(p_expires_at), 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_extend_reservation(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations;
    until timestamptz := (p_request ->> 'expires_at')::timestamptz;
BEGIN
    PERFORM ledger.require_reason(p_request);
    held := ledger.open_reservation(p_request ->> 'reservation');
    IF until <= clock_timestamp() THEN
        PERFORM ledger.refuse('reservation.past');
    END IF;
    UPDATE ledger.reservations r SET expires_at = until WHERE r.id = held.id;
    RETURN jsonb_build_object('status', 'extended', 'reservation', held.id, 'expires_at', until,
        'expired_before', held.expires_at);
END $$;
