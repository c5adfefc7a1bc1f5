-- Let a reservation go: its money is free again. A reason is kept with it.
CREATE OR REPLACE FUNCTION ledger.release(p_key uuid, p_reservation text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'release', jsonb_build_object('reservation', p_reservation, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_release(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.reservations;
    at timestamptz;
BEGIN
    PERFORM ledger.require_reason(p_request);
    held := ledger.open_reservation(p_request ->> 'reservation');
    PERFORM ledger.hold_wallets(ARRAY[held.wallet_id], enum_range(NULL::ledger.account_status));
    at := clock_timestamp();
    UPDATE ledger.reservations r
    SET status = 'released', closed_at = at, closed_by = session_user, close_reason = p_request ->> 'reason'
    WHERE r.id = held.id;
    UPDATE ledger.wallets w SET reserved = w.reserved - held.amount, version = w.version + 1
    WHERE w.id = held.wallet_id;
    PERFORM ledger.expire_lots(ARRAY[held.wallet_id], at);
    PERFORM ledger.hint();
    RETURN jsonb_build_object('status', 'released', 'reservation', held.id, 'amount', held.amount, 'closed_at', at);
END $$;
