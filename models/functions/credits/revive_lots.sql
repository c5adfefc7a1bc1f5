-- Bring back credits that have gone to @breakage: each expiry that was not given back yet is reversed whole, into a new
-- credit of the same source with the stated end; without one, it has none. The amount is what has gone.
CREATE OR REPLACE FUNCTION ledger.revive_lots(
    p_key uuid, p_selection jsonb, p_expires_at timestamptz, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'revive_lots', jsonb_build_object(
        'selection', p_selection, 'expires_at', ledger.utc(p_expires_at), 'reason', p_reason)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_revive_lots(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    until constant timestamptz := p_request ->> 'expires_at';
    selection constant jsonb := p_request -> 'selection';
    wallets bigint[];
    at timestamptz;
    seen record;
    skipped jsonb;
    act bigint;
    postings ledger.posting[];
BEGIN
    PERFORM ledger.require_reason(p_request);
    PERFORM ledger.require_selection(selection);
    IF until <= clock_timestamp() THEN
        PERFORM ledger.refuse('expiry.past');
    END IF;
    PERFORM ledger.require_currency(selection ->> 'currency');
    PERFORM ledger.admit('revive_lots', selection ->> 'currency', (selection ->> 'amount')::numeric, p_approved);
    wallets := ARRAY(SELECT DISTINCT e.wallet_id FROM ledger.expired_lots(selection) e ORDER BY 1);
    PERFORM ledger.hold_wallets(wallets, enum_range(NULL::ledger.account_status));
    at := clock_timestamp();
    SELECT coalesce(array_agg(DISTINCT e.lot_id), '{}') AS lots, count(DISTINCT e.lot_id) AS count,
        coalesce(sum(e.amount), 0) AS amount,
        count(DISTINCT e.lot_id) FILTER (WHERE w.status <> 'closed') AS able,
        sum(e.amount) FILTER (WHERE w.status <> 'closed') AS able_amount,
        count(DISTINCT e.wallet_id) FILTER (WHERE w.status <> 'closed') AS accounts,
        -- Granted to others while these were waited for: not locked.
        count(*) FILTER (WHERE known.id IS NULL) AS strange
    INTO seen
    FROM ledger.expired_lots(selection) e JOIN ledger.wallets w ON w.id = e.wallet_id
    LEFT JOIN unnest(wallets) known (id) ON known.id = e.wallet_id;
    PERFORM ledger.compare_selection(selection, seen.count, seen.amount, seen.strange);
    skipped := CASE WHEN seen.able = seen.count THEN '{"skipped": {}}' ELSE jsonb_build_object('skipped', jsonb_build_object(
        'closed', jsonb_build_object(
            'count', seen.count - seen.able, 'amount', seen.amount - coalesce(seen.able_amount, 0)))) END;
    IF seen.able = 0 THEN
        PERFORM ledger.refuse('selection.nothing', skipped);
    END IF;
    act := ledger.new_act('revive_lots', p_request, selection ->> 'currency', at, seen.able, seen.able_amount);
    SELECT array_agg(ROW(
        gone.line, 'reversal', breakage.id, gone.wallet_id, gone.amount, NULL, 'Reversal of ' || gone.transaction_id, NULL,
        NULL, NULL, gone.amount, gone.amount, gone.source, until, NULL, gone.transaction_id,
        ledger.act_of(p_request, act), p_request ->> 'ticket')::ledger.posting)
    INTO postings
    FROM (
        SELECT e.*, row_number() OVER (ORDER BY e.wallet_id, e.transaction_id)::integer AS line
        FROM ledger.expired_lots(jsonb_build_object('currency', selection -> 'currency', 'lots', to_jsonb(seen.lots))) e
        JOIN ledger.wallets w ON w.id = e.wallet_id WHERE w.status <> 'closed'
    ) gone CROSS JOIN (SELECT ledger.system_wallet('@breakage', wallets[1]) AS id) breakage;
    INSERT INTO ledger.lot_events (lot_id, act_id, amount, expires_before)
    SELECT e.lot_id, act, sum(e.amount)::bigint, min(l.expires_at)
    FROM ledger.expired_lots(jsonb_build_object('currency', selection -> 'currency', 'lots', to_jsonb(seen.lots))) e
    JOIN ledger.wallets w ON w.id = e.wallet_id JOIN ledger.credit_lots l ON l.id = e.lot_id
    WHERE w.status <> 'closed' GROUP BY e.lot_id;
    PERFORM ledger.post(postings, NULL, NULL, at, '{active,frozen}');
    RETURN jsonb_build_object('status', 'revived', 'act', act, 'count', seen.able, 'amount', seen.able_amount,
        'accounts', seen.accounts, 'expires_at', until, 'acted_at', at) || skipped;
END $$;
