-- Post a batch from its table, whole or not at all: the client's memory has no say, so a dead client
-- cannot matter. p_content_hash is what the operator saw; other content is refused.
-- The settings: plans are made for the number of lines at hand (a session that posted single transfers
-- has plans for ten rows), sorts stay in memory, and array_agg is not shipped between processes.
CREATE OR REPLACE FUNCTION ledger.post_batch(p_key uuid, p_batch bigint, p_content_hash bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '256MB' SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    answer jsonb;
    batch ledger.batches;
    found_hash bytea;
    found_total numeric;
    found_lines integer;
    incomplete integer;
    found_references integer;
    opened integer := 0;
    postings ledger.posting[];
    done record;
    failed_constraint text;
    failed_column text;
    failed_code text;
    failed_detail text;
BEGIN
    answer := ledger.begin_operation(p_key, 'post_batch', sha256(convert_to(
        ROW(p_batch, p_content_hash)::text, 'UTF8')));
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    BEGIN
        SELECT * INTO batch FROM ledger.batches b WHERE b.id = p_batch FOR UPDATE;
        IF batch.id IS NULL THEN
            PERFORM ledger.refuse('batch.unknown', jsonb_build_object('batch', p_batch));
        ELSIF batch.status NOT IN ('draft', 'submitted', 'approved')
            OR (batch.status <> 'approved' AND batch.approvals_required > 0) THEN
            PERFORM ledger.refuse('batch.status', jsonb_build_object('status', batch.status));
        END IF;
        found_hash := ledger.batch_content_hash(p_batch);
        IF found_hash IS NULL THEN
            PERFORM ledger.refuse('batch.empty');
        ELSIF found_hash IS DISTINCT FROM p_content_hash
            OR found_hash <> coalesce(batch.content_hash, found_hash) THEN
            PERFORM ledger.refuse('batch.changed');
        END IF;
        SELECT * INTO postings, found_lines, found_total, incomplete FROM ledger.batch_postings(p_batch);
        IF incomplete > 0 THEN
            -- Not every name was found at the check: the batch opens it, or somebody has since.
            IF batch.create_missing THEN
                opened := ledger.open_missing_accounts(p_batch, batch.currency, batch.account_prefix);
            END IF;
            PERFORM ledger.resolve_batch(p_batch);
            SELECT * INTO postings, found_lines, found_total, incomplete FROM ledger.batch_postings(p_batch);
        END IF;
        IF incomplete > 0 THEN
            PERFORM ledger.refuse('batch.lines', jsonb_build_object('lines', incomplete));
        END IF;
        done := ledger.post(postings, p_batch);
        IF done.lines <> found_lines THEN
            PERFORM ledger.refuse('batch.lines');
        END IF;
        UPDATE ledger.batches b SET
            status = 'posted', content_hash = found_hash, posted_hash = found_hash,
            posted_by = session_user, posted_at = done.posted_at, line_count = found_lines,
            total = found_total, first_transaction = done.first_id, last_transaction = done.last_id
        WHERE b.id = p_batch;
        answer := jsonb_build_object(
            'status', 'posted', 'batch', p_batch, 'lines', done.lines, 'total', found_total::text,
            'opened', opened, 'first', done.first_id, 'last', done.last_id, 'posted_at', done.posted_at);
    EXCEPTION
        WHEN SQLSTATE 'LG001' THEN
            GET STACKED DIAGNOSTICS failed_code = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL;
            answer := jsonb_build_object('status', 'refused', 'code', failed_code, 'detail', failed_detail::jsonb);
        WHEN check_violation OR unique_violation OR not_null_violation OR numeric_value_out_of_range THEN
            GET STACKED DIAGNOSTICS failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
            answer := jsonb_build_object('status', 'refused', 'code', ledger.refusal_code(
                failed_constraint, failed_column, SQLSTATE));
    END;
    UPDATE ledger.operations o SET outcome = answer WHERE o.key = p_key;
    RETURN answer;
END $$;
