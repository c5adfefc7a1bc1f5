-- End the sessions of a disabled operator. It is called when the disabling has been committed: what a session had under
-- way then is rolled back, what it begins anew is refused. `left` are those that had not ended yet: ask again.
CREATE OR REPLACE FUNCTION ledger.end_sessions(p_key uuid, p_operator text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'end_sessions', jsonb_build_object('operator', p_operator, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_end_sessions(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called constant text := p_request ->> 'operator';
    until constant timestamptz := clock_timestamp() + interval '2 seconds';
    ended integer;
    remaining integer;
BEGIN
    PERFORM ledger.require_admin();
    PERFORM ledger.require_reason(p_request);
    IF NOT EXISTS (SELECT FROM ledger.operators o WHERE o.name = called) THEN
        PERFORM ledger.refuse('operator.unknown', jsonb_build_object('operator', called));
    ELSIF EXISTS (SELECT FROM ledger.operators o WHERE o.name = called AND o.status = 'active') THEN
        PERFORM ledger.refuse('operator.status', jsonb_build_object('operator', called, 'status', 'active'));
    END IF;
    ended := ledger.end_sessions_of(called);
    remaining := ended;
    WHILE remaining > 0 AND clock_timestamp() < until LOOP
        PERFORM pg_sleep(0.02);
        remaining := ledger.end_sessions_of(called);
    END LOOP;
    RETURN jsonb_build_object('status', 'done', 'operator', called, 'ended', ended, 'left', remaining);
EXCEPTION
    WHEN insufficient_privilege THEN
        PERFORM ledger.refuse('session.rights', jsonb_build_object(
            'grant', 'GRANT pg_signal_backend, pg_read_all_stats TO ledger_roles'));
END $$;
