-- How long requests of a currency wait for their checkers, and from which amount on these type the amount; without one none
-- is typed.
CREATE OR REPLACE FUNCTION ledger.set_approval_terms(
    p_key uuid, p_currency text, p_typed_from bigint, p_days integer, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_approval_terms', jsonb_build_object(
        'currency', p_currency, 'typed_from', p_typed_from, 'days', p_days, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_approval_terms(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted ledger.approval_terms;
BEGIN
    PERFORM ledger.require_reason(p_request);
    -- Before they are a smallint, which knows no 40,000.
    IF ((p_request ->> 'days')::integer BETWEEN 1 AND 365) IS NOT TRUE THEN
        PERFORM ledger.refuse('terms.days');
    END IF;
    wanted := jsonb_populate_record(NULL::ledger.approval_terms, p_request);
    INSERT INTO ledger.approval_terms VALUES (wanted.*)
    ON CONFLICT (currency) DO UPDATE SET typed_from = excluded.typed_from, days = excluded.days;
    RETURN '{"status": "done"}';
END $$;
