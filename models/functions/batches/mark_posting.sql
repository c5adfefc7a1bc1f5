-- Say that a batch is being posted, and since when: two advisory locks, the batch's and the moment's, which end with the
-- transaction, whatever ends it. Others read them in pg_locks while the rows are not yet there for anybody to see. Tried
-- for and shared, so that no session's locks of its own can hold a posting up; a dry run is no posting. Internal.
CREATE OR REPLACE FUNCTION ledger.mark_posting(p_batch bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('ledger.rehearsal', true) = 'on' THEN
        RETURN;
    END IF;
    PERFORM pg_try_advisory_xact_lock_shared(1279542834, (p_batch % 2147483647)::integer);
    PERFORM pg_try_advisory_xact_lock_shared(
        1279542835, (extract(epoch FROM clock_timestamp())::bigint - 1577836800)::integer);
END $$;

-- Who posts a batch at this moment, and since when; no row when nobody does. What it says decides nothing: a session may
-- take such locks by itself, and is then named here with its own operator.
CREATE OR REPLACE FUNCTION ledger.batch_posting(p_batch bigint) RETURNS TABLE (operator text, since timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.usename::text, to_timestamp(m.objid::bigint + 1577836800)
    FROM pg_locks l
    JOIN pg_locks m ON m.pid = l.pid AND m.locktype = 'advisory' AND m.classid::bigint = 1279542835
        AND m.database = l.database AND m.objsubid = 2 AND m.granted
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.classid::bigint = 1279542834 AND l.objsubid = 2 AND l.granted
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND l.objid::bigint = p_batch % 2147483647
    ORDER BY m.objid::bigint LIMIT 1
$$;
