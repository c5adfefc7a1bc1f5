-- Put the settled transactions under seal, a range of at most p_limit rows a call: their digests are kept and the
-- range's hash enters the audit chain. Nothing that posts waits for it. A row that is not what its operation asked for
-- is never sealed: the range ends before it, and it is named.
CREATE OR REPLACE FUNCTION ledger.seal(p_limit integer DEFAULT 100000) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.begin_write();
    RETURN ledger.do_seal(p_limit);
END $$;

CREATE OR REPLACE FUNCTION ledger.do_seal(p_limit integer) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET work_mem = '128MB' AS $$
DECLARE
    most constant integer := least(greatest(p_limit, 1), 1000000);
    settled record;
    sealed_to bigint;
    through bigint;
    wrong record;
    range record;
    event bigint;
BEGIN
    -- Its own rows a transaction would take for settled.
    IF EXISTS (
        SELECT FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.relation = 'ledger.transactions'::regclass
            AND l.mode = 'RowExclusiveLock') THEN
        RAISE EXCEPTION 'a seal is a transaction of its own' USING ERRCODE = 'restrict_violation';
    END IF;
    settled := ledger.settled_transactions();
    sealed_to := coalesce((SELECT max(s.last_id) FROM ledger.seals s), 0);
    IF settled.through_id IS NULL THEN
        RETURN jsonb_build_object('status', 'waiting', 'rows', 0, 'sealed_to', sealed_to, 'more', true,
            'pids', to_jsonb(settled.pids));
    END IF;
    SELECT max(row.id) INTO through FROM (
        SELECT t.id FROM ledger.transactions t WHERE t.id > sealed_to AND t.id <= settled.through_id
        ORDER BY t.id LIMIT most) row;
    wrong := ledger.first_contradiction(sealed_to, through);
    IF wrong.transaction IS NOT NULL THEN
        through := wrong.transaction - 1;
    END IF;
    SELECT min(row.id) AS first_id, max(row.id) AS last_id, count(*) AS rows,
        sha256(string_agg(row.digest, '' ORDER BY row.id)) AS hash,
        string_agg(int8send(row.id) || substr(row.digest, 1, 8), '' ORDER BY row.id) AS digests
    INTO range
    FROM (
        SELECT t.id, ledger.transaction_digest(t) AS digest FROM ledger.transactions t
        WHERE t.id > sealed_to AND t.id <= through
    ) row;
    IF range.rows > 0 THEN
        BEGIN
            event := ledger.note('seal', 'transactions:' || range.first_id || '-' || range.last_id, 'done', '',
                jsonb_build_object('rows', range.rows, 'hash', encode(range.hash, 'hex'),
                    'digests', encode(sha256(range.digests), 'hex')));
            INSERT INTO ledger.seals (first_id, last_id, row_count, hash, digests, event_id)
            VALUES (range.first_id, range.last_id, range.rows, range.hash, range.digests, event);
        EXCEPTION
            -- Another has sealed from here meanwhile, and has the head no longer: that seal stands.
            WHEN unique_violation THEN
                RETURN jsonb_build_object('status', 'again', 'rows', 0, 'sealed_to', sealed_to, 'more', true);
        END;
        sealed_to := range.last_id;
    END IF;
    IF wrong.transaction IS NOT NULL AND NOT EXISTS (
        -- Once is enough: the keeper tries again and again.
        SELECT FROM ledger.audit_events e
        WHERE e.subject = 'transaction:' || wrong.transaction AND e.action = 'seal' AND e.outcome = 'refused'
            AND e.detail = jsonb_build_object('code', wrong.code, 'expected', wrong.asked, 'found', wrong.stands)) THEN
        PERFORM ledger.note('seal', 'transaction:' || wrong.transaction, 'refused', '',
            jsonb_build_object('code', wrong.code, 'expected', wrong.asked, 'found', wrong.stands));
    END IF;
    RETURN jsonb_build_object('status', CASE WHEN wrong.transaction IS NULL THEN 'done' ELSE 'stopped' END,
        'rows', range.rows, 'sealed_from', range.first_id, 'sealed_to', sealed_to,
        'more', wrong.transaction IS NULL AND range.rows >= most, 'transaction', wrong.transaction,
        'code', wrong.code, 'expected', wrong.asked, 'found', wrong.stands);
END $$;

-- SHA-256 of one transaction, every column of it but the currency, which is its wallets' (verify compares them); record
-- text quotes its fields, so no two look alike. A ticket counts where there is one: rows of before it stay as they are.
CREATE OR REPLACE FUNCTION ledger.transaction_digest(t ledger.transactions) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(ROW(t.id, extract(epoch FROM t.posted_at), extract(epoch FROM t.effective_at),
    t.from_wallet, t.to_wallet, t.amount, t.from_balance_after, t.to_balance_after, t.batch_id, t.reverses,
    t.reservation_id, t.kind, t.reference, t.description, t.operator, t.metadata)::text
    || CASE WHEN t.ticket IS NULL THEN '' ELSE ROW(t.ticket)::text END, 'UTF8'));
