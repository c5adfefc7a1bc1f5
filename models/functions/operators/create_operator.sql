-- Make an operator: a role that may sign in, and rights by groups. Either with a password of which only the SCRAM verifier is
-- known here and kept in no row (it is handed to the function past the request), or with the SHA-256 of a code by which the
-- operator sets a password that no admin knows.
CREATE OR REPLACE FUNCTION ledger.create_operator(
    p_key uuid, p_operator text, p_display_name text, p_groups text[], p_verifier text, p_reason text,
    p_code_digest bytea DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('ledger.verifier', p_verifier, true);
    RETURN ledger.perform(p_key, 'create_operator', jsonb_build_object(
        'operator', p_operator, 'display_name', p_display_name, 'groups', to_jsonb(p_groups), 'reason', p_reason)
        || ledger.password_or_code(p_verifier, p_code_digest));
END $$;

-- What a request keeps of a password that is handed past it, or of a code: a digest. Internal.
CREATE OR REPLACE FUNCTION ledger.password_or_code(p_verifier text, p_code_digest bytea) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN p_code_digest IS NOT NULL THEN jsonb_build_object('code_digest', encode(p_code_digest, 'hex'))
        ELSE jsonb_build_object('verifier_digest', encode(sha256(convert_to(p_verifier, 'UTF8')), 'hex')) END
$$;

-- Give an operator's role the password that the request was made with, or the code to set one; the operator's row is held. A code
-- takes the old password's place at once. Who may know it is kept with it. Internal.
CREATE OR REPLACE FUNCTION ledger.give_password(p_operator text, p_request jsonb, p_by text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    verifier constant text := current_setting('ledger.verifier', true);
    digest bytea;
BEGIN
    IF p_request ? 'code_digest' THEN
        IF p_request ? 'verifier_digest' OR (p_request ->> 'code_digest' ~ '^[0-9a-f]{64}$') IS NOT TRUE THEN
            PERFORM ledger.refuse('operator.code');
        END IF;
        digest := decode(p_request ->> 'code_digest', 'hex');
        PERFORM ledger.set_role_password(p_operator, NULL);
    ELSE
        -- What was approved is this password and no other.
        IF encode(sha256(convert_to(verifier, 'UTF8')), 'hex') IS DISTINCT FROM p_request ->> 'verifier_digest' THEN
            PERFORM ledger.refuse('operator.verifier');
        END IF;
        PERFORM ledger.set_role_password(p_operator, verifier);
    END IF;
    UPDATE ledger.operators o SET password_by = p_by, password_dual = ledger.dual_control(), code_digest = digest,
        code_until = CASE WHEN digest IS NOT NULL THEN clock_timestamp() + interval '7 days' END
    WHERE o.name = p_operator;
END $$;

CREATE OR REPLACE FUNCTION ledger.do_create_operator(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called text := coalesce(p_request ->> 'operator', '');
    given text[] := ledger.groups_of(p_request -> 'groups');
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
        PERFORM ledger.make_role(called);
        PERFORM ledger.give_password(called, p_request, coalesce(p_request ->> 'requested_by', session_user));
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
