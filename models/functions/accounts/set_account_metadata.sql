-- Change what else is kept with an account: names and their values, NULL takes a name away. Of the values the audit chain
-- holds no more than proves them.
CREATE OR REPLACE FUNCTION ledger.set_account_metadata(
    p_key uuid, p_username text, p_metadata jsonb, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_account_metadata', jsonb_build_object(
        'username', p_username, 'metadata', p_metadata, 'reason', p_reason) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_account_metadata(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted constant jsonb := p_request -> 'metadata';
    account constant bigint := ledger.customer_of(p_request);
    kept jsonb;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF jsonb_typeof(wanted) IS DISTINCT FROM 'object' OR wanted = '{}' OR EXISTS (
        SELECT FROM jsonb_each(wanted) m WHERE jsonb_typeof(m.value) NOT IN ('string', 'null')) THEN
        PERFORM ledger.refuse('metadata.invalid');
    END IF;
    SELECT u.metadata INTO kept FROM ledger.users u WHERE u.id = account FOR NO KEY UPDATE;
    kept := jsonb_strip_nulls(kept || wanted);
    IF NOT ledger.is_metadata(jsonb_strip_nulls(wanted)) OR (SELECT count(*) FROM jsonb_object_keys(kept)) > 50 THEN
        PERFORM ledger.refuse('metadata.invalid');
    END IF;
    UPDATE ledger.users u SET metadata = kept WHERE u.id = account;
    RETURN jsonb_build_object('status', 'done', 'names', (
        SELECT jsonb_agg(name ORDER BY name) FROM jsonb_object_keys(wanted) name));
END $$;
