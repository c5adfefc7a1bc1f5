-- Who may call what ledger_roles owns: the ledger's own functions, nobody else. Run as ledger_roles.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT DISTINCT p.oid::regprocedure::text AS name,
            CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END AS grantee
        FROM pg_proc p CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) given
        WHERE p.pronamespace = 'ledger'::regnamespace AND p.proowner = 'ledger_roles'::regrole
            AND given.grantee NOT IN ('ledger_roles'::regrole, 'ledger_owner'::regrole)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s CASCADE', one.name, one.grantee);
    END LOOP;
END $$;
ALTER DEFAULT PRIVILEGES FOR ROLE ledger_roles REVOKE ALL ON FUNCTIONS FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.guard_role(text), ledger.make_role(text),
    ledger.set_role_password(text, text), ledger.set_role_login(text, boolean, timestamptz),
    ledger.give_groups(text, text[]), ledger.groups(), ledger.take_groups(text),
    ledger.signal_session(integer, timestamptz, boolean), ledger.end_blocker(text, boolean),
    ledger.end_sessions_of(text), ledger.bound_role(text) TO ledger_owner;
