-- Ask for the keeper's lease, or renew it: at most one of all keepers has it. With the answer comes how the jobs stand,
-- so that a keeper asks once for both. p_token: the one that is held, or NULL. It goes to who asks when it has run out,
-- was given back, or is neglected: its holder renews it and lets a job wait. A lease that reaches further than one can be
-- given was given before the clock was set back. Who may not have it locks nothing: his open transaction keeps nobody.
CREATE OR REPLACE FUNCTION ledger.claim_lease(p_token bigint, p_place text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lasts constant interval := '20 s';
    states jsonb := (SELECT jsonb_agg(s) FROM ledger.job_states() s);
    lease ledger.keeper_lease;
    at timestamptz;
    is_held boolean;
    ended jsonb;
BEGIN
    PERFORM ledger.begin_write();
    SELECT * INTO lease FROM ledger.keeper_lease;
    at := clock_timestamp();
    is_held := coalesce(lease.holder = session_user AND lease.token = p_token, false);
    IF is_held OR lease.valid_until NOT BETWEEN at AND at + lasts
        -- Who has just got it has had no time yet for what nobody did before.
        OR (lease.claimed_at < at - interval '45 s'
            AND EXISTS (SELECT FROM jsonb_array_elements(states) s (job) WHERE (s.job ->> 'neglected_s')::float > 45)) THEN
        PERFORM FROM ledger.keeper_lease k
        WHERE (k.token, k.valid_until) IS NOT DISTINCT FROM (lease.token, lease.valid_until) FOR UPDATE SKIP LOCKED;
        IF FOUND AND is_held THEN
            UPDATE ledger.keeper_lease SET valid_until = at + lasts RETURNING * INTO lease;
        ELSIF FOUND THEN
            UPDATE ledger.keeper_lease k
            SET token = k.token + 1, holder = session_user, place = coalesce(p_place, ''), claimed_at = at,
                valid_until = at + lasts
            RETURNING * INTO lease;
            is_held := true;
            -- What the holder before had begun is lost, and how long he would have paused is not ours.
            UPDATE ledger.jobs SET started_at = NULL, started_token = NULL, not_before = NULL
            WHERE num_nonnulls(started_at, not_before) > 0;
            states := (SELECT jsonb_agg(s) FROM ledger.job_states() s);
        ELSIF lease.valid_until NOT BETWEEN at - interval '10 s' AND at + lasts THEN
            -- A job of the holder is being written, or somebody keeps the row: it is taken from a session that idles with
            -- it, and from one at work when no job can take so long.
            ended := ledger.end_blocker('keeper_lease', true);
            IF ended IS NOT NULL THEN
                PERFORM ledger.note('end_blocker', 'session:' || (ended ->> 'pid'), 'done', 'it held the keeper''s lease',
                    ended);
            END IF;
        END IF;
    END IF;
    RETURN jsonb_build_object('token', lease.token, 'is_held', is_held, 'holder', lease.holder, 'place', lease.place,
        'claimed_at', lease.claimed_at, 'valid_until', lease.valid_until, 'at', clock_timestamp(),
        'jobs', states);
END $$;

-- Give the lease back, so that the next keeper need not wait until it has run out.
CREATE OR REPLACE FUNCTION ledger.leave_lease(p_token bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.begin_write();
    UPDATE ledger.keeper_lease k SET holder = NULL, valid_until = clock_timestamp()
    WHERE k.token = p_token AND k.holder = session_user;
    RETURN FOUND;
END $$;

-- What comes before everything that a job writes: the lease is its caller's, and stays so until the transaction ends.
-- An error, not a refusal: no key is taken by it. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_lease(p_token bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ledger.keeper_lease k SET valid_until = clock_timestamp() + interval '20 s'
    WHERE k.token = p_token AND k.holder = session_user;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the keeper''s lease is no longer held under token %', p_token USING ERRCODE = 'LG005';
    END IF;
END $$;
