-- End the requests whose time is over, as part of a sweep: nobody has decided on them, or nobody carried them out. Of a batch
-- the lines are a draft again. What somebody is just deciding on is left for the next sweep. Internal.
CREATE OR REPLACE FUNCTION ledger.end_stale_requests(p_limit integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    stale ledger.approval_requests;
    batch bigint;
    ended integer := 0;
BEGIN
    FOR stale IN
        SELECT r.* FROM ledger.approval_requests r
        WHERE r.status IN ('pending', 'approved') AND r.expires_at <= clock_timestamp()
        ORDER BY r.expires_at, r.id LIMIT p_limit
    LOOP
        -- A batch is locked before the request that is about it, as everywhere; nobody is waited for.
        batch := CASE WHEN stale.kind = 'post_batch' THEN (stale.request ->> 'batch')::bigint END;
        IF batch IS NOT NULL THEN
            PERFORM FROM ledger.batches b WHERE b.id = batch FOR UPDATE SKIP LOCKED;
            CONTINUE WHEN NOT FOUND;
        END IF;
        PERFORM FROM ledger.approval_requests r
        WHERE r.id = stale.id AND r.status IN ('pending', 'approved') FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        PERFORM ledger.end_request(stale, 'expired', 'nobody decided in time');
        PERFORM ledger.note('expire_request', 'request:' || stale.id, 'done', '', jsonb_build_object(
            'request', jsonb_build_object('request', stale.id, 'reason', 'nobody decided in time'),
            'outcome', jsonb_build_object('status', 'expired', 'request', stale.id)));
        ended := ended + 1;
    END LOOP;
    RETURN ended;
END $$;

-- End a locked request without doing what it asks for. A batch that was rejected stays so; else it is a draft again. Internal.
CREATE OR REPLACE FUNCTION ledger.end_request(
    p_asked ledger.approval_requests, p_status text, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ledger.approval_requests r SET status = p_status::ledger.request_status, closed_by = session_user,
        closed_at = clock_timestamp(), close_reason = p_reason
    WHERE r.id = p_asked.id;
    IF p_asked.kind = 'post_batch' AND p_status = 'rejected' THEN
        UPDATE ledger.batches b SET status = 'rejected' WHERE b.id = (p_asked.request ->> 'batch')::bigint;
    ELSIF p_asked.kind = 'post_batch' THEN
        UPDATE ledger.batches b SET status = 'draft', content_hash = NULL, approvals_required = 0,
            approved_by = NULL, approved_at = NULL
        WHERE b.id = (p_asked.request ->> 'batch')::bigint;
    END IF;
END $$;

-- Nothing comes of a request whose time is over, before a sweep has ended it too. Internal.
CREATE OR REPLACE FUNCTION ledger.refuse_stale(p_asked ledger.approval_requests) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_asked.expires_at <= clock_timestamp() THEN
        PERFORM ledger.refuse('request.stale', jsonb_build_object('at', p_asked.expires_at));
    END IF;
END $$;
