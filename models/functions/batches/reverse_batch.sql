-- Give back what a whole batch moved, as one transaction. Policy `all`: every line in full or none, judged on
-- the balances after all of them. Policy `available`: from each account what is there, in the order of the
-- lines; the rest stays, and is told. Lines that were reversed one by one stay as they are.
CREATE OR REPLACE FUNCTION ledger.reverse_batch(p_key uuid, p_batch bigint, p_policy text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'reverse_batch', jsonb_build_object(
        'batch', p_batch, 'policy', p_policy, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_reverse_batch(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '256MB' SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    whole boolean := p_request ->> 'policy' = 'all';
    batch ledger.batches;
    wallets bigint[];
    at timestamptz;
    plan record;
    done record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF coalesce(p_request ->> 'policy', '') NOT IN ('all', 'available') THEN
        PERFORM ledger.refuse('reversal.policy');
    END IF;
    SELECT * INTO batch FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint FOR UPDATE;
    IF batch.id IS NULL THEN
        PERFORM ledger.refuse('batch.unknown', jsonb_build_object('batch', p_request ->> 'batch'));
    ELSIF batch.status = 'reversed' THEN
        PERFORM ledger.refuse('reversal.repeated', jsonb_build_object('by', batch.reversed_by, 'at', batch.reversed_at));
    ELSIF batch.status <> 'posted' THEN
        PERFORM ledger.refuse('batch.status', jsonb_build_object('status', batch.status));
    END IF;
    PERFORM ledger.admit('reverse_batch', batch.currency, batch.total, p_approved);
    wallets := ARRAY(
        SELECT t.from_wallet FROM ledger.transactions t WHERE t.batch_id = batch.id
        UNION SELECT t.to_wallet FROM ledger.transactions t WHERE t.batch_id = batch.id);
    PERFORM ledger.hold_wallets(wallets, NOT whole);
    at := clock_timestamp();
    PERFORM ledger.expire_lots(wallets, at);
    SELECT count(*) AS lines, sum(p.amount) AS wanted, sum(CASE WHEN whole THEN p.amount ELSE p.taken END) AS total,
        bool_or(p.lot_remaining < p.amount) AS spent,
        array_agg(ROW(
            p.line, 'reversal', p.payer, p.payee, CASE WHEN whole THEN p.amount ELSE p.taken END, NULL,
            'Reversal of ' || p.transaction_id, NULL,
            CASE WHEN p.lot_id IS NOT NULL THEN CASE WHEN whole THEN p.amount ELSE p.taken END END,
            NULL, NULL, NULL, NULL, NULL, NULL, p.transaction_id,
            jsonb_build_object('reason', p_request ->> 'reason', 'batch', batch.id))::ledger.posting)
            FILTER (WHERE whole OR p.taken > 0) AS postings,
        array_agg(ROW(p.line, p.lot_id, -CASE WHEN whole THEN p.amount ELSE p.taken END)::ledger.lot_change)
            FILTER (WHERE p.lot_id IS NOT NULL AND (whole OR p.taken > 0)) AS changes
    INTO plan FROM ledger.reversal_plan(batch.id) p;
    IF plan.postings IS NULL THEN
        PERFORM ledger.refuse('reversal.nothing');
    ELSIF whole AND plan.spent THEN
        PERFORM ledger.refuse('reversal.spent');
    END IF;
    done := ledger.post(plan.postings, NULL, plan.changes, at);
    UPDATE ledger.batches b SET status = 'reversed', reversed_by = session_user, reversed_at = done.posted_at,
        reversed_total = plan.total
    WHERE b.id = batch.id;
    RETURN jsonb_build_object('status', 'reversed', 'batch', batch.id, 'lines', done.lines,
        'total', plan.total::text, 'short', (plan.wanted - plan.total)::text,
        'left', plan.lines - done.lines, 'first', done.first_id, 'last', done.last_id, 'posted_at', done.posted_at);
END $$;
