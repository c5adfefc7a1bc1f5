-- SHA-256 over all lines in their order, and the batches whose rest is taken where there are any; record text quotes its
-- fields, so no two contents look alike.
CREATE OR REPLACE FUNCTION ledger.batch_content_hash(p_batch bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(string_agg(
        CASE WHEN l.lot_source IS NULL AND l.lot_expires_at IS NULL
            THEN ROW(l.line_no, l.from_name, l.to_name, l.amount, l.reference, l.description,
                extract(epoch FROM l.effective_at))::text
            ELSE ROW(l.line_no, l.from_name, l.to_name, l.amount, l.reference, l.description,
                extract(epoch FROM l.effective_at), l.lot_source, extract(epoch FROM l.lot_expires_at))::text
        END, E'\n' ORDER BY l.line_no) || coalesce((
            SELECT E'\noffset ' || string_agg(o.reversed_batch::text, ' ' ORDER BY o.reversed_batch)
            FROM ledger.batch_offsets o WHERE o.batch_id = p_batch), ''), 'UTF8'))
    FROM ledger.batch_lines l WHERE l.batch_id = p_batch
$$;
