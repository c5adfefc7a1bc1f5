-- How much of a kind each operator of a role, or one by name, may do without a checker: at once and a day; without either
-- number it is taken away. Who may not do it at all may ask for it, and it is done when this allows it.
CREATE OR REPLACE FUNCTION ledger.set_allowance(
    p_key uuid, p_holder text, p_kind text, p_currency text, p_per_operation bigint, p_per_day bigint,
    p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_allowance', jsonb_build_object(
        'holder', p_holder, 'kind', p_kind, 'currency', p_currency, 'per_operation', p_per_operation,
        'per_day', p_per_day, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_allowance(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted ledger.allowances := jsonb_populate_record(NULL::ledger.allowances, p_request);
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF to_regrole(quote_ident(coalesce(wanted.holder, ''))) IS NULL THEN
        PERFORM ledger.refuse('holder.unknown', jsonb_build_object('holder', wanted.holder));
    ELSIF num_nonnulls(wanted.per_operation, wanted.per_day) = 0 THEN
        DELETE FROM ledger.allowances a
        WHERE (a.holder, a.kind, a.currency) = (wanted.holder, wanted.kind, wanted.currency);
        IF NOT FOUND THEN
            PERFORM ledger.refuse('rule.unknown');
        END IF;
    ELSE
        INSERT INTO ledger.allowances VALUES (wanted.*)
        ON CONFLICT (holder, kind, currency) DO UPDATE
        SET per_operation = excluded.per_operation, per_day = excluded.per_day;
    END IF;
    RETURN '{"status": "done"}';
END $$;

-- What the session's operator may do of a kind without a checker; NULL when there is none. Internal.
CREATE OR REPLACE FUNCTION ledger.allowance_of(p_kind text, p_currency text, OUT per_operation bigint, OUT per_day bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.per_operation, a.per_day FROM ledger.allowance_for(session_user::text, p_kind, p_currency) a
$$;

-- Whether this much passes without a checker, and if it does, count it: under a lock of the operator's own row. Internal.
CREATE OR REPLACE FUNCTION ledger.take_allowance(p_kind text, p_currency text, p_amount numeric) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    cap record := ledger.allowance_of(p_kind, p_currency);
BEGIN
    IF p_amount <= 0 OR p_amount > cap.per_operation IS NOT FALSE THEN
        RETURN false;
    END IF;
    INSERT INTO ledger.allowance_usage AS u (operator, day, kind, currency, amount)
    VALUES (session_user, ledger.business_day(clock_timestamp()), p_kind, p_currency, p_amount)
    ON CONFLICT (operator, day, kind, currency) DO UPDATE SET amount = u.amount + excluded.amount
    WHERE u.amount + excluded.amount <= cap.per_day;
    RETURN FOUND;
END $$;
