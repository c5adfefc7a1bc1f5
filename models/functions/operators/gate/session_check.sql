-- What a session must know before it works, in one statement: who it is, its rights, what the server is. It ends
-- the attempt by which the operator signed in. Whoever is disabled or in no group gets an error and no facts.
CREATE OR REPLACE FUNCTION ledger.session_check(p_attempt bigint DEFAULT NULL)
RETURNS TABLE (
    operator text, rights text[], database text, server_version text, version_number integer, encoding text,
    synchronous_commit text, replica boolean, schema_version text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held text[] := ARRAY(
        SELECT r.rolname::text FROM pg_roles r
        WHERE (r.rolname = 'ledger_owner' OR r.rolname = ANY (ledger.groups()))
            AND pg_has_role(session_user, r.oid, 'MEMBER')
        ORDER BY 1);
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM ledger.begin_write();  -- which says what is wrong
    ELSIF held = '{}' OR EXISTS (
        SELECT FROM ledger.operators o WHERE o.name = session_user AND o.status <> 'active') THEN
        RAISE EXCEPTION 'operator % is disabled or in no group of this ledger', quote_ident(session_user)
            USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    IF p_attempt IS NOT NULL THEN
        -- The name's row first, as everywhere: it is what attempts are counted under.
        UPDATE ledger.sign_in_names n SET counted_after = greatest(n.counted_after, p_attempt)
        WHERE n.name = session_user AND n.locked_until IS NULL AND EXISTS (
            SELECT FROM ledger.sign_in_attempts a
            WHERE a.id = p_attempt AND a.name = n.name AND a.outcome = 'reserved'
                AND a.at > clock_timestamp() - ledger.sign_in_window());
        IF NOT FOUND THEN
            RAISE EXCEPTION 'operator % is locked, or has reserved no such attempt to sign in', quote_ident(session_user)
                USING ERRCODE = 'invalid_authorization_specification';
        END IF;
        UPDATE ledger.sign_in_attempts a SET outcome = 'succeeded' WHERE a.id = p_attempt;
    END IF;
    RETURN QUERY SELECT session_user::text, held, current_database()::text, current_setting('server_version'),
        current_setting('server_version_num')::integer, current_setting('server_encoding'),
        current_setting('synchronous_commit'), pg_is_in_recovery(),
        (SELECT v.version_num::text FROM ledger.schema_version v);
END $$;
