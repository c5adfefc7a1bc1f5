-- A checker says no.
CREATE OR REPLACE FUNCTION ledger.reject_request(p_key uuid, p_request bigint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'reject_request', jsonb_build_object('request', p_request, 'reason', p_reason));
END $$;

-- The maker takes it back; a batch is a draft again.
CREATE OR REPLACE FUNCTION ledger.withdraw_request(p_key uuid, p_request bigint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'withdraw_request', jsonb_build_object('request', p_request, 'reason', p_reason));
END $$;

-- A checker gives it back to its maker, who may submit it anew, changed or not; a batch is a draft again.
CREATE OR REPLACE FUNCTION ledger.send_back_request(p_key uuid, p_request bigint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'send_back_request', jsonb_build_object('request', p_request, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_close_request(p_request jsonb, p_status text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests;
BEGIN
    PERFORM ledger.require_reason(p_request);
    asked := ledger.open_request(p_request);
    IF p_status <> 'withdrawn' THEN
        PERFORM ledger.checker_of(asked);
    END IF;
    IF p_status = 'withdrawn' AND asked.created_by <> session_user THEN
        PERFORM ledger.refuse('request.maker', jsonb_build_object('maker', asked.created_by));
    ELSIF p_status = 'returned' AND asked.created_by = session_user THEN
        PERFORM ledger.refuse('request.own');
    END IF;
    PERFORM ledger.end_request(asked, p_status, p_request ->> 'reason');
    RETURN jsonb_build_object('status', p_status, 'request', asked.id);
END $$;
