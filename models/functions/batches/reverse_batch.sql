-- Give back what a whole batch moved and nobody has given back yet, as one transaction; again and again until nothing is
-- left. Policy `all`: every line in full or none, judged on the balances after all of them. Policy `available`: from each
-- account what is there, in the order of the lines; the rest stays (transactions/reversal_plan.sql lists it). A freeze stops
-- spending, not what is given back.
CREATE OR REPLACE FUNCTION ledger.reverse_batch(
    p_key uuid, p_batch bigint, p_policy text, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'reverse_batch', jsonb_build_object(
        'batch', p_batch, 'policy', p_policy, 'reason', p_reason) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_reverse_batch(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '256MB' SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    whole boolean := p_request ->> 'policy' = 'all';
    batch ledger.batches;
    wallets bigint[];
    at timestamptz;
    done record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF coalesce(p_request ->> 'policy', '') NOT IN ('all', 'available') THEN
        PERFORM ledger.refuse('reversal.policy');
    END IF;
    SELECT * INTO batch FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint FOR UPDATE;
    IF batch.id IS NULL THEN
        PERFORM ledger.refuse('batch.unknown', jsonb_build_object('batch', p_request ->> 'batch'));
    ELSIF batch.reversed_total = batch.total THEN
        PERFORM ledger.refuse('reversal.repeated', jsonb_build_object('by', batch.reversed_by, 'at', batch.reversed_at));
    ELSIF batch.status NOT IN ('posted', 'reversed') THEN
        PERFORM ledger.refuse('batch.status', jsonb_build_object('status', batch.status));
    END IF;
    PERFORM ledger.admit(
        'reverse_batch', batch.currency, batch.total - coalesce(batch.reversed_total, 0), p_approved);
    wallets := ledger.wallets_of_batch(batch.id);
    IF whole THEN
        PERFORM ledger.hold_givers(wallets);
    ELSE
        PERFORM ledger.hold_wallets(wallets, enum_range(NULL::ledger.account_status));
    END IF;
    at := clock_timestamp();
    PERFORM ledger.expire_lots(wallets, at);
    done := ledger.give_back(batch, whole, NULL, p_request, at);
    IF done.code IS NOT NULL THEN
        PERFORM ledger.refuse(done.code);
    END IF;
    RETURN jsonb_build_object('status', 'reversed', 'batch', batch.id, 'lines', done.lines,
        'total', done.total::text, 'short', (done.wanted - done.total)::text,
        'left', done.remaining, 'first', done.first_id, 'last', done.last_id, 'posted_at', at);
END $$;

-- The wallets that a posted batch moved. Internal.
CREATE OR REPLACE FUNCTION ledger.wallets_of_batch(p_batch bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(side.wallet) FROM (
        SELECT t.from_wallet AS wallet FROM ledger.transactions t WHERE t.batch_id = p_batch
        UNION SELECT t.to_wallet FROM ledger.transactions t WHERE t.batch_id = p_batch) side
$$;

-- Post what is left of a batch the other way, its wallets and its row being locked: all of it or, without p_whole, what is
-- there; of each payer of it no more than p_caps says, where that is given: {wallet: minor units}. Returns why nothing was
-- taken, or how many lines and how much of what was wanted, and how many lines gave nothing. Internal.
CREATE OR REPLACE FUNCTION ledger.give_back(
    p_batch ledger.batches, p_whole boolean, p_caps jsonb, p_request jsonb, p_at timestamptz,
    OUT code text, OUT lines integer, OUT total numeric, OUT wanted numeric, OUT remaining integer,
    OUT first_id bigint, OUT last_id bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    plan record;
    done record;
BEGIN
    WITH line AS (
        SELECT p.*, CASE WHEN p_whole THEN p.amount WHEN p_caps IS NULL THEN p.taken ELSE (
            least(sum(p.taken) OVER payer, coalesce((p_caps ->> p.payer::text)::numeric, 0))
            - least(sum(p.taken) OVER payer - p.taken, coalesce((p_caps ->> p.payer::text)::numeric, 0)))::bigint
            END AS taking
        FROM ledger.reversal_plan(p_batch.id) p WINDOW payer AS (PARTITION BY p.payer ORDER BY p.line)
    )
    SELECT count(*) AS lines, sum(l.amount) AS wanted, sum(l.taking) AS total,
        bool_or(l.lot_remaining < l.amount) AS spent,
        array_agg(ROW(
            l.line, 'reversal', l.payer, l.payee, l.taking, NULL, 'Reversal of ' || l.transaction_id, NULL,
            CASE WHEN l.lot_id IS NOT NULL THEN l.taking END,
            NULL, NULL, NULL, NULL, NULL, NULL, l.transaction_id,
            jsonb_build_object('reason', p_request ->> 'reason', 'batch', p_batch.id),
            p_request ->> 'ticket')::ledger.posting) FILTER (WHERE l.taking > 0) AS postings,
        array_agg(ROW(l.line, l.lot_id, -l.taking)::ledger.lot_change)
            FILTER (WHERE l.lot_id IS NOT NULL AND l.taking > 0) AS changes
    INTO plan FROM line l;
    IF plan.postings IS NULL THEN
        code := 'reversal.nothing';
        RETURN;
    ELSIF p_whole AND plan.spent THEN
        code := 'reversal.spent';
        RETURN;
    END IF;
    done := ledger.post(plan.postings, NULL, plan.changes, p_at, '{active,frozen}');
    UPDATE ledger.batches b SET status = 'reversed', reversed_by = session_user, reversed_at = p_at,
        -- What was reversed line by line before counts too.
        reversed_total = b.total - (plan.wanted - plan.total)
    WHERE b.id = p_batch.id;
    lines := done.lines;
    total := plan.total;
    wanted := plan.wanted;
    remaining := plan.lines - done.lines;
    first_id := done.first_id;
    last_id := done.last_id;
END $$;
