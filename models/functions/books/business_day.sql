-- The zone in which the ledger's days are counted.
CREATE OR REPLACE FUNCTION ledger.business_zone() RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT c.zone FROM ledger.calendar c);

-- The business day that a moment belongs to.
CREATE OR REPLACE FUNCTION ledger.business_day(p_at timestamptz) RETURNS date
LANGUAGE sql STABLE
RETURN (SELECT (p_at AT TIME ZONE c.zone)::date FROM ledger.calendar c);

-- The first moment of a business day. Where clocks go back over midnight (by three hours in Casey, 2020) it comes twice,
-- and AT TIME ZONE takes the second; where they go forward over it, it takes the moment of the change, which is right.
CREATE OR REPLACE FUNCTION ledger.start_of_day(p_day date) RETURNS timestamptz
LANGUAGE sql STABLE
RETURN (
    SELECT min(one.at) FROM ledger.calendar c
    CROSS JOIN LATERAL (
        SELECT (p_day::timestamp AT TIME ZONE c.zone) - step * interval '30 minutes' AS at
        FROM generate_series(0, 8) step) one
    WHERE one.at = p_day::timestamp AT TIME ZONE c.zone OR one.at AT TIME ZONE c.zone = p_day::timestamp);
