-- End the session whose transaction, of this number, holds a row that everybody needs: one of this database that
-- idles inside its transaction for a second at least, or p_busy, whatever it does. Answers whose it was, or NULL when
-- there is none that may be ended: nobody but a superuser ends a superuser's. Internal.
CREATE OR REPLACE FUNCTION ledger.end_blocker(p_xid xid, p_busy boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target record;
BEGIN
    -- Else the sessions are those of the first look in this transaction.
    PERFORM pg_stat_clear_snapshot();
    SELECT a.pid, a.usename::text AS operator, a.state, a.xact_start INTO target
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_roles r ON r.oid = a.usesysid
    WHERE l.locktype = 'transactionid' AND l.transactionid = p_xid AND l.mode = 'ExclusiveLock' AND l.granted
        AND a.datname = current_database() AND a.backend_type = 'client backend' AND NOT r.rolsuper
        AND a.pid <> pg_backend_pid() AND (p_busy OR (
            a.state LIKE 'idle in transaction%' AND a.state_change < clock_timestamp() - interval '1 second'));
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
