-- Run one job, as an operation: the lease is held until it is committed, so what was begun under a lease that another
-- has now never is. A refusal and an error leave the job as it was.
CREATE OR REPLACE FUNCTION ledger.run_job(p_key uuid, p_token bigint, p_job text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'run_job', jsonb_build_object('job', p_job, 'token', p_token));
END $$;

-- Say how a run ended that the keeper did by itself: verify, whose questions are the console's, and any run that failed
-- with an error. p_result: done, found (it looked, and something is wrong) or failed; p_detail: what there is to say.
CREATE OR REPLACE FUNCTION ledger.report_job(
    p_key uuid, p_token bigint, p_job text, p_result text, p_detail jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'run_job', jsonb_build_object(
        'job', p_job, 'token', p_token, 'result', p_result, 'detail', p_detail));
END $$;

-- Say that a run has begun that takes longer than a statement.
CREATE OR REPLACE FUNCTION ledger.start_job(p_token bigint, p_job text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.begin_write();
    PERFORM ledger.hold_lease(p_token);
    UPDATE ledger.jobs j SET started_at = clock_timestamp(), started_token = p_token WHERE j.name = p_job;
END $$;

CREATE OR REPLACE FUNCTION ledger.do_run_job(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    job ledger.jobs;
    began timestamptz := clock_timestamp();
    ended timestamptz;
    said jsonb;
    status text;
    is_good boolean;
BEGIN
    PERFORM ledger.hold_lease((p_request ->> 'token')::bigint);
    SELECT * INTO job FROM ledger.jobs j WHERE j.name = p_request ->> 'job' FOR UPDATE;
    IF job.name IS NULL OR (job.name = 'verify' AND NOT p_request ? 'result') THEN
        PERFORM ledger.refuse('job.unknown', jsonb_build_object('job', left(p_request ->> 'job', 64)));
    ELSIF p_request ? 'result' AND (
        coalesce(p_request ->> 'result', '') NOT IN ('done', 'found', 'failed')
        OR jsonb_typeof(p_request -> 'detail') IS DISTINCT FROM 'object'
        OR (job.name <> 'verify' AND p_request ->> 'result' <> 'failed')) THEN
        -- What is done in the database nobody else says to be done.
        PERFORM ledger.refuse('job.status', jsonb_build_object('job', job.name));
    END IF;
    -- Statements, not one expression: then one that cannot run keeps no other from running.
    IF p_request ? 'result' THEN
        -- What is counted below, a report does not say.
        said := ledger.cut(p_request -> 'detail') - '{more,reservations}'::text[]
            || jsonb_build_object('status', p_request ->> 'result');
    ELSE
        CASE job.name
            WHEN 'sweep' THEN said := ledger.do_sweep('{"limit": 5000}');
            WHEN 'seal' THEN said := ledger.do_seal(100000);
            WHEN 'checkpoint' THEN said := ledger.do_checkpoint();
            WHEN 'figures' THEN said := ledger.count_days(200000);
        END CASE;
    END IF;
    ended := clock_timestamp();
    IF p_request ? 'result' AND job.started_token = (p_request ->> 'token')::bigint THEN
        began := job.started_at;
    END IF;
    -- swept: done; stopped: a seal that met what nobody asked for.
    status := CASE said ->> 'status' WHEN 'swept' THEN 'done' WHEN 'stopped' THEN 'found' WHEN 'again' THEN 'waiting'
        ELSE said ->> 'status' END;
    is_good := status IN ('done', 'waiting');
    UPDATE ledger.jobs j
    SET started_at = NULL, started_token = NULL, ended_at = ended,
        done_at = CASE WHEN status = 'done' OR (status = 'found' AND j.name = 'verify') THEN ended ELSE j.done_at END,
        failures = CASE status WHEN 'done' THEN 0 WHEN 'waiting' THEN j.failures ELSE j.failures + 1 END,
        not_before = ended + CASE
            WHEN status = 'done' AND (said ->> 'more')::boolean THEN interval '0'
            WHEN is_good THEN interval '5 s'
            ELSE least(interval '10 s' * 2 ^ least(j.failures, 10), interval '10 minutes') END
    WHERE j.name = job.name;
    -- In the chain stands that it is no longer well, and that it is again, not every try between.
    IF is_good <> (job.failures = 0) AND status <> 'waiting' OR job.name = 'verify' THEN
        PERFORM ledger.note('job', 'job:' || job.name, CASE WHEN is_good THEN 'done' ELSE 'refused' END, '',
            said || jsonb_build_object('status', status, 'token', p_request -> 'token'));
    ELSIF job.name = 'sweep' AND (said ->> 'reservations')::integer > 0 THEN
        PERFORM ledger.hint();
    END IF;
    RETURN said || jsonb_build_object('job', job.name, 'status', status, 'started_at', began, 'ended_at', ended,
        'token', p_request -> 'token');
END $$;

-- The last runs of a job, newest first: who ran it, from when until when, and what came of it.
CREATE OR REPLACE FUNCTION ledger.job_runs(p_job text, p_limit integer DEFAULT 100)
RETURNS TABLE (operator text, ended_at timestamptz, outcome jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.operator, o.created_at, o.outcome FROM ledger.operations o
    WHERE o.kind = 'run_job' AND o.outcome ->> 'job' = p_job
    ORDER BY o.created_at DESC LIMIT least(greatest(p_limit, 0), 10000)
$$;
