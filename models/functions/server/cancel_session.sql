-- End the statement that another session runs; its transaction fails, the session stays.
CREATE OR REPLACE FUNCTION ledger.cancel_session(
    p_key uuid, p_pid integer, p_backend_start timestamptz, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'cancel_session', jsonb_build_object(
        'pid', p_pid, 'backend_start', ledger.utc(p_backend_start), 'reason', p_reason));
END $$;

-- End another session as a whole; what it had not committed is rolled back.
CREATE OR REPLACE FUNCTION ledger.terminate_session(
    p_key uuid, p_pid integer, p_backend_start timestamptz, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'terminate_session', jsonb_build_object(
        'pid', p_pid, 'backend_start', ledger.utc(p_backend_start), 'reason', p_reason));
END $$;

-- The signal goes out before the audit's head is taken: the session that is to end may be the one that holds it.
CREATE OR REPLACE FUNCTION ledger.do_signal_session(p_request jsonb, p_terminate boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found jsonb;
BEGIN
    PERFORM ledger.require_admin();
    PERFORM ledger.require_reason(p_request);
    found := ledger.signal_session(
        (p_request ->> 'pid')::integer, (p_request ->> 'backend_start')::timestamptz, p_terminate);
    IF found ? 'refused' THEN
        PERFORM ledger.refuse(found ->> 'refused', found - 'refused');
    END IF;
    RETURN jsonb_build_object('status', CASE WHEN p_terminate THEN 'terminated' ELSE 'cancelled' END) || found;
END $$;
