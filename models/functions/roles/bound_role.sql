-- Bound what an operator's sessions may take of the server: so many connections, and so much of its disk for one
-- statement's sorting. A limit of connections that an administrator set stays. Whoever runs verify over a whole
-- ledger sorts more than the rest. Internal.
CREATE OR REPLACE FUNCTION ledger.bound_role(p_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.guard_role(p_name);
    IF (SELECT r.rolconnlimit FROM pg_roles r WHERE r.rolname = p_name) = -1 THEN
        -- A console has 8 at most; an operator may have two open, and a few commands besides.
        EXECUTE format('ALTER ROLE %I CONNECTION LIMIT 24', p_name);
    END IF;
    IF has_parameter_privilege(current_user, 'temp_file_limit', 'SET') THEN
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', p_name, CASE WHEN EXISTS (
            SELECT FROM ledger.operators o
            WHERE o.name = p_name AND o.groups && ARRAY['ledger_auditor', 'ledger_admin', 'ledger_keeper']) THEN '20GB' ELSE '2GB' END);
    END IF;
END $$;
