-- Forgive an operator's failed attempts before their time, and end the lock that they made.
CREATE OR REPLACE FUNCTION ledger.unlock_operator(p_key uuid, p_operator text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'unlock_operator', jsonb_build_object('operator', p_operator, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_unlock_operator(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    operator ledger.operators := ledger.hold_operator(p_request);
    held ledger.sign_in_names;
BEGIN
    SELECT * INTO held FROM ledger.sign_in_names n WHERE n.name = operator.name;
    IF held.locked_until IS NULL AND ledger.attempts_left(operator.name) = 5 THEN
        PERFORM ledger.refuse('operator.unlocked', jsonb_build_object('operator', operator.name));
    END IF;
    PERFORM ledger.forgive_attempts(operator.name);
    RETURN jsonb_build_object('status', 'unlocked', 'operator', operator.name, 'refused', held.refused);
END $$;
