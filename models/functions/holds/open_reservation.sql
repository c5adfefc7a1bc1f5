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

-- The same for many of one currency, locked in the order of their numbers: all are open, or the first that is not is
-- named. Internal.
CREATE OR REPLACE FUNCTION ledger.open_holds(
    p_request jsonb, OUT holds ledger.reservations[], OUT currency text, OUT amount numeric)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named constant text[] := ARRAY(SELECT jsonb_array_elements_text(p_request -> 'reservations'));
    currencies text[];
BEGIN
    IF cardinality(named) NOT BETWEEN 1 AND 1000 THEN
        PERFORM ledger.refuse('hold.many', jsonb_build_object('most', 1000));
    ELSIF cardinality(named) <> (
        SELECT count(*) FROM (SELECT DISTINCT name FROM unnest(named) name) each) THEN
        PERFORM ledger.refuse('hold.twice');
    END IF;
    PERFORM FROM ledger.reservations r WHERE r.reference = ANY (named) ORDER BY r.id FOR UPDATE;
    holds := ARRAY(SELECT ledger.open_reservation(name) FROM unnest(named) WITH ORDINALITY n (name, place) ORDER BY place);
    SELECT array_agg(DISTINCT h.currency ORDER BY h.currency), sum(h.amount) INTO currencies, amount FROM unnest(holds) h;
    IF cardinality(currencies) > 1 THEN
        PERFORM ledger.refuse('hold.currencies', jsonb_build_object('currencies', currencies));
    END IF;
    currency := currencies[1];
END $$;

-- The names of holds as a request keeps them: in one order, so that the same holds are the same request. Internal.
CREATE OR REPLACE FUNCTION ledger.holds_named(p_reservations text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(name ORDER BY name COLLATE "C"), '[]') FROM unnest(p_reservations) name
$$;

-- Write down an act on holds with an event for each. Internal.
CREATE OR REPLACE FUNCTION ledger.note_holds(
    p_kind text, p_request jsonb, p_holds ledger.reservations[], p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    act bigint;
BEGIN
    SELECT ledger.new_act(p_kind, p_request, min(h.currency), p_at, count(*), sum(h.amount)) INTO act FROM unnest(p_holds) h;
    INSERT INTO ledger.hold_events (reservation_id, act_id, amount, expires_before)
    SELECT h.id, act, h.amount, h.expires_at FROM unnest(p_holds) h ORDER BY h.id;
    RETURN act;
END $$;
