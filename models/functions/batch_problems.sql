-- Everything that would keep a batch from posting now, line by line, in one pass over the set.
-- Money in `detail` is in minor units; the words are the console's.
CREATE OR REPLACE FUNCTION ledger.batch_problems(p_batch bigint)
RETURNS TABLE (line_no integer, field text, code text, value text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH batch AS MATERIALIZED (
        SELECT * FROM ledger.batches b WHERE b.id = p_batch
    ), line AS MATERIALIZED (
        SELECT l.*, fw.id AS from_wallet, fu.kind AS from_kind, fw.status AS from_status,
            tw.id AS to_wallet, tu.kind AS to_kind, tw.status AS to_status, fu.id AS from_user, tu.id AS to_user
        FROM ledger.batch_lines l CROSS JOIN batch
        LEFT JOIN ledger.users fu ON fu.username = l.from_name
        LEFT JOIN ledger.wallets fw ON fw.user_id = fu.id AND fw.currency = batch.currency
        LEFT JOIN ledger.users tu ON tu.username = l.to_name
        LEFT JOIN ledger.wallets tw ON tw.user_id = tu.id AND tw.currency = batch.currency
        WHERE l.batch_id = p_batch
    ), party AS (
        SELECT line.line_no, 'from' AS field, line.from_name AS name, line.from_user AS user_id,
            line.from_wallet AS wallet, line.from_status AS status, -line.amount AS delta FROM line
        UNION ALL
        SELECT line.line_no, 'to', line.to_name, line.to_user, line.to_wallet, line.to_status, line.amount FROM line
    ), reach AS (
        -- What a name may still give away: below zero after the whole batch is too much. A name that
        -- the batch itself creates starts from nothing.
        SELECT party.name, coalesce(sum(party.delta), 0)
            + coalesce(min(w.balance - greatest(w.granted, w.reserved) + w.overdraft_limit), 0) AS left_over
        FROM party LEFT JOIN ledger.wallets w ON w.id = party.wallet
        WHERE party.name NOT LIKE '@%' GROUP BY party.name
    ), seen AS (
        SELECT line.line_no, line.reference,
            min(line.line_no) OVER (PARTITION BY line.reference) AS first_line
        FROM line WHERE line.reference IS NOT NULL
    )
    SELECT party.line_no, party.field, 'user.empty', '', '{}'::jsonb
    FROM party WHERE party.name IS NULL
    UNION ALL
    SELECT party.line_no, party.field, 'user.unknown', party.name, '{}'
    FROM party CROSS JOIN batch
    WHERE party.name IS NOT NULL AND party.wallet IS NULL
        AND NOT (batch.create_missing AND starts_with(party.name, batch.account_prefix)
            AND party.name ~ '^[a-z0-9][a-z0-9._-]{0,62}$')
    UNION ALL
    SELECT party.line_no, party.field, 'account.' || party.status, party.name, '{}'
    FROM party WHERE party.status <> 'active'
    UNION ALL
    SELECT line.line_no, 'to', 'party.same', line.to_name, '{}'
    FROM line WHERE line.from_name = line.to_name
    UNION ALL
    SELECT line.line_no, 'amount', 'amount.empty', '', '{}' FROM line WHERE line.amount IS NULL
    UNION ALL
    SELECT line.line_no, 'reference', 'reference.empty', '', '{}' FROM line WHERE line.reference IS NULL
    UNION ALL
    SELECT seen.line_no, 'reference', 'reference.repeated', seen.reference,
        jsonb_build_object('line', seen.first_line)
    FROM seen WHERE seen.line_no > seen.first_line
    UNION ALL
    SELECT line.line_no, 'reference', 'reference.posted', line.reference,
        jsonb_build_object('transaction', t.id, 'posted_at', t.posted_at)
    FROM line JOIN ledger.transactions t ON t.reference = line.reference
    UNION ALL
    SELECT party.line_no, 'amount', 'funds.short', party.name, jsonb_build_object('short', -reach.left_over)
    FROM reach JOIN party ON party.name = reach.name AND party.delta < 0
    WHERE reach.left_over < 0
    ORDER BY 1, 2
$$;
