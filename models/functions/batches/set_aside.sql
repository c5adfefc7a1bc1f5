-- Put lines of a draft into a new draft of the same maker, by their numbers, which they keep: so a batch of thousands does not
-- wait for the three that are faulty. The new one is of no file, since it is not all of it; the audit trail names the batch
-- that its lines come from. At most 10,000 at once, which the chain keeps by number.
CREATE OR REPLACE FUNCTION ledger.set_aside(p_key uuid, p_batch bigint, p_lines integer[], p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_aside', jsonb_build_object(
        'batch', p_batch, 'lines', (SELECT jsonb_agg(n) FROM unnest(p_lines) n), 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_aside(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    most constant integer := 10000;
    draft ledger.batches;
    chosen integer[] := ARRAY(
        SELECT DISTINCT n::integer FROM jsonb_array_elements_text(nullif(p_request -> 'lines', 'null')) n ORDER BY 1);
    before record;
    aside record;
    made bigint;
BEGIN
    PERFORM ledger.require_reason(p_request);
    SELECT * INTO draft FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint FOR UPDATE;
    IF draft.id IS NULL THEN
        PERFORM ledger.refuse('batch.unknown', jsonb_build_object('batch', p_request ->> 'batch'));
    ELSIF draft.status <> 'draft' THEN
        PERFORM ledger.refuse('batch.status', jsonb_build_object('status', draft.status));
    ELSIF draft.created_by <> session_user THEN
        PERFORM ledger.refuse('batch.maker', jsonb_build_object('maker', draft.created_by));
    ELSIF cardinality(chosen) NOT BETWEEN 1 AND most THEN
        PERFORM ledger.refuse('aside.number', jsonb_build_object('most', most));
    END IF;
    PERFORM ledger.require_currency(draft.currency);
    SELECT count(*) AS lines, coalesce(sum(l.amount), 0) AS total INTO before
    FROM ledger.batch_lines l WHERE l.batch_id = draft.id;
    SELECT count(*) AS lines, coalesce(sum(l.amount), 0) AS total INTO aside
    FROM ledger.batch_lines l WHERE l.batch_id = draft.id AND l.line_no = ANY (chosen);
    IF aside.lines < cardinality(chosen) THEN
        PERFORM ledger.refuse('aside.unknown');
    ELSIF aside.lines = before.lines THEN
        PERFORM ledger.refuse('aside.all');
    END IF;
    INSERT INTO ledger.batches AS b (name, currency, create_missing, account_prefix)
    VALUES (left(draft.name, 160) || ', set aside from #' || draft.id, draft.currency, draft.create_missing,
        draft.account_prefix)
    RETURNING b.id INTO made;
    INSERT INTO ledger.batch_lines (batch_id, line_no, amount, effective_at, from_name, to_name, reference, description,
        lot_source, lot_expires_at)
    SELECT made, l.line_no, l.amount, l.effective_at, l.from_name, l.to_name, l.reference, l.description, l.lot_source,
        l.lot_expires_at
    FROM ledger.batch_lines l WHERE l.batch_id = draft.id AND l.line_no = ANY (chosen) ORDER BY l.line_no;
    DELETE FROM ledger.batch_lines l WHERE l.batch_id = draft.id AND l.line_no = ANY (chosen);
    RETURN jsonb_build_object('status', 'done', 'batch', draft.id, 'aside', made,
        'lines', aside.lines, 'total', aside.total::text, 'before_lines', before.lines,
        'before_total', before.total::text, 'currency', draft.currency);
END $$;
