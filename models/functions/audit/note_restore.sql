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
    RETURN jsonb_build_object('status', 'done');
END $$;
