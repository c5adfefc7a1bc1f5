-- Refuse to touch any role but a registered operator's own. Up to PostgreSQL 15, whoever may make roles may
-- change everybody's but a superuser's, so this is what keeps admins from taking over the server. Internal.
CREATE OR REPLACE FUNCTION ledger.guard_role(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_name IS NULL OR p_name ~ '^(pg|ledger)_' OR NOT EXISTS (
        SELECT FROM ledger.operators o WHERE o.name = p_name) THEN
        RAISE EXCEPTION 'role % is no operator of this ledger', coalesce(quote_ident(p_name), 'without a name')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM pg_roles own, pg_roles held
        WHERE own.rolname = p_name AND pg_has_role(own.oid, held.oid, 'MEMBER') AND (
            held.rolsuper OR held.rolcreaterole OR held.rolreplication OR held.rolbypassrls
            -- Watching the server is no more than looking; every other right of the server's own is.
            OR (held.rolname ~ '^pg_' AND held.rolname NOT IN (
                'pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables'))
            OR held.rolname IN ('ledger_owner', 'ledger_roles', 'ledger_gate'))) THEN
        RAISE EXCEPTION 'role % may do more on this server than an operator may', quote_ident(p_name)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
