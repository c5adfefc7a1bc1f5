-- Agree to exactly what was submitted. The maker cannot, nobody can twice, and when enough have agreed the
-- request may be executed: the constraints of approval_requests, approvals and batches say so too.
CREATE OR REPLACE FUNCTION ledger.approve_request(
    p_key uuid, p_request bigint, p_content bytea, p_note text DEFAULT '', p_typed bigint DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'approve_request', jsonb_build_object(
        'request', p_request, 'content', encode(p_content, 'hex'), 'note', p_note)
        || jsonb_strip_nulls(jsonb_build_object('typed', p_typed)));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_approve_request(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests := ledger.open_request(p_request);
    typed numeric := p_request ->> 'typed';
    typed_from bigint;
    given smallint;
    acting_for text;
BEGIN
    acting_for := ledger.checker_of(asked);
    IF asked.status <> 'pending' THEN
        -- Nobody has ended it yet: whoever agreed last made it enough.
        PERFORM ledger.refuse('request.status', (
            SELECT jsonb_build_object('status', asked.status, 'by', a.approved_by, 'at', a.approved_at)
            FROM ledger.approvals a WHERE a.request_id = asked.id ORDER BY a.approved_at DESC LIMIT 1));
    ELSIF asked.content IS DISTINCT FROM decode(p_request ->> 'content', 'hex') THEN
        PERFORM ledger.refuse('request.changed');
    END IF;
    IF length(p_request ->> 'note') > 500 OR NOT ledger.is_plain_text(p_request ->> 'note') THEN
        -- It is kept for ever, and is read beside the name of whoever agreed.
        PERFORM ledger.refuse('text.character');
    END IF;
    IF p_request ? 'many' AND ledger.is_control(asked.kind) THEN
        PERFORM ledger.refuse('approval.control');
    END IF;
    PERFORM ledger.refuse_stale(asked);
    SELECT t.typed_from INTO typed_from FROM ledger.approval_terms t WHERE t.currency = asked.currency;
    IF typed IS NULL AND asked.amount >= typed_from THEN
        PERFORM ledger.refuse('approval.untyped', ledger.of_currency(asked.currency) || jsonb_build_object(
            'from', typed_from));
    ELSIF typed <> asked.amount THEN
        PERFORM ledger.refuse('approval.typed', ledger.of_currency(asked.currency) || jsonb_build_object('typed', typed));
    END IF;
    INSERT INTO ledger.approvals (request_id, created_by, content, note, typed, acting_for)
    VALUES (asked.id, asked.created_by, asked.content, coalesce(p_request ->> 'note', ''), typed, acting_for);
    SELECT count(*) INTO given FROM ledger.approvals a WHERE a.request_id = asked.id;
    UPDATE ledger.approval_requests r SET approvals_given = given,
        status = CASE WHEN given >= r.approvals_required THEN 'approved' ELSE r.status END
    WHERE r.id = asked.id;
    IF given >= asked.approvals_required AND asked.kind = 'post_batch' THEN
        UPDATE ledger.batches b SET status = 'approved', approved_by = session_user, approved_at = clock_timestamp()
        WHERE b.id = (asked.request ->> 'batch')::bigint;
    END IF;
    RETURN jsonb_build_object(
        'status', CASE WHEN given >= asked.approvals_required THEN 'approved' ELSE 'pending' END,
        'request', asked.id, 'given', given, 'required', asked.approvals_required)
        || jsonb_strip_nulls(jsonb_build_object('acting_for', acting_for));
END $$;

-- Lock a request that is still open. A batch is locked before the request that is about it, as when it is
-- posted. Internal.
CREATE OR REPLACE FUNCTION ledger.open_request(p_request jsonb) RETURNS ledger.approval_requests
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests;
BEGIN
    PERFORM FROM ledger.batches b WHERE b.id = (
        SELECT (r.request ->> 'batch')::bigint FROM ledger.approval_requests r
        WHERE r.id = (p_request ->> 'request')::bigint) FOR UPDATE;
    SELECT * INTO asked FROM ledger.approval_requests r
    WHERE r.id = (p_request ->> 'request')::bigint FOR UPDATE;
    IF asked.id IS NULL THEN
        PERFORM ledger.refuse('request.unknown', jsonb_build_object('request', p_request ->> 'request'));
    ELSIF asked.status NOT IN ('pending', 'approved') THEN
        PERFORM ledger.refuse('request.status', jsonb_build_object(
            'status', asked.status, 'by', asked.closed_by, 'at', asked.closed_at));
    END IF;
    RETURN asked;
END $$;
