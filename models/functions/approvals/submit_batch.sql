-- Freeze a draft and ask for its approval; what is frozen is what was seen. The number of checkers is that of
-- the rules now, at least one: who submits wants another's eyes.
CREATE OR REPLACE FUNCTION ledger.submit_batch(
    p_key uuid, p_batch bigint, p_content_hash bytea, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'submit_batch', jsonb_build_object(
        'batch', p_batch, 'content', encode(p_content_hash, 'hex'), 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_submit_batch(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch ledger.batches;
    found_hash bytea;
    answer jsonb;
BEGIN
    PERFORM ledger.require_reason(p_request);
    SELECT * INTO batch FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint FOR UPDATE;
    IF batch.id IS NULL THEN
        PERFORM ledger.refuse('batch.unknown', jsonb_build_object('batch', p_request ->> 'batch'));
    ELSIF batch.status <> 'draft' THEN
        PERFORM ledger.refuse('batch.status', jsonb_build_object('status', batch.status));
    ELSIF batch.created_by <> session_user THEN
        PERFORM ledger.refuse('batch.maker', jsonb_build_object('maker', batch.created_by));
    END IF;
    found_hash := ledger.batch_content_hash(batch.id);
    IF found_hash IS NULL THEN
        PERFORM ledger.refuse('batch.empty');
    ELSIF found_hash IS DISTINCT FROM decode(p_request ->> 'content', 'hex') THEN
        PERFORM ledger.refuse('batch.changed');
    END IF;
    answer := ledger.new_request('post_batch', jsonb_build_object(
        'batch', batch.id, 'content', encode(found_hash, 'hex')), p_request ->> 'reason', NULL, (
        -- One that was sent back goes on in this one.
        SELECT CASE newest.status::text WHEN 'returned' THEN newest.id END FROM (
            SELECT r.id, r.status FROM ledger.approval_requests r
            WHERE r.kind = 'post_batch' AND r.request ->> 'batch' = batch.id::text
            ORDER BY r.id DESC LIMIT 1) newest));
    UPDATE ledger.batches b SET status = 'submitted', content_hash = found_hash,
        approvals_required = (answer ->> 'approvals_required')::smallint
    WHERE b.id = batch.id;
    RETURN answer || jsonb_build_object('batch', batch.id);
END $$;
