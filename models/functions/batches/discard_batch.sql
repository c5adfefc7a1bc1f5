-- Throw a draft away with its lines; only its maker may, and only while it is a draft.
CREATE OR REPLACE FUNCTION ledger.discard_batch(p_batch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.begin_write();
    PERFORM FROM ledger.batches b
    WHERE b.id = p_batch AND b.status = 'draft' AND b.created_by = session_user FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'batch % is not a draft of %', p_batch, session_user USING ERRCODE = 'restrict_violation';
    END IF;
    DELETE FROM ledger.batch_lines l WHERE l.batch_id = p_batch;
    DELETE FROM ledger.batch_parties p WHERE p.batch_id = p_batch;
    DELETE FROM ledger.batch_offsets o WHERE o.batch_id = p_batch;
    DELETE FROM ledger.batches b WHERE b.id = p_batch;
    PERFORM ledger.note('discard_batch', 'batch:' || p_batch, 'done', '', '{}');
END $$;
