-- A moment as a request keeps it: ISO 8601 in UTC, whatever the session's zone and date style.
CREATE OR REPLACE FUNCTION ledger.utc(p_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN isfinite(p_at)
    THEN regexp_replace(to_jsonb(p_at AT TIME ZONE 'UTC') #>> '{}', '( BC)?$', 'Z\1') ELSE p_at::text END;
