-- Make an operator's role, without a password; its row is there already. Internal.
CREATE OR REPLACE FUNCTION ledger.make_role(p_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.guard_role(p_name);
    IF current_setting('server_version_num')::integer >= 160000 THEN
        -- The caller's own setting could make this owner inherit the new role's rights.
        PERFORM set_config('createrole_self_grant', '', true);
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN', p_name);
    PERFORM ledger.bound_role(p_name);
END $$;
