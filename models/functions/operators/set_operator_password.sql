-- Give an operator a new password, for one who has forgotten it; the verifier goes past the request.
CREATE OR REPLACE FUNCTION ledger.set_operator_password(
    p_key uuid, p_operator text, p_verifier text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('ledger.verifier', p_verifier, true);
    RETURN ledger.perform(p_key, 'set_operator_password', jsonb_build_object(
        'operator', p_operator, 'verifier_digest', encode(sha256(convert_to(p_verifier, 'UTF8')), 'hex'),
        'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_operator_password(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    operator ledger.operators := ledger.hold_operator(p_request);
BEGIN
    PERFORM ledger.set_role_password(operator.name, current_setting('ledger.verifier', true));
    RETURN jsonb_build_object('status', 'done', 'operator', operator.name);
EXCEPTION
    WHEN invalid_parameter_value THEN
        PERFORM ledger.refuse('operator.verifier');
        RETURN NULL;
END $$;
