-- Let an operator's role sign in, or not. NOLOGIN alone is no lock against guessing: the server still judges
-- the password first and answers a right one differently. With an expired password it judges none. Internal.
CREATE OR REPLACE FUNCTION ledger.set_role_login(p_name text, p_open boolean, p_valid_until timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET timezone = 'UTC' AS $$
BEGIN
    PERFORM ledger.guard_role(p_name);
    IF p_open THEN
        EXECUTE format('ALTER ROLE %I LOGIN VALID UNTIL %L', p_name, coalesce(p_valid_until, 'infinity'));
    ELSE
        EXECUTE format('ALTER ROLE %I NOLOGIN VALID UNTIL %L', p_name, '1970-01-01 00:00:00+00');
    END IF;
END $$;
