-- Add what has settled since to the daily figures, at most p_limit transactions a call, and close the days that are over.
-- They are found as a seal's are, so nothing that posts waits for it or pays for it. Internal.
CREATE OR REPLACE FUNCTION ledger.count_days(p_limit integer) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
DECLARE
    -- Before the look at who still writes: whoever posted on a day before this one is seen by it.
    today constant date := ledger.business_day(clock_timestamp());
    business_zone constant text := ledger.business_zone();
    settled constant record := ledger.settled_transactions();
    mark ledger.daily_mark;
    through bigint;
    counted bigint;
    earliest date;
BEGIN
    SELECT * INTO mark FROM ledger.daily_mark FOR UPDATE;
    IF mark.zone IS DISTINCT FROM business_zone THEN
        DELETE FROM ledger.daily_movements;
        DELETE FROM ledger.daily_balances;
        mark.through_id := 0;
        mark.closed_through := NULL;
    END IF;
    IF settled.through_id IS NULL THEN
        RETURN jsonb_build_object('status', 'waiting', 'rows', 0, 'pids', to_jsonb(settled.pids));
    END IF;
    SELECT max(row.id), count(*) INTO through, counted FROM (
        SELECT t.id FROM ledger.transactions t WHERE t.id > mark.through_id AND t.id <= settled.through_id
        ORDER BY t.id LIMIT p_limit) row;
    IF counted < p_limit THEN
        through := greatest(settled.through_id, mark.through_id);
    END IF;
    WITH system AS MATERIALIZED (
        SELECT w.id FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id WHERE u.username LIKE '@%'
    ), added AS (
        INSERT INTO ledger.daily_movements AS d (day, currency, kind, movements, amount, customers)
        SELECT (t.posted_at AT TIME ZONE business_zone)::date, t.currency, t.kind, count(*), sum(t.amount), sum(t.amount * (
            (t.from_wallet IN (SELECT s.id FROM system s))::integer
            - (t.to_wallet IN (SELECT s.id FROM system s))::integer))
        FROM ledger.transactions t WHERE t.id > mark.through_id AND t.id <= through
        GROUP BY 1, 2, 3
        ON CONFLICT (day, currency, kind) DO UPDATE SET movements = d.movements + excluded.movements,
            amount = d.amount + excluded.amount, customers = d.customers + excluded.customers
        RETURNING d.day
    )
    SELECT min(added.day) INTO earliest FROM added;
    IF counted < p_limit THEN
        mark.closed_through := ledger.close_days(mark.closed_through, earliest, today - 1);
    END IF;
    IF (SELECT count(*) FROM ledger.account_counts) > 100 THEN
        PERFORM ledger.fold_account_counts();
    END IF;
    UPDATE ledger.daily_mark SET zone = business_zone, through_id = through, closed_through = mark.closed_through;
    RETURN jsonb_build_object('status', 'done', 'rows', counted, 'through', through, 'newest', settled.through_id,
        'closed_through', mark.closed_through, 'more', counted >= p_limit);
END $$;
