-- How far transactions are settled: no id up to through_id can still appear. Ids are drawn by INSERTs, which hold ROW
-- EXCLUSIVE on the table from before until their transaction ends: who drew one by now either has ended or is seen
-- holding it. Those are waited for, a second at most, and nobody else: not a reader, whatever it keeps open. Then
-- through_id is NULL and pids says who. Internal.
CREATE OR REPLACE FUNCTION ledger.settled_transactions(OUT through_id bigint, OUT pids integer[])
LANGUAGE plpgsql AS $$
DECLARE
    newest constant bigint := coalesce(pg_sequence_last_value('ledger.transactions_id_seq'), 0);
    until constant timestamptz := clock_timestamp() + interval '1 second';
    writers text[];
BEGIN
    LOOP
        SELECT array_agg(l.virtualtransaction), coalesce(array_agg(l.pid) FILTER (WHERE l.pid IS NOT NULL), '{}')
        INTO writers, pids
        FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = 'ledger.transactions'::regclass AND l.granted
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
            AND l.pid IS DISTINCT FROM pg_backend_pid()
            -- Who began later has not drawn one of these ids.
            AND (writers IS NULL OR l.virtualtransaction = ANY (writers));
        IF writers IS NULL THEN
            through_id := newest;
            RETURN;
        ELSIF clock_timestamp() > until THEN
            RETURN;
        END IF;
        PERFORM pg_sleep(0.01);
    END LOOP;
END $$;
