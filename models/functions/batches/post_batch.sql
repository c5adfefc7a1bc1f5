-- Post a batch from its table, whole or not at all: the client's memory has no say, so a dead client
-- cannot matter. p_content_hash is what the operator saw; other content is refused.
CREATE OR REPLACE FUNCTION ledger.post_batch(p_key uuid, p_batch bigint, p_content_hash bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'post_batch', jsonb_build_object(
        'batch', p_batch, 'content', encode(p_content_hash, 'hex')));
END $$;

-- The settings: plans are made for the number of lines at hand (a session that posted single transfers
-- has plans for ten rows), sorts stay in memory, and array_agg is not shipped between processes.
CREATE OR REPLACE FUNCTION ledger.do_post_batch(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '256MB' SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    batch ledger.batches;
    found_hash bytea;
    found_total numeric;
    found_lines integer;
    incomplete integer;
    opened integer := 0;
    postings ledger.posting[];
    earlier bigint[];
    taken jsonb;
    done record;
BEGIN
    SELECT * INTO batch FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint FOR UPDATE;
    IF batch.id IS NULL THEN
        PERFORM ledger.refuse('batch.unknown', jsonb_build_object('batch', p_request ->> 'batch'));
    ELSIF batch.status NOT IN ('draft', 'approved') THEN
        PERFORM ledger.refuse('batch.status', jsonb_build_object('status', batch.status));
    ELSIF batch.status = 'draft' AND batch.created_by <> session_user THEN
        -- Somebody else's draft is nobody's word yet: its maker posts it, or submits it.
        PERFORM ledger.refuse('batch.maker', jsonb_build_object('maker', batch.created_by));
    END IF;
    PERFORM ledger.refuse_stale(r) FROM ledger.approval_requests r
    WHERE r.kind = 'post_batch' AND r.request ->> 'batch' = batch.id::text AND r.status = 'approved';
    PERFORM ledger.mark_posting(batch.id);
    found_hash := ledger.batch_content_hash(batch.id);
    IF found_hash IS NULL THEN
        PERFORM ledger.refuse('batch.empty');
    ELSIF found_hash IS DISTINCT FROM decode(p_request ->> 'content', 'hex')
        OR found_hash <> coalesce(batch.content_hash, found_hash) THEN
        PERFORM ledger.refuse('batch.changed');
    END IF;
    SELECT * INTO postings, found_lines, found_total, incomplete FROM ledger.batch_postings(batch.id);
    PERFORM ledger.admit('post_batch', batch.currency, found_total, p_approved OR batch.status = 'approved');
    IF incomplete > 0 THEN
        -- Not every name was found at the check: the batch opens it, or somebody has since.
        IF batch.create_missing THEN
            opened := ledger.open_missing_accounts(batch.id, batch.currency, batch.account_prefix);
        END IF;
        PERFORM ledger.resolve_batch(batch.id);
        SELECT * INTO postings, found_lines, found_total, incomplete FROM ledger.batch_postings(batch.id);
    END IF;
    IF incomplete > 0 THEN
        PERFORM ledger.refuse('batch.lines', jsonb_build_object('lines', incomplete));
    END IF;
    earlier := ARRAY(SELECT o.reversed_batch FROM ledger.batch_offsets o WHERE o.batch_id = batch.id);
    IF cardinality(earlier) > 0 THEN
        -- Theirs too before any of these moves, in the one order that all go by.
        PERFORM FROM ledger.batches b WHERE b.id = ANY (earlier) ORDER BY b.id FOR UPDATE;
        PERFORM ledger.hold_wallets(ARRAY(
            SELECT l.from_wallet FROM unnest(postings) l UNION SELECT l.to_wallet FROM unnest(postings) l
            UNION SELECT unnest(ledger.wallets_of_batch(b.id)) FROM unnest(earlier) b (id)),
            enum_range(NULL::ledger.account_status));
    END IF;
    done := ledger.post(postings, batch.id);
    IF done.lines <> found_lines THEN
        PERFORM ledger.refuse('batch.lines');
    END IF;
    UPDATE ledger.batches b SET
        status = 'posted', content_hash = found_hash, posted_hash = found_hash,
        posted_by = session_user, posted_at = done.posted_at, line_count = found_lines,
        total = found_total, first_transaction = done.first_id, last_transaction = done.last_id
    WHERE b.id = batch.id;
    IF cardinality(earlier) > 0 THEN
        taken := ledger.take_offsets(
            batch, earlier, postings, p_approved OR batch.status = 'approved', done.posted_at);
    END IF;
    -- Posted without execute_request: its request is done all the same.
    UPDATE ledger.approval_requests r SET status = 'executed', executed_content = r.content,
        closed_by = session_user, closed_at = done.posted_at, outcome = '{"status": "posted"}'
    WHERE r.kind = 'post_batch' AND r.request ->> 'batch' = batch.id::text AND r.status = 'approved';
    RETURN jsonb_strip_nulls(jsonb_build_object('offsets', taken)) || jsonb_build_object(
        'status', 'posted', 'batch', batch.id, 'lines', done.lines, 'total', found_total::text,
        'opened', opened, 'first', done.first_id, 'last', done.last_id, 'posted_at', done.posted_at);
END $$;
