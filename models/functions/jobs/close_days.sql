-- Write down how the business days up to p_last ended, from the first that is not written yet or was added to since.
-- Holds have no order in which they settle, so the two days before are written again: from the third on a day is final.
-- A clock that was set back opens the days again that are not over. Answers the last that is written. Internal.
CREATE OR REPLACE FUNCTION ledger.close_days(p_closed date, p_earliest date, p_last date) RETURNS date
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    business_zone constant text := ledger.business_zone();
    first date;
BEGIN
    DELETE FROM ledger.daily_balances d WHERE d.day > p_last;
    IF p_closed IS NULL THEN
        first := (SELECT min(d.day) FROM ledger.daily_movements d);
    ELSIF p_last > p_closed THEN
        first := least(greatest(p_closed - 1, (SELECT min(d.day) FROM ledger.daily_movements d)), p_earliest);
    ELSE
        first := p_earliest;
    END IF;
    IF first IS NULL OR first > p_last THEN
        RETURN least(p_closed, p_last);
    END IF;
    WITH day AS (
        SELECT first + step AS day FROM generate_series(0, p_last - first) step
    ), moved AS (
        SELECT m.day, m.currency, sum(m.customers) AS customers, sum(m.amount) FILTER (WHERE m.kind = 'expiry') AS expired
        FROM ledger.daily_movements m WHERE m.day BETWEEN first AND p_last GROUP BY m.day, m.currency
    ), hold AS (
        -- The bounds only keep old rows from being read: a day may begin twice where clocks go back over midnight.
        SELECT (r.created_at AT TIME ZONE business_zone)::date AS day, r.currency, r.amount FROM ledger.reservations r
        WHERE r.created_at BETWEEN ledger.start_of_day(first) - interval '1 day' AND ledger.start_of_day(p_last + 2)
        UNION ALL
        SELECT (r.closed_at AT TIME ZONE business_zone)::date, r.currency, -r.amount FROM ledger.reservations r
        WHERE r.closed_at BETWEEN ledger.start_of_day(first) - interval '1 day' AND ledger.start_of_day(p_last + 2)
    ), held AS (
        SELECT hold.day, hold.currency, sum(hold.amount) AS amount FROM hold
        WHERE hold.day BETWEEN first AND p_last GROUP BY hold.day, hold.currency
    )
    INSERT INTO ledger.daily_balances AS b (day, currency, held, on_hold, expired)
    SELECT day.day, c.code,
        coalesce((SELECT sum(m.customers) FROM ledger.daily_movements m WHERE m.currency = c.code AND m.day < first), 0)
            + coalesce(sum(moved.customers) OVER so_far, 0),
        coalesce((SELECT d.on_hold FROM ledger.daily_balances d WHERE d.currency = c.code AND d.day = first - 1), 0)
            + coalesce(sum(held.amount) OVER so_far, 0),
        coalesce(moved.expired, 0)
    FROM day CROSS JOIN ledger.currencies c
    LEFT JOIN moved ON moved.day = day.day AND moved.currency = c.code
    LEFT JOIN held ON held.day = day.day AND held.currency = c.code
    WINDOW so_far AS (PARTITION BY c.code ORDER BY day.day)
    ON CONFLICT (day, currency) DO UPDATE
    SET held = excluded.held, on_hold = excluded.on_hold, expired = excluded.expired;
    RETURN p_last;
END $$;
