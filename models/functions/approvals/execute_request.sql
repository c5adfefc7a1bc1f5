-- Do what was approved, as it was approved: the request's own words go to the function that does it.
CREATE OR REPLACE FUNCTION ledger.execute_request(p_key uuid, p_request bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'execute_request', jsonb_build_object('request', p_request));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_execute_request(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests := ledger.open_request(p_request);
    answer jsonb;
BEGIN
    IF asked.status <> 'approved' THEN
        PERFORM ledger.refuse('request.status', jsonb_build_object('status', asked.status));
    END IF;
    PERFORM ledger.refuse_stale(asked);
    answer := ledger.dispatch(asked.kind, ledger.told_by(asked), true);
    UPDATE ledger.approval_requests r SET status = 'executed', closed_by = session_user,
        closed_at = clock_timestamp(), outcome = answer,
        executed_content = ledger.request_hash(r.kind, r.request)
    WHERE r.id = asked.id;
    RETURN answer || jsonb_build_object('request', asked.id);
END $$;

-- A request's own words; of a change of a control with who asked for it, who may know the code in it. Internal.
CREATE OR REPLACE FUNCTION ledger.told_by(p_asked ledger.approval_requests) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_asked.request || CASE WHEN ledger.is_control(p_asked.kind)
        THEN jsonb_build_object('requested_by', p_asked.created_by) ELSE '{}' END
$$;
