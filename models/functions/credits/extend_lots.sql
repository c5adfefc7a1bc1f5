-- Give credits a later end, all of them the same, or none: whoever has one keeps it for longer. One that ends later
-- already, that is past its end, or whose account is closed is left out, and the answer says how many and why.
CREATE OR REPLACE FUNCTION ledger.extend_lots(
    p_key uuid, p_selection jsonb, p_expires_at timestamptz, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'extend_lots', jsonb_build_object(
        'selection', p_selection, 'expires_at', ledger.utc(p_expires_at), 'reason', p_reason)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_extend_lots(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    until constant timestamptz := p_request ->> 'expires_at';
    chosen record;
    judged record;
    skipped jsonb;
    act bigint;
BEGIN
    IF until <= clock_timestamp() THEN
        PERFORM ledger.refuse('expiry.past');
    END IF;
    chosen := ledger.choose_lots('extend_lots', p_request, p_approved);
    SELECT array_agg(l.id) FILTER (WHERE l.why IS NULL) AS lots, count(*) FILTER (WHERE l.why IS NULL) AS count,
        coalesce(sum(l.remaining) FILTER (WHERE l.why IS NULL), 0) AS amount,
        count(DISTINCT l.wallet_id) FILTER (WHERE l.why IS NULL) AS accounts
    INTO judged FROM ledger.judge_lots(chosen.lots, chosen.at, true, until) l;
    skipped := ledger.skipped_lots(chosen.lots, chosen.at, true, until);
    IF judged.count = 0 THEN
        PERFORM ledger.refuse('selection.nothing', skipped);
    END IF;
    act := ledger.new_act('extend_lots', p_request, p_request #>> '{selection,currency}', chosen.at, judged.count, judged.amount);
    PERFORM ledger.end_lots_at(judged.lots, until, act);
    RETURN jsonb_build_object('status', 'extended', 'act', act, 'count', judged.count, 'amount', judged.amount,
        'accounts', judged.accounts, 'expires_at', until, 'acted_at', chosen.at) || skipped;
END $$;

-- Of chosen credits, why one is left out; NULL where it is not. p_later: whether an end must be later than the one
-- that there is. Internal.
CREATE OR REPLACE FUNCTION ledger.judge_lots(p_lots bigint[], p_at timestamptz, p_later boolean, p_until timestamptz)
RETURNS TABLE (id bigint, wallet_id bigint, remaining bigint, why text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.id, l.wallet_id, l.remaining, CASE
        WHEN w.status = 'closed' THEN 'closed'
        WHEN l.expires_at <= p_at THEN 'expired'
        WHEN p_later AND (l.expires_at IS NULL OR l.expires_at >= p_until) THEN 'later' END
    FROM unnest(p_lots) chosen (id)
    JOIN ledger.credit_lots l ON l.id = chosen.id JOIN ledger.wallets w ON w.id = l.wallet_id
$$;

-- How many credits were left out and of how much, by the reason. Internal.
CREATE OR REPLACE FUNCTION ledger.skipped_lots(p_lots bigint[], p_at timestamptz, p_later boolean, p_until timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('skipped', coalesce(jsonb_object_agg(left_out.why, jsonb_build_object(
        'count', left_out.count, 'amount', left_out.amount)), '{}'))
    FROM (
        SELECT l.why, count(*) AS count, sum(l.remaining) AS amount
        FROM ledger.judge_lots(p_lots, p_at, p_later, p_until) l WHERE l.why IS NOT NULL GROUP BY l.why) left_out
$$;

-- Set the end of these credits, each with the event that says so. Internal.
CREATE OR REPLACE FUNCTION ledger.end_lots_at(p_lots bigint[], p_until timestamptz, p_act bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH before AS (
        SELECT l.id, l.expires_at FROM ledger.credit_lots l WHERE l.id = ANY (p_lots)
    ), changed AS (
        UPDATE ledger.credit_lots l SET expires_at = p_until FROM before WHERE l.id = before.id
        RETURNING l.id, l.remaining, before.expires_at
    )
    INSERT INTO ledger.lot_events (lot_id, act_id, amount, expires_before)
    SELECT changed.id, p_act, changed.remaining, changed.expires_at FROM changed ORDER BY changed.id
$$;
