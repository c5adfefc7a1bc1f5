-- An operator's word that their console, which is read-only, may write for some minutes, and why. The console holds itself
-- to it; what the operator may do is held by their rights. It is kept in the audit trail before anything is written.
CREATE OR REPLACE FUNCTION ledger.unlock_writing(p_key uuid, p_reason text, p_minutes integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'unlock_writing', jsonb_build_object(
        'operator', session_user, 'reason', p_reason, 'minutes', p_minutes));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_unlock_writing(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF ((p_request ->> 'minutes')::integer BETWEEN 1 AND 480) IS NOT TRUE THEN
        PERFORM ledger.refuse('unlock.minutes', jsonb_build_object('minutes', p_request ->> 'minutes'));
    END IF;
    RETURN jsonb_build_object('status', 'done', 'until', ledger.utc(
        clock_timestamp() + (p_request ->> 'minutes')::integer * interval '1 minute'));
END $$;
