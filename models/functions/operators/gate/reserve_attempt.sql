-- One attempt to sign in, taken before the password is tried: at most 5 in 15 minutes that did not succeed.
-- A name that nobody has is answered like any other.
CREATE OR REPLACE FUNCTION ledger.reserve_attempt(p_name text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called text := p_name::name::text;  -- the server cuts a name at 63 bytes, so longer ones are the same name
    held ledger.sign_in_names;
    available integer;
    attempt bigint;
BEGIN
    PERFORM ledger.begin_write();
    held := ledger.hold_sign_in(called);
    available := ledger.attempts_left(called);
    IF held.locked_until IS NULL AND available = 0 THEN
        held.locked_until := ledger.lock_sign_in(called);
    END IF;
    IF held.locked_until IS NOT NULL THEN
        UPDATE ledger.sign_in_names n SET refused = n.refused + 1 WHERE n.name = called;
        RETURN jsonb_build_object('status', 'refused', 'code', 'sign_in.locked',
            'detail', jsonb_build_object('until', held.locked_until));
    END IF;
    INSERT INTO ledger.sign_in_attempts (name) VALUES (called) RETURNING id INTO attempt;
    -- Made-up names must not fill the disk: each attempt takes some of the old ones along.
    DELETE FROM ledger.sign_in_names n WHERE n.name IN (
        SELECT o.name FROM ledger.sign_in_names o
        WHERE NOT o.known AND o.touched_at < clock_timestamp() - 2 * ledger.sign_in_window()
        ORDER BY o.touched_at LIMIT 20 FOR UPDATE SKIP LOCKED);
    RETURN jsonb_build_object('status', 'reserved', 'attempt', attempt, 'left', available - 1);
END $$;
