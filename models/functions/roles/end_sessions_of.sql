-- End every session of an operator in this database; answers how many there were. Internal.
CREATE OR REPLACE FUNCTION ledger.end_sessions_of(p_name text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.guard_role(p_name);
    PERFORM pg_stat_clear_snapshot();
    RETURN (
        SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid)) FROM pg_stat_activity a
        WHERE a.usename = p_name AND a.datname = current_database() AND a.pid <> pg_backend_pid());
END $$;
