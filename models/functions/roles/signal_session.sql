-- Cancel or terminate one session: of this database, of somebody whom the ledger gave rights, still the one that
-- was looked at (a process number is used again), and not the caller's. It answers whose it was, or a refusal's
-- code: its owner has pg_signal_backend, so what this function lets through nothing else would stop. Internal.
CREATE OR REPLACE FUNCTION ledger.signal_session(p_pid integer, p_backend_start timestamptz, p_terminate boolean)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target record;
    rights constant jsonb := jsonb_build_object(
        'refused', 'session.rights', 'grant', 'GRANT pg_signal_backend, pg_read_all_stats TO ledger_roles');
BEGIN
    IF NOT pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
        OR NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN
        RETURN rights;
    END IF;
    SELECT a.pid, a.usename::text AS operator, a.state, a.backend_type,
        coalesce(r.rolsuper, true) OR NOT (pg_has_role(a.usesysid, 'ledger_viewer', 'USAGE')
            OR pg_has_role(a.usesysid, 'ledger_keeper', 'USAGE')) AS is_foreign
    INTO target
    FROM pg_stat_activity a LEFT JOIN pg_roles r ON r.oid = a.usesysid
    WHERE a.pid = p_pid AND a.backend_start = p_backend_start AND a.datname = current_database();
    IF target.pid IS NULL THEN
        RETURN jsonb_build_object('refused', 'session.unknown', 'pid', p_pid);
    ELSIF target.pid = pg_backend_pid() THEN
        RETURN jsonb_build_object('refused', 'session.self', 'pid', p_pid);
    ELSIF target.is_foreign OR target.backend_type <> 'client backend' THEN
        RETURN jsonb_build_object('refused', 'session.foreign', 'pid', p_pid, 'operator', target.operator);
    ELSIF NOT p_terminate AND target.state <> 'active' THEN
        RETURN jsonb_build_object('refused', 'session.idle', 'pid', p_pid, 'operator', target.operator);
    END IF;
    IF p_terminate AND NOT pg_terminate_backend(p_pid) OR NOT p_terminate AND NOT pg_cancel_backend(p_pid) THEN
        RETURN jsonb_build_object('refused', 'session.unknown', 'pid', p_pid);
    END IF;
    RETURN jsonb_build_object('pid', p_pid, 'operator', target.operator);
EXCEPTION
    WHEN insufficient_privilege THEN
        RETURN rights;
END $$;
