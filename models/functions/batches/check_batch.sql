-- The one statement of a check: find the names' wallets, then control totals and every problem. The totals
-- stand in each row; a batch without problems has one row, a batch that does not exist none.
CREATE OR REPLACE FUNCTION ledger.check_batch(p_batch bigint)
RETURNS TABLE (
    lines bigint, total numeric, paid_in numeric, paid_out numeric, accounts bigint, missing bigint,
    content_hash bytea, exponent smallint,
    line_no integer, field text, code text, value text, detail jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM ledger.begin_write();
    PERFORM FROM ledger.batches b WHERE b.id = p_batch AND b.status = 'draft' FOR SHARE;
    IF FOUND THEN
        PERFORM ledger.resolve_batch(p_batch);
    END IF;
    RETURN QUERY
    SELECT s.lines, s.total, s.paid_in, s.paid_out, s.accounts, s.missing, s.content_hash, c.exponent,
        p.line_no, p.field, p.code, p.value, p.detail
    FROM ledger.batches b JOIN ledger.currencies c ON c.code = b.currency
    CROSS JOIN LATERAL ledger.batch_summary(b.id) s
    LEFT JOIN LATERAL ledger.batch_problems(b.id) p ON true
    WHERE b.id = p_batch ORDER BY p.line_no, p.field;
END $$;
