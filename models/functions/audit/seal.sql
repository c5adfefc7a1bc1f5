-- Put the settled transactions under seal, a range of at most p_limit rows a call: their digests are kept and
-- the range's hash enters the audit chain. Nothing that posts waits for it. A range reaches as far as the mark
-- that an earlier call made, once every transaction of that time has ended; then the mark moves on.
CREATE OR REPLACE FUNCTION ledger.seal(p_limit integer DEFAULT 100000) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '128MB' AS $$
DECLARE
    newest bigint := coalesce(pg_sequence_last_value('ledger.transactions_id_seq'), 0);
    now_running pg_snapshot;
    oldest bigint;
    next bigint;
    mark ledger.seal_marks;
    sealed_to bigint;
    range record;
    event bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'seals are made in READ COMMITTED only' USING ERRCODE = 'restrict_violation';
    END IF;
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'a seal is a transaction of its own' USING ERRCODE = 'restrict_violation';
    END IF;
    -- After `newest` was read: who draws a lower id is in this snapshot's running ones or has ended.
    now_running := pg_current_snapshot();
    oldest := pg_snapshot_xmin(now_running)::text;
    -- Not the snapshot's xmax, which is the number after the last that has ended: others may be under way
    -- beyond it. Our own number is drawn after `newest` was read, so whoever drew a lower id has a lower one.
    next := pg_current_xact_id()::text;
    SELECT * INTO mark FROM ledger.seal_marks FOR UPDATE;
    IF mark.one IS NULL OR mark.next_xid > next THEN
        -- The first call, or a ledger restored into a cluster with a younger clock of transactions.
        INSERT INTO ledger.seal_marks (through_id, next_xid) VALUES (newest, next)
        ON CONFLICT (one) DO UPDATE SET through_id = excluded.through_id, next_xid = excluded.next_xid;
        mark := ROW(true, newest, next);
    END IF;
    sealed_to := coalesce((SELECT max(s.last_id) FROM ledger.seals s), 0);
    IF oldest < mark.next_xid THEN
        RETURN jsonb_build_object('status', 'waiting', 'rows', 0, 'sealed_to', sealed_to, 'more', true);
    END IF;
    SELECT min(row.id) AS first_id, max(row.id) AS last_id, count(*) AS rows,
        sha256(string_agg(row.digest, '' ORDER BY row.id)) AS hash,
        string_agg(int8send(row.id) || substr(row.digest, 1, 8), '' ORDER BY row.id) AS digests
    INTO range
    FROM (
        SELECT t.id, ledger.transaction_digest(t) AS digest FROM ledger.transactions t
        WHERE t.id > sealed_to AND t.id <= mark.through_id
        ORDER BY t.id LIMIT least(greatest(p_limit, 1), 1000000)
    ) row;
    IF range.rows > 0 THEN
        event := ledger.note('seal', 'transactions:' || range.first_id || '-' || range.last_id, 'done', '',
            jsonb_build_object('rows', range.rows, 'hash', encode(range.hash, 'hex'),
                'digests', encode(sha256(range.digests), 'hex')));
        INSERT INTO ledger.seals (first_id, last_id, row_count, hash, digests, event_id)
        VALUES (range.first_id, range.last_id, range.rows, range.hash, range.digests, event);
        sealed_to := range.last_id;
    END IF;
    IF range.rows < least(greatest(p_limit, 1), 1000000) THEN
        UPDATE ledger.seal_marks SET through_id = newest, next_xid = next;
    END IF;
    RETURN jsonb_build_object('status', 'done', 'rows', range.rows, 'sealed_from', range.first_id,
        'sealed_to', sealed_to, 'more', range.rows >= least(greatest(p_limit, 1), 1000000) OR newest > mark.through_id);
END $$;

-- SHA-256 of one transaction, every column of it; record text quotes its fields, so no two look alike.
CREATE OR REPLACE FUNCTION ledger.transaction_digest(t ledger.transactions) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(ROW(t.id, extract(epoch FROM t.posted_at), extract(epoch FROM t.effective_at),
    t.from_wallet, t.to_wallet, t.amount, t.from_balance_after, t.to_balance_after, t.batch_id, t.reverses,
    t.reservation_id, t.kind, t.reference, t.description, t.operator, t.metadata)::text, 'UTF8'));
