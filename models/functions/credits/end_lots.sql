-- End credits now: what no hold keeps of them goes to @breakage at once, as what expires does, with the reason on each
-- transaction. What a hold keeps stays for its capture.
CREATE OR REPLACE FUNCTION ledger.end_lots(
    p_key uuid, p_selection jsonb, p_reason text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'end_lots', jsonb_build_object(
        'selection', p_selection, 'reason', p_reason) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_end_lots(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chosen record;
    judged record;
    skipped jsonb;
    act bigint;
    postings ledger.posting[];
    changes ledger.lot_change[];
    gone bigint;
BEGIN
    chosen := ledger.choose_lots('end_lots', p_request, p_approved);
    SELECT array_agg(l.id) FILTER (WHERE l.why IS NULL) AS lots, count(*) FILTER (WHERE l.why IS NULL) AS count,
        coalesce(sum(l.remaining) FILTER (WHERE l.why IS NULL), 0) AS amount,
        count(DISTINCT l.wallet_id) FILTER (WHERE l.why IS NULL) AS accounts,
        array_agg(DISTINCT l.wallet_id) FILTER (WHERE l.why IS NULL) AS wallets
    INTO judged FROM ledger.judge_lots(chosen.lots, chosen.at, false, NULL) l;
    skipped := ledger.skipped_lots(chosen.lots, chosen.at, false, NULL);
    IF judged.count = 0 THEN
        PERFORM ledger.refuse('selection.nothing', skipped);
    END IF;
    -- What time has ended is told as that.
    PERFORM ledger.expire_lots(judged.wallets, chosen.at);
    act := ledger.new_act('end_lots', p_request, p_request #>> '{selection,currency}', chosen.at, judged.count, judged.amount);
    PERFORM ledger.end_lots_at(judged.lots, chosen.at, act);
    SELECT array_agg(ROW(
            dead.line, 'expiry', dead.wallet_id, breakage.id, dead.dead, NULL, 'Credit ended', NULL, dead.dead, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, ledger.act_of(p_request, act), p_request ->> 'ticket')::ledger.posting),
        array_agg(ROW(dead.line, dead.lot_id, -dead.dead)::ledger.lot_change), coalesce(sum(dead.dead), 0)
    INTO postings, changes, gone
    FROM (
        SELECT d.*, row_number() OVER (ORDER BY d.wallet_id, d.lot_id)::integer AS line
        FROM ledger.dead_lots(judged.wallets, chosen.at) d
    ) dead CROSS JOIN (SELECT ledger.system_wallet('@breakage', judged.wallets[1]) AS id) breakage;
    IF postings IS NOT NULL THEN
        PERFORM ledger.post(postings, NULL, changes, chosen.at, enum_range(NULL::ledger.account_status));
    END IF;
    RETURN jsonb_build_object('status', 'ended', 'act', act, 'count', judged.count, 'amount', judged.amount,
        'accounts', judged.accounts, 'gone', gone, 'held', judged.amount - gone, 'acted_at', chosen.at) || skipped;
END $$;

-- What a movement keeps in its metadata of the act that it is of. Internal.
CREATE OR REPLACE FUNCTION ledger.act_of(p_request jsonb, p_act bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN coalesce(ledger.reason_of(p_request), '{}') || jsonb_build_object('act', p_act);
