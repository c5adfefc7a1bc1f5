-- Give an operator's role another password: a SCRAM verifier, never the password itself; NULL takes it. Internal.
CREATE OR REPLACE FUNCTION ledger.set_role_password(p_name text, p_verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.guard_role(p_name);
    IF p_verifier !~ '^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$' THEN
        RAISE EXCEPTION 'this is no SCRAM verifier' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- %L of NULL is NULL.
    EXECUTE format('ALTER ROLE %I PASSWORD %L', p_name, p_verifier);
END $$;
