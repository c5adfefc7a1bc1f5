-- Put an operator's role into groups. From PostgreSQL 16 on it inherits their rights and may not become them:
-- a session that had done SET ROLE would keep the rights when they are taken. Internal.
CREATE OR REPLACE FUNCTION ledger.give_groups(p_name text, p_groups text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one text;
BEGIN
    PERFORM ledger.guard_role(p_name);
    FOREACH one IN ARRAY p_groups LOOP
        IF one <> ALL (ledger.groups()) THEN
            RAISE EXCEPTION '% is no group of the ledger', quote_ident(one) USING ERRCODE = 'insufficient_privilege';
        END IF;
        EXECUTE format('GRANT %I TO %I', one, p_name) || CASE
            WHEN current_setting('server_version_num')::integer >= 160000 THEN ' WITH INHERIT TRUE, SET FALSE'
            ELSE '' END;
    END LOOP;
END $$;

-- The groups that an operator can be in.
CREATE OR REPLACE FUNCTION ledger.groups() RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY['ledger_viewer', 'ledger_support', 'ledger_operator', 'ledger_approver', 'ledger_auditor', 'ledger_admin',
    'ledger_keeper'];
