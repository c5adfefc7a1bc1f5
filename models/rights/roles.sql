-- The group roles of the cluster. Run by an administrator; made once, whoever comes first.
DO $$
DECLARE
    name text;
    pair text[];
    has_options constant boolean := current_setting('server_version_num')::integer >= 160000;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_owner', 'ledger_viewer', 'ledger_support', 'ledger_operator',
                                'ledger_approver', 'ledger_auditor', 'ledger_admin', 'ledger_keeper'] LOOP
        IF to_regrole(name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
    -- An administrator who is not a superuser must be able to act as the owner. From 16 on, who makes
    -- a role is its member at once, but may not act as it.
    IF NOT pg_has_role(current_user, 'ledger_owner',
        CASE WHEN has_options THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT ledger_owner TO %I', current_user);
    END IF;
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        ['ledger_viewer', 'ledger_support'], ['ledger_viewer', 'ledger_operator'],
        ['ledger_viewer', 'ledger_approver'], ['ledger_viewer', 'ledger_auditor'],
        ['ledger_viewer', 'ledger_admin'], ['ledger_support', 'ledger_admin'],
        ['ledger_operator', 'ledger_admin']] LOOP
        IF NOT pg_has_role(pair[2], pair[1], 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', pair[1], pair[2]);
        END IF;
    END LOOP;
    -- Makes, locks and disables operators' roles, through the few functions that it owns.
    IF to_regrole('ledger_roles') IS NULL THEN
        CREATE ROLE ledger_roles NOLOGIN CREATEROLE;
    END IF;
    IF NOT pg_has_role(current_user, 'ledger_roles', CASE WHEN has_options THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT ledger_roles TO %I', current_user)
            || CASE WHEN has_options THEN ' WITH INHERIT FALSE, SET TRUE' ELSE '' END;
    END IF;
    -- Up to PostgreSQL 15 CREATEROLE alone lets it grant the groups; membership would only add their rights.
    IF has_options THEN
        FOREACH name IN ARRAY ARRAY['ledger_viewer', 'ledger_support', 'ledger_operator',
                                    'ledger_approver', 'ledger_auditor', 'ledger_admin', 'ledger_keeper'] LOOP
            IF NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = to_regrole(name)
                AND m.member = to_regrole('ledger_roles') AND m.admin_option) THEN
                EXECUTE format('GRANT %I TO ledger_roles WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', name);
            END IF;
        END LOOP;
    END IF;
    -- Ends other sessions' statements, and tells by their start that they are still the same. Not every
    -- administrator may give this away; without it ledger.cancel_session refuses and says what to grant.
    FOREACH name IN ARRAY ARRAY['pg_signal_backend', 'pg_read_all_stats'] LOOP
        IF NOT pg_has_role('ledger_roles', name, 'USAGE') THEN
            BEGIN
                EXECUTE format('GRANT %I TO ledger_roles', name)
                    || CASE WHEN has_options THEN ' WITH INHERIT TRUE, SET FALSE' ELSE '' END;
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE NOTICE '% is not given to ledger_roles: sessions cannot be ended from the ledger', name;
            END;
        END IF;
    END LOOP;
    -- Bounds what an operator's statements may write to the server's disk; a superuser alone may give this away.
    BEGIN
        GRANT SET ON PARAMETER temp_file_limit TO ledger_roles;
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE NOTICE 'temp_file_limit cannot be set by ledger_roles: operators'' sorting is not bounded';
    END;
    -- A temporary table is a file as large as one likes. Who does not own the database is told, and verify says so.
    -- The owner, as whom nobody signs in, needs some to make a demo.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO ledger_owner', current_database());
    -- Counts attempts to sign in before a password is tried. Without a password until one is set; the limit
    -- keeps whoever has that password from taking every connection of the server.
    IF to_regrole('ledger_gate') IS NULL THEN
        CREATE ROLE ledger_gate LOGIN CONNECTION LIMIT 32;
    END IF;
END $$;
