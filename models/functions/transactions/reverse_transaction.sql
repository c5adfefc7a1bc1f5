-- Give back what one transaction moved: without an amount, all that is left of it; in parts until nothing is. A lot that
-- has expired since is not revived: its part becomes a new lot when an expiry is stated, or plain balance. A freeze stops
-- spending, not what is given back.
CREATE OR REPLACE FUNCTION ledger.reverse_transaction(
    p_key uuid, p_transaction bigint, p_amount bigint, p_reason text, p_lot_expires_at timestamptz DEFAULT NULL,
    p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'reverse_transaction', jsonb_build_object(
        'transaction', p_transaction, 'amount', p_amount, 'reason', p_reason,
        'lot_expires_at', ledger.utc(p_lot_expires_at)) || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_reverse_transaction(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    original ledger.transactions;
    back record := NULL;
    amount bigint;
    at timestamptz;
    taken record;
    given record;
    done record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    SELECT * INTO original FROM ledger.transactions t WHERE t.id = (p_request ->> 'transaction')::bigint;
    IF original.id IS NULL THEN
        PERFORM ledger.refuse('transaction.unknown', jsonb_build_object('transaction', p_request ->> 'transaction'));
    ELSIF original.kind = 'reversal' THEN
        PERFORM ledger.refuse('reversal.of_reversal', jsonb_build_object('transaction', original.id));
    END IF;
    -- A batch before its wallets, as everywhere: what it has given back is counted on it.
    PERFORM FROM ledger.batches b WHERE b.id = original.batch_id FOR NO KEY UPDATE;
    amount := coalesce((p_request ->> 'amount')::bigint, original.amount - ledger.reversed_of(original.id));
    IF amount < 0 OR (p_request ->> 'amount')::bigint = 0 THEN
        PERFORM ledger.refuse('amount.sign');
    END IF;
    PERFORM ledger.admit('reverse_transaction', original.currency, amount, p_approved);
    PERFORM ledger.hold_givers(ARRAY[original.from_wallet, original.to_wallet]);
    at := clock_timestamp();
    -- The constraints say so too, but the wallets' floors would speak first.
    SELECT r.part, r.reversed_through, original.amount - r.reversed_through AS remaining, t.id, t.operator, t.posted_at
    INTO back
    FROM ledger.reversals r JOIN ledger.transactions t ON t.id = r.transaction_id
    WHERE r.reverses = original.id ORDER BY r.part DESC LIMIT 1;
    IF back.remaining = 0 THEN
        PERFORM ledger.refuse('reversal.repeated', jsonb_build_object(
            'transaction', back.id, 'by', back.operator, 'at', back.posted_at));
    ELSIF amount > coalesce(back.remaining, original.amount) THEN
        PERFORM ledger.refuse('reversal.more', ledger.of_currency(original.currency) || jsonb_build_object(
            'amount', original.amount, 'left', coalesce(back.remaining, original.amount)));
    END IF;
    -- Expired credit must not stand in for money.
    PERFORM ledger.expire_lots(ARRAY[original.from_wallet, original.to_wallet], at);
    taken := ledger.reversal_takes(original.id, amount);
    given := ledger.reversal_gives(
        original, coalesce(back.reversed_through, 0), amount, at, p_request ->> 'lot_expires_at' IS NOT NULL);
    done := ledger.post(ARRAY[ROW(
        1, 'reversal', original.to_wallet, original.from_wallet, amount, NULL,
        'Reversal of ' || original.id, NULL, taken.granted, NULL, given.granted, given.opened, given.source,
        (p_request ->> 'lot_expires_at')::timestamptz, NULL, original.id,
        ledger.reason_of(p_request), p_request ->> 'ticket')::ledger.posting],
        NULL, taken.changes || given.changes, at, '{active,frozen}');
    UPDATE ledger.batches b SET reversed_total = b.reversed_total + amount
    WHERE b.id = original.batch_id AND b.status = 'reversed';
    RETURN jsonb_build_object('status', 'reversed', 'transaction', done.first_id, 'reverses', original.id,
        'amount', amount, 'part', coalesce(back.part, 0) + 1,
        'left', original.amount - coalesce(back.reversed_through, 0) - amount, 'posted_at', done.posted_at,
        'lot', (SELECT l.id FROM ledger.credit_lots l WHERE l.opened_by = done.first_id));
END $$;

-- A grant is taken back from the lot that it opened, and from nothing else. Internal.
CREATE OR REPLACE FUNCTION ledger.reversal_takes(
    p_transaction bigint, p_amount bigint, OUT granted bigint, OUT changes ledger.lot_change[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lot ledger.credit_lots;
BEGIN
    SELECT * INTO lot FROM ledger.credit_lots l WHERE l.opened_by = p_transaction;
    IF lot.id IS NULL THEN
        RETURN;
    ELSIF lot.remaining < p_amount THEN
        PERFORM ledger.refuse(CASE WHEN EXISTS (
            SELECT FROM ledger.lot_movements m JOIN ledger.transactions t ON t.id = m.transaction_id
            WHERE m.lot_id = lot.id AND t.kind = 'expiry') THEN 'reversal.expired' ELSE 'reversal.spent' END,
            ledger.of_currency((SELECT w.currency FROM ledger.wallets w WHERE w.id = lot.wallet_id))
                || jsonb_build_object('lot', lot.id, 'remaining', lot.remaining, 'short', p_amount - lot.remaining));
    END IF;
    granted := p_amount;
    changes := ARRAY[ROW(1, lot.id, -p_amount)::ledger.lot_change];
END $$;

-- What was burned comes back last burned first: plain balance, then the lots from the last one on; a part goes on where
-- p_done, what came back before it, has stopped. What expired since is counted as a new lot or as plain balance. Internal.
CREATE OR REPLACE FUNCTION ledger.reversal_gives(
    p_original ledger.transactions, p_done bigint, p_amount bigint, p_at timestamptz, p_new_lot boolean,
    OUT granted bigint, OUT opened bigint, OUT source text, OUT changes ledger.lot_change[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH burned AS (
        SELECT l.id, l.source, l.expires_at > p_at OR l.expires_at IS NULL AS alive, -m.amount AS amount,
            p_original.amount - sum(-m.amount) OVER () + coalesce(sum(-m.amount) OVER (
                ORDER BY l.expires_at DESC, l.created_at DESC, l.id DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM ledger.lot_movements m JOIN ledger.credit_lots l ON l.id = m.lot_id
        WHERE m.transaction_id = p_original.id AND m.amount < 0
    ), back AS (
        SELECT burned.id, burned.source, burned.alive,
            (least(burned.before + burned.amount, p_done + p_amount) - greatest(burned.before, p_done))::bigint AS amount
        FROM burned WHERE burned.before < p_done + p_amount AND burned.before + burned.amount > p_done
    )
    SELECT nullif(coalesce(sum(back.amount) FILTER (WHERE back.alive OR p_new_lot), 0), 0)::bigint,
        nullif(coalesce(sum(back.amount) FILTER (WHERE NOT back.alive AND p_new_lot), 0), 0)::bigint,
        min(back.source) FILTER (WHERE NOT back.alive),
        array_agg(ROW(1, back.id, back.amount)::ledger.lot_change) FILTER (WHERE back.alive)
    FROM back
$$;
