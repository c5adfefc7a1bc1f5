-- Dual control is turned on and off by a request that another admin decides on, never by one alone.
CREATE OR REPLACE FUNCTION ledger.do_set_dual_control(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted boolean;
    admins integer;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF jsonb_typeof(p_request -> 'on') IS DISTINCT FROM 'boolean' THEN
        PERFORM ledger.refuse('request.invalid', '{"message": "set_dual_control is on or off"}');
    END IF;
    wanted := p_request -> 'on';
    IF wanted = ledger.dual_control() THEN
        PERFORM ledger.refuse('control.unchanged', jsonb_build_object('on', wanted));
    END IF;
    admins := ledger.active_admins();
    IF wanted AND admins < 2 THEN
        PERFORM ledger.refuse('control.admins', jsonb_build_object('admins', admins));
    END IF;
    UPDATE ledger.controls c SET dual_control = wanted WHERE c.one;
    RETURN jsonb_build_object('status', 'done', 'on', wanted);
END $$;

-- How many may sign in and decide as admins; a superuser is the server's, not the ledger's. Internal.
CREATE OR REPLACE FUNCTION ledger.active_admins() RETURNS integer
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*)::integer FROM pg_roles r
    WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, 'ledger_admin', 'MEMBER')
        AND NOT EXISTS (SELECT FROM ledger.operators o WHERE o.name = r.rolname AND o.status <> 'active')
$$;

-- The way out when there is no second admin any more: the owner of the ledger alone ends dual control. It stands in the audit
-- chain, and `verify` says so until two admins have turned it on again. No group may call this.
CREATE OR REPLACE FUNCTION ledger.end_dual_control(p_key uuid, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'end_dual_control', jsonb_build_object('reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_end_dual_control(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'ledger_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'only the owner of the ledger may do this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM ledger.require_reason(p_request);
    UPDATE ledger.controls c SET dual_control = false WHERE c.dual_control;
    IF NOT FOUND THEN
        PERFORM ledger.refuse('control.unchanged', '{"on": false}');
    END IF;
    RETURN '{"status": "done", "on": false}';
END $$;
