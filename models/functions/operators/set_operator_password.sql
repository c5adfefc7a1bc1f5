-- Give an operator a new password, or a code to set one, for one who has forgotten it; the verifier goes past the request.
CREATE OR REPLACE FUNCTION ledger.set_operator_password(
    p_key uuid, p_operator text, p_verifier text, p_reason text, p_code_digest bytea DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('ledger.verifier', p_verifier, true);
    RETURN ledger.perform(p_key, 'set_operator_password', jsonb_build_object('operator', p_operator, 'reason', p_reason)
        || ledger.password_or_code(p_verifier, p_code_digest));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_operator_password(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    operator ledger.operators := ledger.hold_operator(p_request);
BEGIN
    PERFORM ledger.give_password(operator.name, p_request, coalesce(p_request ->> 'requested_by', session_user));
    RETURN jsonb_build_object('status', 'done', 'operator', operator.name);
EXCEPTION
    WHEN invalid_parameter_value THEN
        PERFORM ledger.refuse('operator.verifier');
        RETURN NULL;
END $$;
