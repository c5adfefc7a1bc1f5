WITH named AS (
    SELECT k, (:first)[1 + k % cardinality(:first)] AS given,
        (:last)[1 + (k / cardinality(:first)) % cardinality(:last)] AS family,
        k / (cardinality(:first) * cardinality(:last)) AS lap
    FROM generate_series(CAST(0 AS bigint), :users - 1) k
), opened AS (
    INSERT INTO ledger.users (username, display_name, email, trust_level, created_at)
    SELECT lower(given || '.' || family) || coalesce(nullif(lap, 0)::text, ''), given || ' ' || family,
        lower(given || '.' || family) || coalesce(nullif(lap, 0)::text, '') || '@example.org',
        (k * 7 % 4)::smallint, :start
    FROM named ORDER BY k
    RETURNING id
)
INSERT INTO ledger.wallets (user_id, currency, kind)
SELECT opened.id, :currency, 'customer' FROM opened ORDER BY opened.id
