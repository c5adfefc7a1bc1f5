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

CREATE OR REPLACE FUNCTION ledger.do_close_request(p_request jsonb, p_status ledger.request_status) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests;
BEGIN
    PERFORM ledger.require_reason(p_request);
    asked := ledger.open_request(p_request);
    IF p_status = 'withdrawn' AND asked.created_by <> session_user THEN
        PERFORM ledger.refuse('request.maker', jsonb_build_object('maker', asked.created_by));
    END IF;
    UPDATE ledger.approval_requests r SET status = p_status, closed_by = session_user,
        closed_at = clock_timestamp(), close_reason = p_request ->> 'reason'
    WHERE r.id = asked.id;
    IF asked.kind = 'post_batch' AND p_status = 'rejected' THEN
        UPDATE ledger.batches b SET status = 'rejected' WHERE b.id = (asked.request ->> 'batch')::bigint;
    ELSIF asked.kind = 'post_batch' THEN
        UPDATE ledger.batches b SET status = 'draft', content_hash = NULL, approvals_required = 0,
            approved_by = NULL, approved_at = NULL
        WHERE b.id = (asked.request ->> 'batch')::bigint;
    END IF;
    RETURN jsonb_build_object('status', p_status, 'request', asked.id);
END $$;
