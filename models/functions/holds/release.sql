-- Let a reservation go: its money is free again. A reason is kept with it.
CREATE OR REPLACE FUNCTION ledger.release(
    p_key uuid, p_reservation text, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'release', jsonb_build_object('reservation', p_reservation, 'reason', p_reason)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_release(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations;
    at timestamptz;
BEGIN
    PERFORM ledger.require_reason(p_request);
    held := ledger.open_reservation(p_request ->> 'reservation');
    at := ledger.let_go(p_request, ARRAY[held]);
    PERFORM ledger.hint();
    RETURN jsonb_build_object('status', 'released', 'reservation', held.id, 'amount', held.amount, 'closed_at', at);
END $$;

-- The same for many at once: all of them, or none.
CREATE OR REPLACE FUNCTION ledger.release_holds(
    p_key uuid, p_reservations text[], p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'release_holds', jsonb_build_object(
        'reservations', ledger.holds_named(p_reservations), 'reason', p_reason) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_release_holds(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chosen record;
    at timestamptz;
    act bigint;
BEGIN
    PERFORM ledger.require_reason(p_request);
    chosen := ledger.open_holds(p_request);
    at := ledger.let_go(p_request, chosen.holds);
    act := ledger.note_holds('release_holds', p_request, chosen.holds, at);
    RETURN jsonb_build_object('status', 'released', 'act', act, 'count', cardinality(chosen.holds),
        'amount', chosen.amount, 'currency', chosen.currency, 'acted_at', at);
END $$;

-- End open reservations, and free what they kept; what only they kept alive of credits goes. Internal.
CREATE OR REPLACE FUNCTION ledger.let_go(p_request jsonb, p_holds ledger.reservations[]) RETURNS timestamptz
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wallets constant bigint[] := ARRAY(SELECT DISTINCT h.wallet_id FROM unnest(p_holds) h ORDER BY 1);
    at timestamptz;
BEGIN
    PERFORM ledger.hold_wallets(wallets, enum_range(NULL::ledger.account_status));
    at := clock_timestamp();
    UPDATE ledger.reservations r
    SET status = 'released', closed_at = at, closed_by = session_user, close_reason = p_request ->> 'reason',
        close_ticket = p_request ->> 'ticket'
    FROM unnest(p_holds) h WHERE r.id = h.id;
    UPDATE ledger.wallets w SET reserved = (w.reserved - sums.amount)::bigint, version = w.version + sums.holds
    FROM (SELECT h.wallet_id, sum(h.amount) AS amount, count(*) AS holds FROM unnest(p_holds) h GROUP BY 1) sums
    WHERE w.id = sums.wallet_id;
    PERFORM ledger.expire_lots(wallets, at);
    RETURN at;
END $$;
