-- What an administrator says of a restore, in the ledger that was restored: from which backup, and why over a later one.
-- The reason can be no other place than this chain, which has forgotten what came after the backup.
CREATE OR REPLACE FUNCTION ledger.note_restore(p_key uuid, p_reason text, p_detail jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'note_restore', jsonb_build_object('reason', p_reason, 'restored', p_detail));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_note_restore(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.require_admin();
    PERFORM ledger.require_reason(p_request);
    -- The chain keeps it for ever.
    IF jsonb_typeof(p_request -> 'restored') IS DISTINCT FROM 'object'
        OR octet_length(p_request ->> 'restored') > 16384 THEN
        PERFORM ledger.refuse('restore.detail');
    END IF;
    RETURN jsonb_build_object('status', 'done');
END $$;
