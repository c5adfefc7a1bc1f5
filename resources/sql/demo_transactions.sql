-- Numbers 0 to users-1 open the customers' balances; then come rounds of three movements a pair:
-- the one pays the other, and each of the two meets a system account.
-- MATERIALIZED: else the planner copies each formula into every place that names it, ten times over.
WITH counted AS MATERIALIZED (
    SELECT i, i < :users AS opening, greatest(i - :users, 0) / :round AS r,
        greatest(i - :users, 0) % :round / 3 AS pair, (greatest(i - :users, 0) % 3)::integer AS part,
        :start + (i * :step_us) * interval '1 microsecond' AS at,
        pg_temp.noise(i, 0, 9) AS dice
    FROM generate_series(CAST(:low AS bigint), CAST(:high AS bigint)) i
), placed AS MATERIALIZED (
    SELECT i, opening, r, at, dice, part,
        CASE WHEN opening THEN i + 1 ELSE pg_temp.turn(2 * pair + part / 2, r, :users, :factors) END AS k,
        CASE WHEN part = 0 AND NOT opening
            THEN pg_temp.turn(2 * pair + 1, r, :users, :factors) END AS taker,
        pg_temp.sent(pair, r) AS sent
    FROM counted
), rested AS MATERIALIZED (
    SELECT i, opening, r, at, dice, k, taker, sent, part,
        CASE WHEN opening THEN 0
            ELSE pg_temp.rest(k, r) + CASE part WHEN 1 THEN -sent WHEN 2 THEN sent ELSE 0 END END AS before,
        CASE WHEN opening THEN pg_temp.rest(k, 0)
            WHEN part = 0 THEN pg_temp.rest(k, r) - sent
            ELSE pg_temp.rest(k, r + 1) END AS after,
        CASE WHEN taker IS NOT NULL THEN pg_temp.rest(taker, r) + sent END AS taker_after
    FROM placed
), told AS MATERIALIZED (
    SELECT i, at, dice, k, taker, before, after, taker_after, after - before AS step,
        CASE
            WHEN taker IS NOT NULL THEN 'p2p'
            -- Only a last movement may be a grant: its lot is still whole then.
            WHEN after > before AND NOT opening AND r = :rounds AND dice % 4 = 0 THEN 'grant'
            WHEN after > before THEN 'topup'
            WHEN dice % 10 < 7 THEN 'order'
            ELSE 'payout'
        END AS kind
    FROM rested
)
INSERT INTO ledger.transactions (
    id, posted_at, effective_at, kind, from_wallet, to_wallet, amount,
    from_balance_after, to_balance_after, reference, description, operator, currency)
SELECT
    :first_id + i, at, at,
    (CASE kind WHEN 'topup' THEN 'deposit' WHEN 'order' THEN 'capture' WHEN 'p2p' THEN 'transfer' ELSE kind END
        )::ledger.transaction_kind,
    CASE WHEN step < 0 THEN :first_wallet + k WHEN kind = 'grant' THEN :issuance ELSE :external END,
    CASE
        WHEN kind = 'p2p' THEN :first_wallet + taker
        WHEN step > 0 THEN :first_wallet + k
        WHEN kind = 'order' THEN :revenue
        ELSE :external
    END,
    abs(step),
    CASE WHEN step < 0 THEN after END,
    CASE WHEN kind = 'p2p' THEN taker_after WHEN step > 0 THEN after END,
    kind || '-' || (:first_id + i + 100000000)::text,
    CASE kind
        WHEN 'grant' THEN 'Welcome bonus'
        WHEN 'topup' THEN 'Top-up by card'
        WHEN 'payout' THEN 'Payout to bank account'
        WHEN 'order' THEN 'Order ' || (100000 + dice % 900000)::text
        ELSE (CAST(:words AS text[]))[1 + (dice % cardinality(:words))::integer]
    END,
    CASE WHEN kind IN ('p2p', 'grant') THEN 'demo-operator' ELSE 'checkout-service' END,
    :currency
FROM told ORDER BY i
