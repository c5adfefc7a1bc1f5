-- One transfer. Nearly all of them are unremarkable, and those take the short way here: nothing but the rows they
-- must write, in two thirds of the time. Whatever is remarkable (a key that was used, a rule, a limit, an idle
-- account, an amount that does not reach, a reason, a ticket) leaves nothing behind and takes the whole way,
-- ledger.perform, which judges it. That both ways write the same is tried by tests/faults/sequences/test_sequence.py.
CREATE OR REPLACE FUNCTION ledger.transfer(
    p_key uuid, p_from text, p_to text, p_currency text, p_amount bigint,
    p_reference text DEFAULT NULL, p_description text DEFAULT '', p_effective_at timestamptz DEFAULT NULL,
    p_reason text DEFAULT NULL, p_ticket text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    request jsonb := jsonb_build_object(
        'from', p_from, 'to', p_to, 'currency', p_currency, 'amount', p_amount, 'reference', p_reference,
        'description', p_description, 'effective_at', ledger.utc(p_effective_at));
    payer bigint;
    payee bigint;
    payer_first boolean;
    remarkable boolean;
    first_after bigint;
    second_after bigint;
    answer jsonb;
BEGIN
    IF num_nonnulls(p_reason, p_ticket) > 0 THEN
        RETURN ledger.perform(p_key, 'transfer', request || ledger.by_hand(p_reason, p_ticket));
    END IF;
    SELECT (SELECT w.id FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = p_currency
            WHERE u.username = p_from),
        (SELECT w.id FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = p_currency
            WHERE u.username = p_to),
        EXISTS (SELECT FROM ledger.operations o WHERE o.key = p_key)
            OR EXISTS (SELECT FROM ledger.approval_rules) OR EXISTS (SELECT FROM ledger.limits)
            -- What ledger.begin_write stands against.
            OR current_setting('transaction_isolation') <> 'read committed'
            OR EXISTS (SELECT FROM ledger.operators o WHERE o.name = session_user AND o.status <> 'active')
    INTO payer, payee, remarkable;
    -- The lower id first, as everywhere, or two transfers that cross would deadlock.
    payer_first := payer < payee;
    IF remarkable OR coalesce(p_amount, 0) <= 0 OR num_nulls(p_key, payer, payee) > 0 THEN
        RETURN ledger.perform(p_key, 'transfer', request);
    END IF;
    BEGIN
        UPDATE ledger.wallets w
        SET balance = w.balance + CASE WHEN payer_first THEN -p_amount ELSE p_amount END, version = w.version + 1
        WHERE w.id = CASE WHEN payer_first THEN payer ELSE payee END AND w.kind = 'customer' AND w.status = 'active'
        RETURNING w.balance INTO first_after;
        UPDATE ledger.wallets w
        SET balance = w.balance + CASE WHEN payer_first THEN p_amount ELSE -p_amount END, version = w.version + 1
        WHERE w.id = CASE WHEN payer_first THEN payee ELSE payer END AND w.kind = 'customer' AND w.status = 'active'
        RETURNING w.balance INTO second_after;
        -- Only one side may have no balance, a system account's.
        IF num_nulls(first_after, second_after) <> (starts_with(p_from, '@') <> starts_with(p_to, '@'))::integer THEN
            RAISE EXCEPTION 'remarkable' USING ERRCODE = 'LG003';
        END IF;
        WITH written AS (
            INSERT INTO ledger.transactions AS t (
                posted_at, effective_at, kind, from_wallet, to_wallet, amount, from_balance_after,
                to_balance_after, reference, description, currency)
            -- After the locks, never now(): the wait may have been long.
            SELECT after_locks.at, coalesce(p_effective_at, after_locks.at), ledger.kind_of(p_from, p_to), payer, payee,
                p_amount, CASE WHEN payer_first THEN first_after ELSE second_after END,
                CASE WHEN payer_first THEN second_after ELSE first_after END, p_reference, coalesce(p_description, ''),
                p_currency
            FROM (SELECT clock_timestamp() AS at) after_locks
            RETURNING t.id, t.posted_at
        )
        INSERT INTO ledger.operations AS o (key, kind, request_hash, outcome)
        SELECT p_key, 'transfer', ledger.request_hash('transfer', request), jsonb_build_object(
            'status', 'posted', 'transaction', written.id, 'posted_at', written.posted_at)
        FROM written RETURNING o.outcome INTO answer;
        RETURN answer;
    EXCEPTION
        WHEN SQLSTATE 'LG003' OR integrity_constraint_violation OR numeric_value_out_of_range THEN
            NULL;
    END;
    RETURN ledger.perform(p_key, 'transfer', request);
END $$;

CREATE OR REPLACE FUNCTION ledger.do_transfer(p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    payer text := p_request ->> 'from';
    payee text := p_request ->> 'to';
    amount bigint := p_request ->> 'amount';
    from_wallet bigint;
    to_wallet bigint;
    done record;
BEGIN
    IF amount <= 0 THEN
        -- The constraint says so too, but the wallets' floors would speak first.
        PERFORM ledger.refuse('amount.sign');
    ELSIF p_request ? 'reason' THEN
        PERFORM ledger.require_reason(p_request);
    END IF;
    PERFORM ledger.admit('transfer', p_request ->> 'currency', amount, p_approved);
    SELECT max(w.id) FILTER (WHERE u.username = payer), max(w.id) FILTER (WHERE u.username = payee)
    INTO from_wallet, to_wallet
    FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = p_request ->> 'currency'
    WHERE u.username IN (payer, payee);
    IF from_wallet IS NULL OR to_wallet IS NULL THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object(
            'username', CASE WHEN from_wallet IS NULL THEN payer ELSE payee END));
    END IF;
    done := ledger.post(ARRAY[ROW(
        1, ledger.kind_of(payer, payee), from_wallet, to_wallet, amount, p_request ->> 'reference',
        p_request ->> 'description', (p_request ->> 'effective_at')::timestamptz,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ledger.reason_of(p_request),
        p_request ->> 'ticket')::ledger.posting], NULL);
    RETURN jsonb_build_object('status', 'posted', 'transaction', done.first_id, 'posted_at', done.posted_at);
END $$;
