-- Everything that would keep a batch from posting now, line by line, in one pass over the set.
-- LATERAL … LIMIT 1 walks an index line by line whatever the planner believes; everything else hashes,
-- for statistics never know a batch that was loaded a moment ago (see batch_postings).
-- Money in `detail` is in minor units; the words are the console's.
CREATE OR REPLACE FUNCTION ledger.batch_problems(p_batch bigint)
RETURNS TABLE (line_no integer, field text, code text, value text, detail jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
SET work_mem = '256MB' SET enable_nestloop = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH batch AS MATERIALIZED (
        SELECT b.*, ledger.of_currency(b.currency) AS money, EXISTS (
            SELECT FROM ledger.currencies c WHERE c.code = b.currency AND c.closed_at IS NOT NULL) AS shut
        FROM ledger.batches b WHERE b.id = p_batch
    ), line AS MATERIALIZED (
        SELECT l.line_no, l.from_name, l.to_name, l.amount, l.reference, l.lot_source, l.lot_expires_at
        FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    ), side AS MATERIALIZED (
        SELECT line.line_no, 'from' AS field, line.from_name AS name, -line.amount AS delta FROM line
        UNION ALL
        SELECT line.line_no, 'to', line.to_name, line.amount FROM line
    ), net AS MATERIALIZED (
        SELECT side.name, coalesce(sum(side.delta), 0) AS delta FROM side GROUP BY side.name
    ), named AS MATERIALIZED (
        SELECT net.name, net.delta, found.wallet_id
        FROM net LEFT JOIN ledger.batch_parties found ON found.batch_id = p_batch AND found.name = net.name
        ORDER BY found.wallet_id
    ), party AS MATERIALIZED (
        -- known: it has a wallet, or the batch itself would open one.
        SELECT named.name, named.delta, w.balance, coalesce(w.status, late.status) AS status,
            w.balance::numeric - greatest(w.granted, w.reserved) + w.overdraft_limit AS reach,
            w.id IS NOT NULL OR (batch.create_missing AND starts_with(named.name, batch.account_prefix)
                AND named.name ~ '^[a-z0-9][a-z0-9._-]{0,62}$') AS known
        FROM named CROSS JOIN batch
        LEFT JOIN LATERAL (
            SELECT u.status, v.id
            FROM ledger.users u LEFT JOIN ledger.wallets v ON v.user_id = u.id AND v.currency = batch.currency
            WHERE named.wallet_id IS NULL AND u.username = named.name LIMIT 1) late ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger.wallets v WHERE v.id = coalesce(named.wallet_id, late.id) LIMIT 1) w ON true
        -- Only names that something may be wrong with go on.
        WHERE w.id IS NULL OR w.status <> 'active' OR named.delta < 0 OR w.balance > 9223372036854775807 - named.delta
    )
    SELECT side.line_no, side.field, 'user.empty', '', '{}'::jsonb
    FROM side WHERE side.name IS NULL
    UNION ALL
    SELECT side.line_no, side.field, 'user.unknown', side.name, '{}'
    FROM party JOIN side ON side.name = party.name WHERE NOT party.known
    UNION ALL
    SELECT side.line_no, side.field, CASE WHEN batch.shut THEN 'currency.closed' ELSE 'account.' || party.status END,
        side.name, '{}'
    FROM party JOIN side ON side.name = party.name CROSS JOIN batch WHERE party.known AND party.status <> 'active'
    UNION ALL
    SELECT line.line_no, 'to', 'party.same', line.to_name, '{}'
    FROM line WHERE line.from_name = line.to_name
    UNION ALL
    -- Credit that expires comes from @issuance to a customer, and says what it is.
    SELECT line.line_no, 'source', CASE
            WHEN line.lot_source IS NULL THEN 'source.empty' ELSE 'source.kind' END, coalesce(line.lot_source, ''), '{}'
    FROM line WHERE num_nonnulls(line.lot_source, line.lot_expires_at) > 0 AND (
        line.lot_source IS NULL OR ledger.kind_of(line.from_name, line.to_name) <> 'grant')
    UNION ALL
    SELECT line.line_no, 'expires', 'expiry.past', line.lot_expires_at::text, '{}'
    FROM line WHERE line.lot_expires_at <= clock_timestamp()
    UNION ALL
    SELECT line.line_no, 'amount', 'amount.empty', '', '{}' FROM line WHERE line.amount IS NULL
    UNION ALL
    SELECT line.line_no, 'reference', 'reference.empty', '', '{}' FROM line WHERE line.reference IS NULL
    UNION ALL
    SELECT seen.line_no, 'reference', 'reference.repeated', seen.reference,
        jsonb_build_object('line', seen.first_line)
    FROM (
        SELECT line.line_no, line.reference, min(line.line_no) OVER (PARTITION BY line.reference) AS first_line
        FROM line WHERE line.reference IS NOT NULL
    ) seen WHERE seen.line_no > seen.first_line
    UNION ALL
    SELECT line.line_no, 'reference', 'reference.posted', line.reference,
        jsonb_build_object(
            'transaction', t.id, 'posted_at', t.posted_at, 'day', ledger.business_day(t.posted_at))
    FROM line CROSS JOIN LATERAL (
        SELECT * FROM ledger.transactions t WHERE t.reference = line.reference LIMIT 1) t
    UNION ALL
    -- Judged after the whole batch; a name that the batch itself opens starts from nothing.
    SELECT side.line_no, 'amount', 'funds.short', side.name,
        batch.money || jsonb_build_object('short', -(coalesce(party.reach, 0) + party.delta))
    FROM party JOIN side ON side.name = party.name AND side.delta < 0 CROSS JOIN batch
    WHERE coalesce(party.reach, 0) + party.delta < 0 AND party.known AND NOT starts_with(party.name, '@')
    UNION ALL
    SELECT side.line_no, 'amount', 'amount.range', side.name, '{}'
    FROM party JOIN side ON side.name = party.name AND side.delta > 0
    WHERE coalesce(party.balance, 0) > 9223372036854775807 - party.delta AND NOT starts_with(party.name, '@')
    ORDER BY 1, 2;
END $$;
