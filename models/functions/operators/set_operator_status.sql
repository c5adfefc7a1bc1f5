-- Take an operator's rights and the way in, now: open sessions lose their rights with the next statement.
CREATE OR REPLACE FUNCTION ledger.disable_operator(p_key uuid, p_operator text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'disable_operator', jsonb_build_object('operator', p_operator, 'reason', p_reason));
END $$;

-- Give a disabled operator back what was taken.
CREATE OR REPLACE FUNCTION ledger.enable_operator(p_key uuid, p_operator text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'enable_operator', jsonb_build_object('operator', p_operator, 'reason', p_reason));
END $$;

-- `kept` names groups that an administrator of the server granted by hand, which only he can revoke.
CREATE OR REPLACE FUNCTION ledger.do_set_operator_status(
    p_request jsonb, p_status ledger.operator_status) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found ledger.operators := ledger.hold_operator(p_request);
    taken text[];
    kept text[] := '{}';
BEGIN
    IF found.status = p_status THEN
        PERFORM ledger.refuse('operator.status', jsonb_build_object('operator', found.name, 'status', p_status));
    ELSIF found.name = session_user THEN
        PERFORM ledger.refuse('operator.self', jsonb_build_object('operator', found.name));
    END IF;
    IF p_status = 'active' THEN
        PERFORM ledger.give_groups(found.name, found.groups);
    ELSE
        taken := ledger.take_groups(found.name);
        kept := ARRAY(
            SELECT g.name FROM unnest(ledger.groups()) g (name), pg_roles r
            WHERE r.rolname = found.name AND pg_has_role(r.oid, g.name, 'MEMBER'));
        IF taken <> '{}' THEN
            found.groups := taken;
        END IF;
    END IF;
    UPDATE ledger.operators o SET status = p_status, groups = found.groups WHERE o.name = found.name;
    PERFORM ledger.apply_login(found.name);
    RETURN jsonb_build_object('status', CASE p_status WHEN 'active' THEN 'enabled' ELSE 'disabled' END,
        'operator', found.name, 'groups', to_jsonb(found.groups), 'kept', to_jsonb(kept));
END $$;

-- The operator whom an administrator's request is about, with the gate's row of the name held. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_operator(p_request jsonb) RETURNS ledger.operators
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found ledger.operators;
BEGIN
    PERFORM ledger.require_admin();
    PERFORM ledger.require_reason(p_request);
    IF NOT EXISTS (SELECT FROM ledger.operators o WHERE o.name = p_request ->> 'operator') THEN
        PERFORM ledger.refuse('operator.unknown', jsonb_build_object('operator', p_request ->> 'operator'));
    END IF;
    PERFORM ledger.hold_sign_in(p_request ->> 'operator');
    SELECT * INTO found FROM ledger.operators o WHERE o.name = p_request ->> 'operator' FOR NO KEY UPDATE;
    RETURN found;
END $$;
