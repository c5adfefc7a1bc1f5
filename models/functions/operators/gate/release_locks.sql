-- End every lock whose time has passed; returns how many. The gate does it for the name it is asked for.
CREATE OR REPLACE FUNCTION ledger.release_locks() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    names text[];
    called text;
BEGIN
    PERFORM ledger.begin_write();
    -- All rows before the audit head, which comes last; a row that is held is being released just now.
    SELECT coalesce(array_agg(due.name), '{}') INTO names FROM (
        SELECT n.name FROM ledger.sign_in_names n WHERE n.locked_until <= clock_timestamp()
        ORDER BY n.name FOR UPDATE SKIP LOCKED) due;
    FOREACH called IN ARRAY names LOOP
        PERFORM ledger.hold_sign_in(called);
    END LOOP;
    RETURN cardinality(names);
END $$;
