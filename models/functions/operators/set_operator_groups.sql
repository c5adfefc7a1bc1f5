-- Give an active operator just these groups, and take the others.
CREATE OR REPLACE FUNCTION ledger.set_operator_groups(p_key uuid, p_operator text, p_groups text[], p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_operator_groups', jsonb_build_object(
        'operator', p_operator, 'groups', to_jsonb(p_groups), 'reason', p_reason));
END $$;

-- `kept` names groups that an administrator of the server granted by hand, which only he can revoke.
CREATE OR REPLACE FUNCTION ledger.do_set_operator_groups(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found ledger.operators := ledger.hold_operator(p_request);
    wanted constant text[] := ledger.groups_of(p_request -> 'groups');
BEGIN
    IF wanted = '{}' OR NOT wanted <@ ledger.groups() THEN
        PERFORM ledger.refuse('operator.groups');
    ELSIF found.name = session_user THEN
        PERFORM ledger.refuse('operator.self', jsonb_build_object('operator', found.name));
    ELSIF found.status <> 'active' THEN
        PERFORM ledger.refuse('operator.status', jsonb_build_object('operator', found.name, 'status', found.status));
    END IF;
    PERFORM ledger.take_groups(found.name);
    PERFORM ledger.give_groups(found.name, wanted);
    UPDATE ledger.operators o SET groups = wanted WHERE o.name = found.name;
    PERFORM ledger.bound_role(found.name);
    RETURN jsonb_build_object('status', 'done', 'operator', found.name, 'groups', to_jsonb(wanted), 'before',
        to_jsonb(found.groups), 'kept', to_jsonb(ARRAY(
            SELECT g.name FROM unnest(ledger.groups()) g (name) JOIN pg_roles own ON own.rolname = found.name
            JOIN pg_auth_members m ON m.member = own.oid AND m.roleid = to_regrole(g.name)::oid
            WHERE g.name <> ALL (wanted) ORDER BY 1)));
END $$;

-- The groups that a request names, each once, in order. Internal.
CREATE OR REPLACE FUNCTION ledger.groups_of(p_groups jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT DISTINCT g.name FROM jsonb_array_elements_text(
        CASE jsonb_typeof(p_groups) WHEN 'array' THEN p_groups ELSE '[]' END) g (name) ORDER BY 1)
$$;

-- Whether these groups let an operator do more than now: by one whose rights are not held yet, or without one whose limit held
-- what may still be done. Internal.
CREATE OR REPLACE FUNCTION ledger.groups_give(p_operator text, p_groups jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted constant text[] := ledger.groups_of(p_groups);
    -- What comes with them.
    implied constant text[] := ARRAY(
        SELECT g.name FROM unnest(ledger.groups()) g (name)
        WHERE EXISTS (SELECT FROM unnest(wanted) w (name) WHERE ledger.is_member(w.name, g.name)));
BEGIN
    RETURN EXISTS (SELECT FROM unnest(wanted) w (name) WHERE ledger.is_member(p_operator, w.name) IS NOT TRUE)
        OR (implied && ARRAY['ledger_support', 'ledger_operator'] AND EXISTS (
            SELECT FROM ledger.limits l
            WHERE l.holder = ANY (ledger.groups()) AND ledger.is_member(p_operator, l.holder) AND l.holder <> ALL (implied)));
END $$;
