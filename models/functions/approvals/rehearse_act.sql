-- What one act by hand would come to now, before it is done or asked for: it is done and undone. Of each account it moves
-- or changes the figures before and after; how many checkers a rule asks for; and whether an allowance lets it pass. Who asks
-- needs no right to do it: what is told here, a viewer reads too.
CREATE OR REPLACE FUNCTION ledger.rehearse_act(p_kind text, p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wallets bigint[];
    after jsonb := '{}';
    before jsonb;
    worth record;
    cap record;
    needed integer := 0;
    allowed boolean := false;
    answer jsonb;
    failed_constraint text;
    failed_column text;
    failed_message text;
    failed_detail text;
BEGIN
    PERFORM ledger.begin_write();
    IF coalesce(p_kind, '') NOT IN ('transfer', 'grant_credit', 'reserve', 'reverse_transaction', 'open_account',
        'set_account_status', 'set_overdraft_limit', 'add_note', 'set_account_metadata', 'capture', 'release',
        'extend_reservation', 'capture_holds', 'release_holds', 'extend_holds', 'extend_lots', 'end_lots',
        'revive_lots') THEN
        RAISE EXCEPTION 'no act by hand is called %', p_kind USING ERRCODE = 'invalid_parameter_value';
    END IF;
    BEGIN
        IF jsonb_typeof(p_request) IS DISTINCT FROM 'object' THEN
            PERFORM ledger.refuse('request.invalid', jsonb_build_object('message', 'the request is no object'));
        END IF;
        answer := ledger.dispatch(p_kind, p_request, true);
        -- The act has taken its locks in its own order; none of these may come before them, or two would deadlock.
        wallets := ledger.wallets_of_act(p_request);
        after := ledger.figures_of(wallets);
        RAISE EXCEPTION 'tried' USING ERRCODE = 'LG003';
    EXCEPTION
        WHEN SQLSTATE 'LG003' THEN
            NULL;
        WHEN SQLSTATE 'LG001' THEN
            GET STACKED DIAGNOSTICS failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL;
            answer := jsonb_build_object('status', 'refused', 'code', failed_message, 'detail', failed_detail::jsonb);
        WHEN integrity_constraint_violation OR numeric_value_out_of_range THEN
            GET STACKED DIAGNOSTICS failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
            answer := jsonb_build_object('status', 'refused', 'code', ledger.refusal_code(
                failed_constraint, failed_column, SQLSTATE), 'detail', '{}'::jsonb);
        WHEN data_exception THEN
            answer := jsonb_build_object('status', 'refused', 'code', 'request.invalid', 'detail',
                jsonb_build_object('message', SQLERRM));
    END;
    before := ledger.figures_of(wallets);
    IF answer ->> 'status' <> 'refused' AND p_kind = 'capture_holds' THEN
        -- Each by itself, as when it is done.
        SELECT coalesce(max(ledger.checkers_for('capture', r.currency, r.amount)), 0) INTO needed
        FROM ledger.reservations r
        WHERE r.reference = ANY (ARRAY(SELECT jsonb_array_elements_text(p_request -> 'reservations')));
    ELSIF answer ->> 'status' <> 'refused' AND ledger.is_ruled(p_kind) THEN
        worth := ledger.worth_of(p_kind, p_request);
        needed := ledger.checkers_for(p_kind, worth.currency, worth.amount);
        IF p_kind = 'set_overdraft_limit' AND (answer ->> 'after')::bigint > (answer ->> 'before')::bigint
            AND ledger.dual_control() THEN
            needed := greatest(needed, 1);
        END IF;
        cap := ledger.allowance_of(p_kind, worth.currency);
        allowed := coalesce(worth.amount <= cap.per_operation AND worth.amount + coalesce((
            SELECT u.amount FROM ledger.allowance_usage u
            WHERE (u.operator, u.day, u.kind, u.currency)
                = (session_user, ledger.business_day(clock_timestamp()), p_kind, worth.currency)), 0) <= cap.per_day, false);
    END IF;
    RETURN jsonb_build_object('outcome', answer, 'approvals', needed, 'allowed', allowed, 'sides', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'username', now.value ->> 'username', 'currency', now.value ->> 'currency',
            'before', before -> now.key, 'after', now.value)
            ORDER BY now.value ->> 'username', now.value ->> 'currency'), '[]')
        FROM jsonb_each(after) now));
END $$;

-- The wallets that an act names: those of its accounts, in its currency where it has one, of the transaction that it
-- reverses, or of its holds and whom they pay; of more holds than 20 nobody reads each. Internal.
CREATE OR REPLACE FUNCTION ledger.wallets_of_act(p_request jsonb) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(side.id) FROM (
        SELECT w.id FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        WHERE u.username IN (p_request ->> 'from', p_request ->> 'to', p_request ->> 'username')
            AND w.currency = coalesce(p_request ->> 'currency', (
                SELECT r.currency FROM ledger.reservations r
                WHERE r.reference = coalesce(p_request ->> 'reservation', p_request #>> '{reservations,0}')
                    AND NOT p_request ? 'username'), w.currency)
        UNION
        SELECT r.wallet_id FROM ledger.reservations r
        WHERE r.reference = p_request ->> 'reservation' AND NOT p_request ? 'username'
        UNION
        SELECT r.wallet_id FROM ledger.reservations r
        WHERE jsonb_typeof(p_request -> 'reservations') = 'array' AND jsonb_array_length(p_request -> 'reservations') <= 20
            AND r.reference IN (SELECT jsonb_array_elements_text(CASE jsonb_typeof(p_request -> 'reservations')
                WHEN 'array' THEN p_request -> 'reservations' ELSE '[]' END))
        UNION
        SELECT unnest(ARRAY[t.from_wallet, t.to_wallet]) FROM ledger.transactions t
        WHERE t.id = (p_request ->> 'transaction')::bigint) side
$$;

-- How these wallets stand, by their ids; `expired` is credit past its date that is not ended yet. Internal.
CREATE OR REPLACE FUNCTION ledger.figures_of(p_wallets bigint[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(w.id, jsonb_build_object(
        'username', u.username, 'currency', w.currency, 'kind', w.kind, 'status', w.status, 'balance', w.balance,
        'granted', w.granted, 'on_hold', w.reserved, 'overdraft', w.overdraft_limit,
        'expired', coalesce((SELECT sum(d.dead) FROM ledger.dead_lots(ARRAY[w.id]) d), 0))), '{}')
    FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE w.id = ANY (p_wallets)
$$;
