-- End the session that keeps a row which everybody needs, of the audit head or of the gate: one of this database that
-- idles inside its transaction for a second at least, or p_busy, whatever it does. It is found by its lock of the table,
-- which only the ledger's functions take: the row itself names a transaction's number, and of a savepoint that was
-- released nobody can tell whose it is. Answers whose it was, or NULL when there is none that may be ended: nobody but a
-- superuser ends a superuser's. Internal.
CREATE OR REPLACE FUNCTION ledger.end_blocker(p_table text, p_busy boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target record;
BEGIN
    -- Else the sessions are those of the first look in this transaction.
    PERFORM pg_stat_clear_snapshot();
    SELECT a.pid, a.usename::text AS operator, a.state, a.xact_start INTO target
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_roles r ON r.oid = a.usesysid
    WHERE l.locktype = 'relation' AND l.relation = ('ledger.' || p_table)::regclass AND l.granted
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        -- The head is changed by who has it, and read by who waits for it; the keeper's lease nobody waits for.
        AND (l.mode = 'RowExclusiveLock' OR (l.mode = 'RowShareLock' AND p_table = 'keeper_lease'))
        AND a.datname = current_database() AND a.backend_type = 'client backend' AND NOT r.rolsuper
        AND a.pid <> pg_backend_pid() AND (
            -- Who waits for a name of the gate may have no other, and is not to blame; nor is who has committed and
            -- waits for a standby.
            (p_busy AND (p_table = 'audit_head' OR a.wait_event_type IS DISTINCT FROM 'Lock')
                -- A job is one statement of 120 s at most; others who ask for the lease have its row for a moment.
                AND (p_table <> 'keeper_lease' OR a.xact_start < clock_timestamp() - interval '150 s')
                AND a.wait_event IS DISTINCT FROM 'SyncRep') OR (
            a.state LIKE 'idle in transaction%' AND a.state_change < clock_timestamp() - interval '1 second'))
    ORDER BY a.xact_start LIMIT 1;
    IF target.pid IS NULL OR NOT pg_terminate_backend(target.pid) THEN
        RETURN NULL;
    END IF;
    RETURN jsonb_build_object('pid', target.pid, 'operator', target.operator, 'state', target.state,
        'since', target.xact_start);
EXCEPTION
    -- ledger_roles was not given pg_signal_backend: whoever waits goes on waiting.
    WHEN insufficient_privilege THEN
        RETURN NULL;
END $$;
