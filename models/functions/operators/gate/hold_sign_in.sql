-- The gate's row of one name, locked until the transaction ends, so that attempts of a name go one by one; a
-- lock whose time has passed ends here. The first lock of all in whatever touches an operator. The gate's password is
-- on every computer, so nobody keeps a name by idling with its row: it is as with the audit head. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_sign_in(p_name text) RETURNS ledger.sign_in_names
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    timeout constant text := current_setting('lock_timeout');
    started constant timestamptz := clock_timestamp();
    waited interval;
    held ledger.sign_in_names;
    ended jsonb;
BEGIN
    WHILE held.name IS NULL LOOP
        BEGIN
            PERFORM set_config('lock_timeout', '1s', true);
            INSERT INTO ledger.sign_in_names AS n (name, known)
            VALUES (p_name, EXISTS (SELECT FROM ledger.operators o WHERE o.name = p_name))
            ON CONFLICT (name) DO UPDATE SET known = excluded.known, touched_at = clock_timestamp()
            RETURNING * INTO held;
            PERFORM set_config('lock_timeout', timeout, true);
        EXCEPTION
            WHEN lock_not_available THEN
                waited := clock_timestamp() - started;
                IF waited >= nullif(timeout::interval, interval '0') THEN
                    RAISE;
                END IF;
                ended := coalesce(ledger.end_blocker('sign_in_names', waited > interval '1.9 s'), ended);
        END;
    END LOOP;
    IF ended IS NOT NULL THEN
        PERFORM ledger.note('end_blocker', 'session:' || (ended ->> 'pid'), 'done', 'it held a name at the gate', ended);
    END IF;
    IF held.locked_until <= clock_timestamp() THEN
        UPDATE ledger.sign_in_names n SET locked_until = NULL, refused = 0 WHERE n.name = p_name;
        IF held.known THEN
            PERFORM ledger.apply_login(p_name);
            PERFORM ledger.note('release_operator', 'operator:' || p_name, 'done', 'the lock''s time has passed',
                jsonb_build_object('refused', held.refused));
        END IF;
        held.locked_until := NULL;
        held.refused := 0;
    END IF;
    RETURN held;
END $$;

-- Nobody signs in under this name for as long as attempts are counted. Internal.
CREATE OR REPLACE FUNCTION ledger.lock_sign_in(p_name text) RETURNS timestamptz
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held ledger.sign_in_names;
BEGIN
    UPDATE ledger.sign_in_names n SET locked_until = clock_timestamp() + ledger.sign_in_window(), refused = 0
    WHERE n.name = p_name RETURNING * INTO held;
    IF held.known THEN
        PERFORM ledger.apply_login(p_name);
        PERFORM ledger.note('lock_operator', 'operator:' || p_name, 'done', 'too many attempts to sign in failed',
            jsonb_build_object('until', held.locked_until, 'client', inet_client_addr()));
    END IF;
    RETURN held.locked_until;
END $$;

-- How many more attempts the name has; the row is held.
CREATE OR REPLACE FUNCTION ledger.attempts_left(p_name text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT greatest(0, 5 - count(*)) FROM ledger.sign_in_names n JOIN ledger.sign_in_attempts a ON a.name = n.name
        WHERE n.name = p_name AND a.id > n.counted_after AND a.outcome <> 'succeeded'
            AND a.at > clock_timestamp() - ledger.sign_in_window());
END $$;

CREATE OR REPLACE FUNCTION ledger.sign_in_window() RETURNS interval
LANGUAGE sql IMMUTABLE
RETURN interval '15 minutes';
