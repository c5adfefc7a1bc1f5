-- How much a role or an operator may move at once and a day; without either number the limit is taken away.
CREATE OR REPLACE FUNCTION ledger.set_limit(
    p_key uuid, p_holder text, p_kind text, p_currency text, p_per_operation bigint, p_per_day bigint,
    p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_limit', jsonb_build_object(
        'holder', p_holder, 'kind', p_kind, 'currency', p_currency, 'per_operation', p_per_operation,
        'per_day', p_per_day, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_limit(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted ledger.limits := jsonb_populate_record(NULL::ledger.limits, p_request);
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF to_regrole(quote_ident(coalesce(wanted.holder, ''))) IS NULL THEN
        PERFORM ledger.refuse('holder.unknown', jsonb_build_object('holder', wanted.holder));
    ELSIF wanted.kind IS DISTINCT FROM '*' AND NOT ledger.is_ruled(wanted.kind) THEN
        PERFORM ledger.refuse('request.kind', jsonb_build_object('kind', wanted.kind));
    ELSIF num_nonnulls(wanted.per_operation, wanted.per_day) = 0 THEN
        DELETE FROM ledger.limits l
        WHERE (l.holder, l.kind, l.currency) = (wanted.holder, wanted.kind, wanted.currency);
        IF NOT FOUND THEN
            PERFORM ledger.refuse('rule.unknown');
        END IF;
    ELSE
        INSERT INTO ledger.limits VALUES (wanted.*)
        ON CONFLICT (holder, kind, currency) DO UPDATE
        SET per_operation = excluded.per_operation, per_day = excluded.per_day;
    END IF;
    RETURN '{"status": "done"}';
END $$;
