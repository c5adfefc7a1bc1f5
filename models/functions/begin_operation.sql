-- Take the key first: NULL means "go on"; anything else is the outcome of an earlier call.
-- A concurrent call with the same key waits here until the first one ends.
CREATE OR REPLACE FUNCTION ledger.begin_operation(p_key uuid, p_kind text, p_request_hash bytea) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    earlier ledger.operations;
BEGIN
    INSERT INTO ledger.operations (key, kind, request_hash) VALUES (p_key, p_kind, p_request_hash)
    ON CONFLICT (key) DO NOTHING;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO earlier FROM ledger.operations o WHERE o.key = p_key;
    IF earlier.kind <> p_kind OR earlier.request_hash <> p_request_hash OR earlier.operator <> session_user THEN
        RAISE EXCEPTION 'operation key % was used before with other content', p_key USING ERRCODE = 'LG002';
    END IF;
    RETURN earlier.outcome;
END $$;
