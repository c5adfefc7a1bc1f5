-- The open credits that a selection means now: {currency, lots} or {currency, filter}. A filter's keys are source, user,
-- expires_from, expires_until, no_expiry, left_from, left_through, granted_from, granted_until; ends of time are half-open.
-- A credit past its end is nobody's to choose by a filter. Internal.
CREATE OR REPLACE FUNCTION ledger.matching_lots(p_selection jsonb)
RETURNS TABLE (lot_id bigint, wallet_id bigint, amount bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_selection ? 'lots' THEN
        RETURN QUERY SELECT l.id, l.wallet_id, l.remaining FROM ledger.credit_lots l
            WHERE l.id = ANY (ledger.lots_of(p_selection)) AND l.currency = p_selection ->> 'currency'
                AND l.closed_at IS NULL;
    ELSE
        RETURN QUERY EXECUTE 'SELECT l.id, l.wallet_id, l.remaining FROM ledger.credit_lots l
            WHERE l.closed_at IS NULL AND (l.expires_at > clock_timestamp() OR l.expires_at IS NULL) AND '
            || ledger.lots_condition(p_selection, false);
    END IF;
END $$;

-- The credits that have gone to @breakage and can come back, by the transactions that took them there: what a hold kept for
-- a while has expired by itself. A filter's amounts are of all that has gone of a credit. Internal.
CREATE OR REPLACE FUNCTION ledger.expired_lots(p_selection jsonb)
RETURNS TABLE (lot_id bigint, wallet_id bigint, amount bigint, transaction_id bigint, source text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT l.id, l.wallet_id, gone.amount, gone.transaction_id, l.source
        FROM ledger.credit_lots l CROSS JOIN LATERAL (
            SELECT t.id AS transaction_id, t.amount - coalesce(back.done, 0) AS amount,
                sum(t.amount - coalesce(back.done, 0)) OVER () AS whole
            FROM ledger.lot_movements m JOIN ledger.transactions t ON t.id = m.transaction_id
            LEFT JOIN LATERAL (
                SELECT max(r.reversed_through) AS done FROM ledger.reversals r WHERE r.reverses = t.id) back ON true
            WHERE m.lot_id = l.id AND t.kind = ''expiry'') gone
        WHERE l.closed_at >= l.expires_at AND gone.amount > 0 AND '
        || CASE WHEN p_selection ? 'lots'
            THEN 'l.id = ANY ($1) AND l.currency = ' || quote_literal(p_selection ->> 'currency')
            ELSE ledger.lots_condition(p_selection, true) END
        USING CASE WHEN p_selection ? 'lots' THEN ledger.lots_of(p_selection) END;
END $$;

-- The numbers of a selection, each once. Internal.
CREATE OR REPLACE FUNCTION ledger.lots_of(p_selection jsonb) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT number::bigint FROM jsonb_array_elements_text(p_selection -> 'lots') number);
END $$;

-- What a filter says as SQL over credit_lots l; its amounts are of what is left of a credit, or of what has gone of it. Each
-- value is read as its type and quoted. Internal.
CREATE OR REPLACE FUNCTION ledger.lots_condition(p_selection jsonb, p_gone boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted constant jsonb := p_selection -> 'filter';
    amount constant text := CASE WHEN p_gone THEN format('%I.%I', 'gone', 'whole') ELSE format('%I.%I', 'l', 'remaining') END;
    said text := format('l.currency = %L', p_selection ->> 'currency');
    word record;
BEGIN
    FOR word IN SELECT w.key, w.value FROM jsonb_each_text(wanted) w WHERE w.value IS NOT NULL LOOP
        said := said || ' AND ' || CASE word.key
            WHEN 'source' THEN format('l.source = %L', word.value)
            WHEN 'user' THEN format('l.wallet_id = ANY (ARRAY(SELECT w.id FROM ledger.wallets w '
                'JOIN ledger.users u ON u.id = w.user_id WHERE u.username = %L))', word.value)
            WHEN 'expires_from' THEN format('l.expires_at >= %L::timestamptz', ledger.utc(word.value::timestamptz))
            WHEN 'expires_until' THEN format('l.expires_at < %L::timestamptz', ledger.utc(word.value::timestamptz))
            WHEN 'no_expiry' THEN CASE WHEN word.value::boolean THEN 'l.expires_at IS NULL' ELSE 'l.expires_at IS NOT NULL' END
            WHEN 'left_from' THEN format('%s >= %L', amount, word.value::bigint)
            WHEN 'left_through' THEN format('%s <= %L', amount, word.value::bigint)
            WHEN 'granted_from' THEN format('l.created_at >= %L::timestamptz', ledger.utc(word.value::timestamptz))
            WHEN 'granted_until' THEN format('l.created_at < %L::timestamptz', ledger.utc(word.value::timestamptz))
            WHEN 'currency' THEN format('l.currency = %L', word.value)
        END;
        IF said IS NULL THEN
            -- Nothing would read it, and more would be chosen than was asked for.
            PERFORM ledger.refuse('request.invalid', jsonb_build_object(
                'message', format('a filter of credits has no %s', quote_ident(word.key))));
        END IF;
    END LOOP;
    RETURN said;
END $$;

-- What a selection is: which credits, of which currency, how many, and what is left of them together, in minor units, as
-- whoever chose them saw it. Internal.
CREATE OR REPLACE FUNCTION ledger.require_selection(p_selection jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF jsonb_typeof(p_selection) IS DISTINCT FROM 'object'
        OR jsonb_typeof(p_selection -> 'currency') IS DISTINCT FROM 'string'
        OR jsonb_typeof(p_selection -> 'count') IS DISTINCT FROM 'number'
        OR jsonb_typeof(p_selection -> 'amount') IS DISTINCT FROM 'number'
        OR (jsonb_typeof(p_selection -> 'lots') IS NOT DISTINCT FROM 'array')
            = (jsonb_typeof(p_selection -> 'filter') IS NOT DISTINCT FROM 'object')
        OR p_selection - '{currency,count,amount,lots,filter}'::text[] <> '{}' THEN
        PERFORM ledger.refuse('request.invalid', jsonb_build_object(
            'message', 'a selection has a currency, a count, an amount, and either lots or a filter'));
    ELSIF (p_selection ->> 'count')::numeric > 100000 OR jsonb_array_length(p_selection -> 'lots') > 10000 THEN
        PERFORM ledger.refuse('selection.large', jsonb_build_object('most', CASE WHEN p_selection ? 'lots' THEN 10000 ELSE 100000 END));
    END IF;
END $$;

-- Compare what a selection means now with what was seen of it: nothing is done to more, fewer or others. p_strange: how
-- many of them are in wallets that are not locked, granted while the others were waited for. Internal.
CREATE OR REPLACE FUNCTION ledger.compare_selection(
    p_selection jsonb, p_count bigint, p_amount numeric, p_strange bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_count = 0 THEN
        PERFORM ledger.refuse('selection.nothing');
    ELSIF p_strange > 0 OR (p_count, p_amount) <> (
        (p_selection ->> 'count')::numeric, (p_selection ->> 'amount')::numeric) THEN
        PERFORM ledger.refuse('selection.changed', ledger.of_currency(p_selection ->> 'currency') || jsonb_build_object(
            'count', p_count, 'amount', p_amount, 'asked_count', p_selection -> 'count',
            'asked_amount', p_selection -> 'amount'));
    END IF;
END $$;

-- Choose open credits for an act: lock their wallets, which is to lock them, and see that they are those that were seen.
-- What the act leaves out is said by its caller. Internal.
CREATE OR REPLACE FUNCTION ledger.choose_lots(
    p_kind text, p_request jsonb, p_approved boolean, OUT lots bigint[], OUT wallets bigint[], OUT at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    selection constant jsonb := p_request -> 'selection';
    count bigint;
    amount numeric;
    strange bigint;
BEGIN
    PERFORM ledger.require_reason(p_request);
    PERFORM ledger.require_selection(selection);
    PERFORM ledger.require_currency(selection ->> 'currency');
    PERFORM ledger.admit(p_kind, selection ->> 'currency', (selection ->> 'amount')::numeric, p_approved);
    wallets := ARRAY(SELECT DISTINCT m.wallet_id FROM ledger.matching_lots(selection) m ORDER BY 1);
    -- Of any status: those of closed accounts are left out by name.
    PERFORM ledger.hold_wallets(wallets, enum_range(NULL::ledger.account_status));
    at := clock_timestamp();
    SELECT array_agg(m.lot_id ORDER BY m.lot_id), count(*), coalesce(sum(m.amount), 0), count(*) FILTER (WHERE known.id IS NULL)
    INTO lots, count, amount, strange
    FROM ledger.matching_lots(selection) m LEFT JOIN unnest(wallets) known (id) ON known.id = m.wallet_id;
    PERFORM ledger.compare_selection(selection, count, amount, strange);
END $$;
