-- Make an operator: a role that may sign in, with a password of which only the SCRAM verifier is known here,
-- and rights by groups. The verifier is kept in no row: it is handed to the function past the request.
CREATE OR REPLACE FUNCTION ledger.create_operator(
    p_key uuid, p_operator text, p_display_name text, p_groups text[], p_verifier text, p_reason text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('ledger.verifier', p_verifier, true);
    RETURN ledger.perform(p_key, 'create_operator', jsonb_build_object(
        'operator', p_operator, 'display_name', p_display_name, 'groups', to_jsonb(p_groups),
        'verifier_digest', encode(sha256(convert_to(p_verifier, 'UTF8')), 'hex'), 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_create_operator(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called text := coalesce(p_request ->> 'operator', '');
    given text[] := ARRAY(
        SELECT DISTINCT g.name FROM jsonb_array_elements_text(
            CASE jsonb_typeof(p_request -> 'groups') WHEN 'array' THEN p_request -> 'groups' ELSE '[]' END) g (name)
        ORDER BY 1);
BEGIN
    PERFORM ledger.require_admin();
    PERFORM ledger.require_reason(p_request);
    IF given = '{}' OR NOT given <@ ledger.groups() THEN
        PERFORM ledger.refuse('operator.groups');
    ELSIF to_regrole(quote_ident(called)) IS NOT NULL THEN
        PERFORM ledger.refuse('operator.exists', jsonb_build_object('operator', called));
    END IF;
    BEGIN
        -- A row without a role is left of one that an administrator dropped by hand.
        INSERT INTO ledger.operators AS o (name, display_name, groups)
        VALUES (called, coalesce(p_request ->> 'display_name', ''), given)
        ON CONFLICT (name) DO UPDATE SET display_name = excluded.display_name, groups = excluded.groups,
            status = 'active', shut = false, valid_until = NULL, created_by = excluded.created_by,
            created_at = excluded.created_at;
        PERFORM ledger.make_role(called, current_setting('ledger.verifier', true));
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN
            PERFORM ledger.refuse('operator.exists', jsonb_build_object('operator', called));
        WHEN invalid_parameter_value THEN
            PERFORM ledger.refuse('operator.verifier');
    END;
    PERFORM ledger.give_groups(called, given);
    PERFORM ledger.hold_sign_in(called);
    PERFORM ledger.forgive_attempts(called);
    RETURN jsonb_build_object('status', 'created', 'operator', called, 'groups', to_jsonb(given));
END $$;

-- What is left to those who look after operators and currencies, however a request got here. Internal.
CREATE OR REPLACE FUNCTION ledger.require_admin() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'ledger_admin', 'MEMBER')
        AND NOT pg_has_role(session_user, 'ledger_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'only an administrator of the ledger may do this' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Count attempts anew, and end a lock; the gate's row is held. Internal.
CREATE OR REPLACE FUNCTION ledger.forgive_attempts(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ledger.sign_in_names n SET locked_until = NULL, refused = 0, counted_after = coalesce(
        (SELECT max(a.id) FROM ledger.sign_in_attempts a WHERE a.name = p_name), 0)
    WHERE n.name = p_name;
    PERFORM ledger.apply_login(p_name);
END $$;
