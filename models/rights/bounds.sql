-- What each operator's sessions may take of the server, for those made before there were bounds, too. Run as ledger_owner.
DO $$
DECLARE
    one text;
BEGIN
    FOR one IN SELECT o.name FROM ledger.operators o JOIN pg_roles r ON r.rolname = o.name ORDER BY o.name LOOP
        BEGIN
            PERFORM ledger.bound_role(one);
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'operator % is not bounded: %', one, SQLERRM;
        END;
    END LOOP;
END $$;
