-- Take an operator's role out of the ledger's groups; returns those taken. What an administrator granted by
-- hand is only his to revoke from PostgreSQL 16 on. Internal.
CREATE OR REPLACE FUNCTION ledger.take_groups(p_name text) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    taken text[];
    one text;
BEGIN
    PERFORM ledger.guard_role(p_name);
    SELECT coalesce(array_agg(DISTINCT g.rolname::text ORDER BY g.rolname::text), '{}') INTO taken
    FROM pg_auth_members m JOIN pg_roles own ON own.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
    WHERE own.rolname = p_name AND g.rolname = ANY (ledger.groups()) AND (
        current_setting('server_version_num')::integer < 160000 OR m.grantor = 'ledger_roles'::regrole);
    FOREACH one IN ARRAY taken LOOP
        EXECUTE format('REVOKE %I FROM %I', one, p_name);
    END LOOP;
    RETURN taken;
END $$;
