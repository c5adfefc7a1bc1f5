-- The group roles of the cluster. Run by an administrator; made once, whoever comes first.
DO $$
DECLARE
    name text;
    pair text[];
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_owner', 'ledger_viewer', 'ledger_support', 'ledger_operator',
                                'ledger_approver', 'ledger_auditor', 'ledger_admin'] LOOP
        IF to_regrole(name) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
    -- An administrator who is not a superuser must be able to act as the owner. From 16 on, who makes
    -- a role is its member at once, but may not act as it.
    IF NOT pg_has_role(current_user, 'ledger_owner',
        CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
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
END $$;
