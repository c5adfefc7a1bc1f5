-- Count the ledger's days in another zone from now on. What was used of a day's limit or allowance goes with it: no operator
-- gets a fresh day by the change, also where the new zone's date is one that has been.
CREATE OR REPLACE FUNCTION ledger.set_business_zone(p_key uuid, p_zone text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_business_zone', jsonb_build_object('zone', p_zone, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_business_zone(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted constant text := p_request ->> 'zone';
    at timestamptz;
    before text;
    day_before date;
BEGIN
    PERFORM ledger.require_reason(p_request);
    -- A place, or UTC: an abbreviation such as CET has no summer, and posix/ and right/ are other clocks.
    IF coalesce(wanted, '') !~ '^(UTC|[A-Z][A-Za-z0-9_+-]*(/[A-Z0-9a-z_+-]+){1,2})$' OR length(wanted) > 64
        OR NOT EXISTS (SELECT FROM pg_timezone_names n WHERE n.name = wanted) THEN
        PERFORM ledger.refuse('zone.unknown', jsonb_build_object('zone', left(wanted, 64)));
    END IF;
    -- Who counts against a day's limit now ends first; who comes after counts by the new zone.
    LOCK TABLE ledger.allowance_usage, ledger.limit_usage, ledger.tier_usage IN SHARE ROW EXCLUSIVE MODE;
    at := clock_timestamp();
    SELECT c.zone, (at AT TIME ZONE c.zone)::date INTO before, day_before FROM ledger.calendar c FOR UPDATE;
    IF before = wanted THEN
        PERFORM ledger.refuse('zone.same', jsonb_build_object('zone', wanted));
    END IF;
    INSERT INTO ledger.calendar (zone) VALUES (wanted) ON CONFLICT (single) DO UPDATE SET zone = excluded.zone;
    INSERT INTO ledger.limit_usage AS u (operator, day, kind, currency, amount)
    SELECT o.operator, (at AT TIME ZONE wanted)::date, o.kind, o.currency, o.amount
    FROM ledger.limit_usage o WHERE o.day = day_before AND day_before <> (at AT TIME ZONE wanted)::date
    ON CONFLICT (operator, day, kind, currency) DO UPDATE SET amount = greatest(u.amount, excluded.amount);
    INSERT INTO ledger.allowance_usage AS u (operator, day, kind, currency, amount)
    SELECT o.operator, (at AT TIME ZONE wanted)::date, o.kind, o.currency, o.amount
    FROM ledger.allowance_usage o WHERE o.day = day_before AND day_before <> (at AT TIME ZONE wanted)::date
    ON CONFLICT (operator, day, kind, currency) DO UPDATE SET amount = greatest(u.amount, excluded.amount);
    INSERT INTO ledger.tier_usage AS u (operator, day, currency, amount)
    SELECT o.operator, (at AT TIME ZONE wanted)::date, o.currency, o.amount
    FROM ledger.tier_usage o WHERE o.day = day_before AND day_before <> (at AT TIME ZONE wanted)::date
    ON CONFLICT (operator, day, currency) DO UPDATE SET amount = greatest(u.amount, excluded.amount);
    RETURN jsonb_build_object('status', 'done', 'before', before, 'after', wanted);
END $$;
