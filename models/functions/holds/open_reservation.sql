-- Lock an open reservation by its reference; refused when it is not there, has ended (who ended it and when)
-- or is past its time. Reservations are locked before wallets, everywhere. Internal.
CREATE OR REPLACE FUNCTION ledger.open_reservation(p_reference text) RETURNS ledger.reservations
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations;
BEGIN
    SELECT * INTO held FROM ledger.reservations r WHERE r.reference = p_reference FOR UPDATE;
    IF held.id IS NULL THEN
        PERFORM ledger.refuse('reservation.unknown', jsonb_build_object('reservation', p_reference));
    ELSIF held.status <> 'reserved' THEN
        PERFORM ledger.refuse('reservation.' || held.status, jsonb_build_object(
            'reservation', p_reference, 'by', held.closed_by, 'at', held.closed_at));
    ELSIF held.expires_at <= clock_timestamp() THEN
        PERFORM ledger.refuse('reservation.expired', jsonb_build_object(
            'reservation', p_reference, 'by', NULL, 'at', held.expires_at));
    END IF;
    RETURN held;
END $$;
