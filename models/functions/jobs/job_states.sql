-- How the jobs stand. due_at: when there is something to do, NULL while there is nothing; overdue_s: seconds since then,
-- or since the last run that did it, or since there are jobs; neglected_s: how long a job that could be run has not been,
-- which its keeper answers for. sweep: as soon as a request, a hold or a credit that no hold keeps is past its time. seal,
-- checkpoint and figures: so long after the first transaction that they have not covered; figures also as soon as there
-- are 100,000 of them, and when a business day is over. verify: at two in the night of the business zone.
CREATE OR REPLACE FUNCTION ledger.job_states()
RETURNS TABLE (
    job text, due_at timestamptz, started_at timestamptz, ended_at timestamptz, done_at timestamptz, failures integer,
    not_before timestamptz, overdue_s double precision, neglected_s double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    at constant timestamptz := clock_timestamp();
    zone constant text := ledger.business_zone();
    today constant date := (at AT TIME ZONE zone)::date;
    night constant timestamptz := (today + time '02:00') AT TIME ZONE zone;
    mark ledger.daily_mark;
    one ledger.jobs;
BEGIN
    SELECT * INTO mark FROM ledger.daily_mark;
    FOR one IN SELECT * FROM ledger.jobs j ORDER BY j.name LOOP
        due_at := CASE one.name
            WHEN 'sweep' THEN ledger.next_expiry(at, one.ended_at)
            WHEN 'seal' THEN ledger.first_posted(coalesce((SELECT max(s.last_id) FROM ledger.seals s), 0))
                + interval '5 minutes'
            WHEN 'checkpoint' THEN ledger.first_posted((
                SELECT min(coalesce(c.through_id, 0)) FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
                LEFT JOIN ledger.checkpoints c ON c.wallet_id = w.id WHERE u.username LIKE '@%'))
                + interval '10 minutes'
            WHEN 'figures' THEN CASE WHEN mark.zone <> zone THEN at ELSE least(
                ledger.first_posted(mark.through_id) + CASE
                    WHEN (SELECT max(t.id) FROM ledger.transactions t) - mark.through_id > 100000 THEN interval '0'
                    ELSE interval '5 minutes' END,
                ledger.start_of_day(mark.closed_through + 2)) END
            WHEN 'verify' THEN CASE WHEN coalesce(one.done_at, one.since)
                    < CASE WHEN night <= at THEN night ELSE (today - 1 + time '02:00') AT TIME ZONE zone END
                THEN CASE WHEN night <= at THEN night ELSE (today - 1 + time '02:00') AT TIME ZONE zone END
                ELSE CASE WHEN night > at THEN night ELSE (today + 1 + time '02:00') AT TIME ZONE zone END END
            END;
        job := one.name;
        started_at := one.started_at;
        ended_at := one.ended_at;
        done_at := one.done_at;
        failures := one.failures;
        -- No pause is as long as that: the clock was set back.
        not_before := CASE WHEN one.not_before < at + interval '15 minutes' THEN one.not_before END;
        overdue_s := CASE WHEN due_at <= at THEN greatest(extract(epoch FROM at - greatest(due_at, one.done_at, one.since)), 0) END;
        neglected_s := CASE WHEN due_at <= at AND (one.started_at IS NULL OR one.started_at < at - interval '6 hours')
            THEN greatest(extract(epoch FROM at - greatest(due_at, one.ended_at, one.since, not_before)), 0) END;
        RETURN NEXT;
    END LOOP;
END $$;

-- When the first transaction after this one was posted. Internal.
CREATE OR REPLACE FUNCTION ledger.first_posted(p_after bigint) RETURNS timestamptz
LANGUAGE sql STABLE
RETURN (SELECT t.posted_at FROM ledger.transactions t WHERE t.id > p_after ORDER BY t.id LIMIT 1);

-- When the sweep has something to do. A credit past its time that a hold keeps alive has no moment of its own: it dies
-- with the hold. Of those past their time the first thousand are looked at, and once an hour all of them. Internal.
CREATE OR REPLACE FUNCTION ledger.next_expiry(p_at timestamptz, p_swept_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
RETURN least(
    (SELECT min(r.expires_at) FROM ledger.reservations r WHERE r.status = 'reserved'),
    (SELECT min(a.expires_at) FROM ledger.approval_requests a WHERE a.status IN ('pending', 'approved')),
    (SELECT min(l.expires_at) FROM ledger.credit_lots l WHERE l.closed_at IS NULL AND l.expires_at > p_at),
    (SELECT min(l.expires_at) FROM ledger.dead_lots(ARRAY(
            SELECT DISTINCT past.wallet_id FROM (
                SELECT e.wallet_id FROM ledger.credit_lots e WHERE e.closed_at IS NULL AND e.expires_at <= p_at
                ORDER BY e.expires_at LIMIT 1000) past), p_at) d
        JOIN ledger.credit_lots l ON l.id = d.lot_id),
    (SELECT p_swept_at + interval '1 hour' FROM ledger.credit_lots l
        WHERE l.closed_at IS NULL AND l.expires_at <= p_at LIMIT 1));
