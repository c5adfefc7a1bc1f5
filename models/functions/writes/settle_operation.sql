-- What became of an operation whose answer was lost: its outcome, or, when it never arrived, the promise that
-- it never will: the key is taken, and the operation under it is refused. It waits for a first try under way.
CREATE OR REPLACE FUNCTION ledger.settle_operation(p_key uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    earlier ledger.operations;
BEGIN
    PERFORM ledger.begin_write();
    INSERT INTO ledger.operations (key, kind, request_hash, outcome)
    VALUES (p_key, 'abandoned', sha256(''), jsonb_build_object(
        'status', 'refused', 'code', 'operation.abandoned', 'detail', '{}'::jsonb))
    ON CONFLICT (key) DO NOTHING;
    SELECT * INTO earlier FROM ledger.operations o WHERE o.key = p_key;
    IF earlier.operator <> session_user THEN
        RAISE EXCEPTION 'operation key % belongs to another operator', p_key USING ERRCODE = 'LG002';
    END IF;
    RETURN earlier.outcome;
END $$;
