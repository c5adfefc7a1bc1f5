-- What a request's checkers decide on, as it stands now: the figures of the accounts that it names, how many checkers a rule
-- asks for, the limits of its kind, what is left of the hold or the transaction that it is about, the schema. Kept with the
-- request, so that a checker sees what has changed since. Of more than 10,000 accounts none is kept (of as many
-- 459 kB, stored in 104). Internal.
CREATE OR REPLACE FUNCTION ledger.request_facts(p_kind text, p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    worth record := ledger.worth_of(p_kind, p_request);
    wallets bigint[];
    many boolean := p_kind IN ('post_batch', 'reverse_batch');
BEGIN
    IF p_kind = 'post_batch' THEN
        -- Of its lines as they are, whether it was checked before or not; one more than are kept says that they are too many.
        wallets := ARRAY(
            SELECT w.id FROM (
                SELECT l.from_name AS name FROM ledger.batch_lines l WHERE l.batch_id = (p_request ->> 'batch')::bigint
                UNION SELECT l.to_name FROM ledger.batch_lines l WHERE l.batch_id = (p_request ->> 'batch')::bigint) party
            CROSS JOIN LATERAL (SELECT u.id FROM ledger.users u WHERE u.username = party.name LIMIT 1) u
            CROSS JOIN LATERAL (
                SELECT w.id FROM ledger.wallets w WHERE w.user_id = u.id AND w.currency = worth.currency LIMIT 1) w
            LIMIT 10001);
    ELSIF p_kind = 'reverse_batch' THEN
        wallets := ledger.wallets_of_batch((p_request ->> 'batch')::bigint);
    ELSE
        wallets := ledger.wallets_of_act(p_request);
    END IF;
    IF ledger.is_control(p_kind) THEN
        RETURN jsonb_strip_nulls(jsonb_build_object('accounts', '{}'::jsonb, 'control', ledger.control_now(p_kind, p_request),
            'schema', (SELECT v.version_num FROM ledger.schema_version v)));
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'accounts', CASE WHEN coalesce(cardinality(wallets), 0) <= 10000 THEN coalesce((
            SELECT jsonb_object_agg(w.id, jsonb_build_array(w.balance, w.granted, w.reserved, w.overdraft_limit, w.status,
                CASE WHEN NOT many THEN coalesce((SELECT sum(d.dead) FROM ledger.dead_lots(ARRAY[w.id]) d), 0) END))
            FROM ledger.wallets w WHERE w.id = ANY (wallets) AND w.kind = 'customer'), '{}') END,
        'approvals', ledger.approvals_for(p_kind, worth.currency, worth.amount),
        'limits', (
            SELECT jsonb_object_agg(concat_ws(' ', l.holder, l.kind), jsonb_build_array(l.per_operation, l.per_day))
            FROM ledger.limits l WHERE l.currency = worth.currency AND l.kind IN (p_kind, '*')),
        'hold', (
            SELECT jsonb_build_array(r.status, r.amount, r.expires_at)
            FROM ledger.reservations r WHERE r.reference = p_request ->> 'reservation'),
        'left', (
            SELECT t.amount - ledger.reversed_of(t.id)
            FROM ledger.transactions t WHERE t.id = (p_request ->> 'transaction')::bigint),
        'schema', (SELECT v.version_num FROM ledger.schema_version v)));
END $$;

-- What is other now than when a request was made, and what would come of it now. At most 200 changes are told, with how many
-- there are; nothing is told of a request that was made before facts were kept. accounts: whether they are among what is
-- compared; too many are not. For everyone who may see a rehearsal.
CREATE OR REPLACE FUNCTION ledger.request_since(p_request bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests;
    now_facts jsonb;
    told jsonb;
BEGIN
    PERFORM ledger.begin_write();
    SELECT * INTO asked FROM ledger.approval_requests r WHERE r.id = p_request;
    IF asked.facts IS NOT NULL THEN
        now_facts := ledger.request_facts(asked.kind, asked.request);
        WITH change AS (
            SELECT 1 AS rank, word.name AS what, u.username AS subject, old.value -> word.place AS before,
                new.value -> word.place AS now, w.id
            FROM jsonb_each(asked.facts -> 'accounts') old
            JOIN ledger.wallets w ON w.id = old.key::bigint JOIN ledger.users u ON u.id = w.user_id
            JOIN jsonb_each(now_facts -> 'accounts') new ON new.key = old.key AND new.value <> old.value
            CROSS JOIN (VALUES (0, 'balance'), (1, 'granted'), (2, 'on_hold'), (3, 'overdraft'), (4, 'status'),
                (5, 'expired')) word (place, name)
            WHERE old.value -> word.place <> new.value -> word.place
            UNION ALL
            SELECT 0, word.name, '', asked.facts -> word.name, now_facts -> word.name, 0
            FROM unnest(ARRAY['approvals', 'left', 'schema', 'control']) word (name)
            WHERE (asked.facts -> word.name) IS DISTINCT FROM (now_facts -> word.name)
            UNION ALL
            SELECT 0, word.name, '', asked.facts -> 'hold' -> word.place, now_facts -> 'hold' -> word.place, 0
            FROM (VALUES (0, 'hold_status'), (1, 'hold_amount'), (2, 'hold_end')) word (place, name)
            WHERE (asked.facts -> 'hold' -> word.place) IS DISTINCT FROM (now_facts -> 'hold' -> word.place)
            UNION ALL
            SELECT 0, 'limit', coalesce(old.key, new.key), old.value, new.value, 0
            FROM jsonb_each(coalesce(asked.facts -> 'limits', '{}')) old
            FULL JOIN jsonb_each(coalesce(now_facts -> 'limits', '{}')) new ON new.key = old.key
            WHERE old.value IS DISTINCT FROM new.value
        ), placed AS (
            SELECT change.*, row_number() OVER (ORDER BY change.rank, change.subject, change.id, change.what) AS place
            FROM change
        )
        SELECT jsonb_build_object('changed', count(*), 'changes', coalesce(jsonb_agg(
            jsonb_build_array(placed.what, placed.subject, placed.before, placed.now) ORDER BY placed.place)
            FILTER (WHERE placed.place <= 200), '[]'))
        INTO told FROM placed;
    END IF;
    RETURN coalesce(told, '{"changed": null, "changes": []}') || jsonb_build_object(
        'accounts', coalesce(asked.facts ? 'accounts', false), 'rehearsal', ledger.rehearse_request(p_request))
        || CASE WHEN ledger.is_control(asked.kind) THEN jsonb_build_object(
            'control', ledger.control_now(asked.kind, asked.request)) ELSE '{}' END;
END $$;
