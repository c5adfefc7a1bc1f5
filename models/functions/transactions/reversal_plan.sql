-- Line by line, what reversing a batch would take now of what is left of it: `taken` is what policy `available` takes,
-- `code` what keeps the line from being taken in full. A wallet has two caps: without touching granted credit, plain lines
-- may take balance - granted + overdraft; all lines together balance - reserved + overdraft. Internal.
CREATE OR REPLACE FUNCTION ledger.reversal_plan(p_batch bigint)
RETURNS TABLE (
    line integer, transaction_id bigint, payer bigint, payee bigint, amount bigint, lot_id bigint,
    lot_remaining bigint, taken bigint, code text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    -- What has expired is gone, swept or not; reverse_batch has swept before it asks.
    WITH dead AS MATERIALIZED (
        SELECT d.lot_id, d.wallet_id, d.dead FROM ledger.dead_lots(ARRAY(
            SELECT DISTINCT t.to_wallet FROM ledger.transactions t WHERE t.batch_id = p_batch)) d
    ), gone AS MATERIALIZED (
        SELECT dead.wallet_id, sum(dead.dead) AS amount FROM dead GROUP BY dead.wallet_id
    ), line AS (
        SELECT t.id, t.to_wallet AS payer, t.from_wallet AS payee, t.amount - coalesce(back.reversed_through, 0) AS amount,
            lot.id AS lot_id,
            lot.remaining - coalesce(dead.dead, 0) AS remaining,
            lot.expires_at, p.kind, p.status, payee.status AS payee_status,
            greatest(p.balance::numeric - p.granted + p.overdraft_limit, 0) AS plain_cap,
            greatest(p.balance::numeric - coalesce(gone.amount, 0) - p.reserved + p.overdraft_limit, 0) AS cap,
            row_number() OVER (ORDER BY t.id)::integer AS line
        FROM ledger.transactions t
        JOIN ledger.wallets p ON p.id = t.to_wallet
        JOIN ledger.wallets payee ON payee.id = t.from_wallet
        LEFT JOIN ledger.credit_lots lot ON lot.opened_by = t.id
        LEFT JOIN dead ON dead.lot_id = lot.id
        LEFT JOIN gone ON gone.wallet_id = t.to_wallet
        LEFT JOIN (
            SELECT r.reverses, max(r.reversed_through) AS reversed_through FROM ledger.reversals r
            WHERE r.reverses BETWEEN (SELECT b.first_transaction FROM ledger.batches b WHERE b.id = p_batch)
                AND (SELECT b.last_transaction FROM ledger.batches b WHERE b.id = p_batch)
            GROUP BY r.reverses
        ) back ON back.reverses = t.id
        WHERE t.batch_id = p_batch AND t.amount > coalesce(back.reversed_through, 0)
    ), wished AS (
        SELECT line.*, CASE
            WHEN 'closed' IN (line.status, line.payee_status) THEN 0
            ELSE least(line.amount, coalesce(line.remaining, line.amount)) END AS wish
        FROM line
    ), summed AS (
        SELECT wished.*, sum(CASE WHEN wished.lot_id IS NULL THEN wished.wish ELSE 0 END) OVER (
            PARTITION BY wished.payer ORDER BY wished.line) AS so_far
        FROM wished
    ), plain AS (
        SELECT summed.*, CASE WHEN summed.lot_id IS NOT NULL OR summed.kind = 'system' THEN summed.wish
            ELSE least(summed.so_far, summed.plain_cap)
                - least(summed.so_far - summed.wish, summed.plain_cap) END AS within
        FROM summed
    ), capped AS (
        SELECT plain.*, CASE WHEN plain.kind = 'system' THEN plain.within
            ELSE least(sum(plain.within) OVER payer, plain.cap)
                - least(sum(plain.within) OVER payer - plain.within, plain.cap) END::bigint AS taken
        FROM plain WINDOW payer AS (PARTITION BY plain.payer ORDER BY plain.line)
    )
    SELECT capped.line, capped.id, capped.payer, capped.payee, capped.amount, capped.lot_id, capped.remaining,
        capped.taken, CASE
            WHEN 'closed' IN (capped.status, capped.payee_status) THEN 'account.closed'
            WHEN capped.remaining < capped.amount AND capped.expires_at <= clock_timestamp() THEN 'reversal.expired'
            WHEN capped.remaining < capped.amount THEN 'reversal.spent'
            WHEN capped.taken < capped.amount THEN 'funds.short' END
    FROM capped
$$;

-- The same for people: each line of which something is left, how much, from whom, why it could not be taken now in full and
-- how much would be missing. Refunds that other lines of the batch bring count for policy `all`; they are not known to a
-- single line here.
CREATE OR REPLACE FUNCTION ledger.reversal_rest(p_batch bigint)
RETURNS TABLE (line integer, transaction_id bigint, username text, code text, amount bigint, short bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- Lines are posted in their order, so the file's n-th line is the batch's n-th transaction.
    WITH posted AS (
        SELECT t.id, row_number() OVER (ORDER BY t.id) AS place FROM ledger.transactions t WHERE t.batch_id = p_batch
    ), written AS (
        SELECT l.line_no, row_number() OVER (ORDER BY l.line_no) AS place
        FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    )
    SELECT written.line_no, p.transaction_id, u.username, p.code, p.amount, p.amount - p.taken
    FROM ledger.reversal_plan(p_batch) p
    JOIN posted ON posted.id = p.transaction_id
    JOIN written ON written.place = posted.place
    JOIN ledger.wallets w ON w.id = CASE WHEN p.code = 'account.closed' AND EXISTS (
        SELECT FROM ledger.wallets x WHERE x.id = p.payee AND x.status = 'closed') THEN p.payee ELSE p.payer END
    JOIN ledger.users u ON u.id = w.user_id
    ORDER BY 1
$$;

-- Of these the ones that could not be taken in full, before anybody decides.
CREATE OR REPLACE FUNCTION ledger.reversal_problems(p_batch bigint)
RETURNS TABLE (line integer, transaction_id bigint, username text, code text, amount bigint, short bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.* FROM ledger.reversal_rest(p_batch) r WHERE r.code IS NOT NULL ORDER BY 1
$$;
