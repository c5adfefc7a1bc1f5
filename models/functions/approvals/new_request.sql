-- Write a request down with the rule that holds for it now. Internal.
CREATE OR REPLACE FUNCTION ledger.new_request(
    p_kind text, p_request jsonb, p_reason text, p_ticket text DEFAULT NULL, p_follows bigint DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    worth record := ledger.worth_of(p_kind, p_request);
    needed smallint;
    made bigint;
    seen bytea := ledger.request_hash(p_kind, p_request);
    facts jsonb;
    ends timestamptz;
BEGIN
    -- Until it is written down: what was tried has given its locks back.
    IF NOT ledger.is_control(p_kind) THEN
        PERFORM ledger.require_currency(worth.currency);
    END IF;
    needed := greatest(ledger.checkers_for(p_kind, worth.currency, worth.amount), 1::smallint);
    IF p_follows IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger.approval_requests r
        WHERE (r.id, r.created_by, r.kind, r.status::text) = (p_follows, session_user, p_kind, 'returned')) THEN
        PERFORM ledger.refuse('request.follows');
    END IF;
    facts := ledger.request_facts(p_kind, p_request);
    ends := clock_timestamp() + coalesce((
        SELECT t.days FROM ledger.approval_terms t WHERE t.currency = worth.currency), 14) * interval '1 day';
    INSERT INTO ledger.approval_requests AS r (
        kind, request, content, currency, amount, approvals_required, reason, ticket, expires_at, follows, facts)
    VALUES (p_kind, p_request, seen, worth.currency, worth.amount, needed, p_reason, p_ticket, ends, p_follows, facts)
    RETURNING r.id INTO made;
    RETURN jsonb_build_object('status', 'submitted', 'request', made, 'approvals_required', needed,
        'content', encode(seen, 'hex'), 'expires_at', ledger.utc(ends),
        'facts', encode(sha256(convert_to(facts::text, 'UTF8')), 'hex'))
        || jsonb_strip_nulls(jsonb_build_object('follows', p_follows));
END $$;

-- What a request moves: its currency and amount, which the rules and limits go by; of a change of a control, neither. Internal.
CREATE OR REPLACE FUNCTION ledger.worth_of(
    p_kind text, p_request jsonb, OUT currency text, OUT amount numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF ledger.is_control(p_kind) THEN
        RETURN;
    ELSIF p_kind IN ('transfer', 'grant_credit') THEN
        currency := p_request ->> 'currency';
        amount := p_request ->> 'amount';
    ELSIF p_kind = 'set_overdraft_limit' THEN
        currency := p_request ->> 'currency';
        amount := p_request ->> 'limit';
    ELSIF p_kind = 'capture' THEN
        SELECT w.currency, coalesce((p_request ->> 'amount')::bigint, r.amount) INTO currency, amount
        FROM ledger.reservations r JOIN ledger.wallets w ON w.id = r.wallet_id
        WHERE r.reference = p_request ->> 'reservation';
    ELSIF p_kind = 'reverse_transaction' THEN
        SELECT w.currency, coalesce((p_request ->> 'amount')::bigint, t.amount - ledger.reversed_of(t.id))
        INTO currency, amount
        FROM ledger.transactions t JOIN ledger.wallets w ON w.id = t.from_wallet
        WHERE t.id = (p_request ->> 'transaction')::bigint;
    ELSIF p_kind IN ('extend_lots', 'end_lots', 'revive_lots') THEN
        currency := p_request #>> '{selection,currency}';
        amount := p_request #>> '{selection,amount}';
    ELSIF p_kind IN ('post_batch', 'reverse_batch') THEN
        SELECT b.currency, coalesce(b.total, (
            SELECT sum(l.amount) FROM ledger.batch_lines l WHERE l.batch_id = b.id)) INTO currency, amount
        FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint;
    ELSE
        PERFORM ledger.refuse('request.kind', jsonb_build_object('kind', p_kind));
    END IF;
    IF currency IS NULL OR amount IS NULL THEN
        PERFORM ledger.refuse('request.invalid', jsonb_build_object('kind', p_kind));
    END IF;
END $$;
