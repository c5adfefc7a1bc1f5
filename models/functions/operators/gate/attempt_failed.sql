-- The password of a reserved attempt was wrong; the fifth such answer locks the name. Saying so twice, or of
-- an attempt that succeeded, changes nothing.
CREATE OR REPLACE FUNCTION ledger.attempt_failed(p_attempt bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called text := (SELECT a.name FROM ledger.sign_in_attempts a WHERE a.id = p_attempt);
    held ledger.sign_in_names;
    available integer;
BEGIN
    PERFORM ledger.begin_write();
    IF called IS NULL THEN
        RETURN jsonb_build_object('status', 'failed', 'left', 0);
    END IF;
    held := ledger.hold_sign_in(called);
    UPDATE ledger.sign_in_attempts a SET outcome = 'failed' WHERE a.id = p_attempt AND a.outcome = 'reserved';
    IF FOUND AND held.known THEN
        PERFORM ledger.note('sign_in', 'operator:' || called, 'refused', 'wrong password',
            jsonb_build_object('attempt', p_attempt, 'client', inet_client_addr()));
    END IF;
    available := ledger.attempts_left(called);
    -- While one of them is under way it may still be the right one.
    IF held.locked_until IS NULL AND available = 0 AND NOT EXISTS (
        SELECT FROM ledger.sign_in_attempts a WHERE a.name = called AND a.outcome = 'reserved'
            AND a.id > held.counted_after AND a.at > clock_timestamp() - ledger.sign_in_window()) THEN
        held.locked_until := ledger.lock_sign_in(called);
    END IF;
    RETURN jsonb_build_object('status', 'failed', 'left', available, 'until', held.locked_until);
END $$;
