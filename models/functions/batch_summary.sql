-- Control totals of a batch: what an operator compares with the file's cover note.
CREATE OR REPLACE FUNCTION ledger.batch_summary(
    p_batch bigint, OUT lines bigint, OUT total numeric, OUT paid_in numeric, OUT paid_out numeric,
    OUT accounts bigint, OUT missing bigint, OUT content_hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH party AS (
        SELECT l.from_name AS name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
        UNION
        SELECT l.to_name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    ), known AS (
        SELECT count(*) AS accounts, count(*) FILTER (WHERE u.id IS NULL) AS missing
        FROM party LEFT JOIN ledger.users u ON u.username = party.name
        WHERE party.name NOT LIKE '@%'
    ), totals AS (
        SELECT count(*) AS lines, sum(l.amount) AS total,
            sum(l.amount) FILTER (WHERE l.from_name LIKE '@%') AS paid_in,
            sum(l.amount) FILTER (WHERE l.to_name LIKE '@%') AS paid_out
        FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    )
    SELECT totals.lines, coalesce(totals.total, 0), coalesce(totals.paid_in, 0), coalesce(totals.paid_out, 0),
        known.accounts, known.missing, ledger.batch_content_hash(p_batch)
    FROM totals, known
$$;
