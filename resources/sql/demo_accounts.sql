-- Customers and their wallets, with the balances that the demo's last transaction leaves behind.
WITH opened AS (
    INSERT INTO ledger.users (id, username, display_name, email, trust_level, created_at)
    SELECT :first_user + k, lower(given || '.' || family) || lap, given || ' ' || family,
        lower(given || '.' || family) || lap || '@example.org', (k * 7 % 4)::smallint, :start
    FROM (
        SELECT k, (CAST(:given AS text[]))[1 + (k % cardinality(:given))::integer] AS given,
            (CAST(:family AS text[]))[1 + (k / cardinality(:given) % cardinality(:family))::integer] AS family,
            coalesce(nullif(k / (cardinality(:given) * cardinality(:family)), 0)::text, '') AS lap
        FROM generate_series(CAST(1 AS bigint), :users) k
    ) named
), placed AS MATERIALIZED (
    SELECT pg_temp.turn(q, :rounds, :users, :factors) AS k, q / 2 AS pair, q % 2 = 0 AS giver
    FROM generate_series(CAST(0 AS bigint), :users - 1) q
)
INSERT INTO ledger.wallets (id, user_id, currency, kind, balance, version)
SELECT :first_wallet + k, :first_user + k, :currency, 'customer',
    CASE
        WHEN :transactions <= :users THEN CASE WHEN k <= :transactions THEN pg_temp.rest(k, 0) ELSE 0 END
        WHEN pair < :whole OR (pair = :whole AND giver AND :left_over = 2) THEN pg_temp.rest(k, :rounds + 1)
        WHEN pair = :whole AND :left_over > 0 THEN
            pg_temp.rest(k, :rounds) + CASE WHEN giver THEN -1 ELSE 1 END * pg_temp.sent(pair, :rounds)
        ELSE pg_temp.rest(k, :rounds)
    END,
    1 + 2 * :rounds
FROM placed ORDER BY k
