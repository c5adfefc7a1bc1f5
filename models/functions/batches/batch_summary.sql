-- Control totals of a batch: what an operator compares with the file's cover note.
CREATE OR REPLACE FUNCTION ledger.batch_summary(
    p_batch bigint, OUT lines bigint, OUT total numeric, OUT paid_in numeric, OUT paid_out numeric,
    OUT accounts bigint, OUT missing bigint, OUT content_hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET work_mem = '256MB' SET enable_nestloop = off SET enable_mergejoin = off AS $$
    WITH party AS (
        SELECT l.from_name AS name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
        UNION
        SELECT l.to_name FROM ledger.batch_lines l WHERE l.batch_id = p_batch
    ), known AS (
        SELECT count(*) AS accounts, count(*) FILTER (
            WHERE found.name IS NULL AND NOT EXISTS (
                SELECT FROM ledger.users u WHERE u.username = party.name)) AS missing
        FROM party
        LEFT JOIN ledger.batch_parties found ON found.batch_id = p_batch AND found.name = party.name
        WHERE NOT starts_with(party.name, '@')
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
