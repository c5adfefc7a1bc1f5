-- A batch's lines as postings, and how many of them are not complete. Internal.
-- enable_nestloop = off: statistics never know a batch that was loaded a moment ago, and a plan for one
-- row takes hours for a hundred thousand. By the primary keys, two hash joins are right at any size.
CREATE OR REPLACE FUNCTION ledger.batch_postings(
    p_batch bigint, OUT postings ledger.posting[], OUT lines integer, OUT total numeric, OUT incomplete integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET enable_mergejoin = off AS $$
    SELECT array_agg(ROW(
            l.line_no, ledger.kind_of(l.from_name, l.to_name), f.wallet_id, t.wallet_id, l.amount,
            l.reference, l.description, l.effective_at, NULL, NULL,
            CASE WHEN l.lot_source IS NOT NULL THEN l.amount END, CASE WHEN l.lot_source IS NOT NULL THEN l.amount END,
            l.lot_source, l.lot_expires_at, NULL, NULL, NULL, NULL)::ledger.posting),
        count(*)::integer, sum(l.amount),
        count(*) FILTER (WHERE num_nulls(f.wallet_id, t.wallet_id, l.amount, l.reference) > 0
            OR (num_nonnulls(l.lot_source, l.lot_expires_at) > 0
                AND (l.lot_source IS NULL OR ledger.kind_of(l.from_name, l.to_name) <> 'grant')))::integer
    FROM ledger.batch_lines l
    LEFT JOIN ledger.batch_parties f ON f.batch_id = p_batch AND f.name = l.from_name
    LEFT JOIN ledger.batch_parties t ON t.batch_id = p_batch AND t.name = l.to_name
    WHERE l.batch_id = p_batch
$$;
