-- One transfer: a batch of one. The same key again answers with the first outcome.
CREATE OR REPLACE FUNCTION ledger.transfer(
    p_key uuid, p_from text, p_to text, p_currency text, p_amount bigint,
    p_reference text DEFAULT NULL, p_description text DEFAULT '', p_effective_at timestamptz DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    answer jsonb;
    from_wallet bigint;
    to_wallet bigint;
    done record;
    failed_constraint text;
    failed_column text;
    failed_message text;
    failed_detail text;
BEGIN
    answer := ledger.begin_operation(p_key, 'transfer', sha256(convert_to(
        ROW(p_from, p_to, p_currency, p_amount, p_reference, p_description,
            extract(epoch FROM p_effective_at))::text, 'UTF8')));
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    BEGIN
        IF p_amount <= 0 THEN
            -- The constraint says so too, but the wallets' floors would speak first.
            PERFORM ledger.refuse('amount.sign');
        END IF;
        SELECT max(w.id) FILTER (WHERE u.username = p_from), max(w.id) FILTER (WHERE u.username = p_to)
        INTO from_wallet, to_wallet
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = p_currency
        WHERE u.username IN (p_from, p_to);
        IF from_wallet IS NULL OR to_wallet IS NULL THEN
            PERFORM ledger.refuse('user.unknown', jsonb_build_object(
                'username', CASE WHEN from_wallet IS NULL THEN p_from ELSE p_to END));
        END IF;
        done := ledger.post(ARRAY[ROW(
            1, ledger.kind_of(p_from, p_to), from_wallet, to_wallet, p_amount,
            p_reference, p_description, p_effective_at)::ledger.posting], NULL);
        answer := jsonb_build_object(
            'status', 'posted', 'transaction', done.first_id, 'posted_at', done.posted_at);
    EXCEPTION
        WHEN SQLSTATE 'LG001' THEN
            GET STACKED DIAGNOSTICS failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL;
            answer := jsonb_build_object('status', 'refused', 'code', failed_message, 'detail', failed_detail::jsonb);
        WHEN check_violation OR unique_violation OR not_null_violation OR numeric_value_out_of_range THEN
            GET STACKED DIAGNOSTICS failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
            answer := jsonb_build_object('status', 'refused', 'code', ledger.refusal_code(
                failed_constraint, failed_column, SQLSTATE));
    END;
    UPDATE ledger.operations o SET outcome = answer WHERE o.key = p_key;
    RETURN answer;
END $$;
