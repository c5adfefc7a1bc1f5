-- Give a currency other decimals while nothing is in it yet; once something is, guard_currencies refuses.
CREATE OR REPLACE FUNCTION ledger.correct_currency(p_key uuid, p_currency text, p_exponent smallint, p_reason text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'correct_currency', jsonb_build_object(
        'currency', p_currency, 'exponent', p_exponent, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_correct_currency(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted smallint := p_request ->> 'exponent';
    before smallint;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF wanted IS NULL OR wanted NOT BETWEEN 0 AND 8 THEN
        PERFORM ledger.refuse('currency.exponent');
    END IF;
    SELECT c.exponent INTO before FROM ledger.currencies c WHERE c.code = p_request ->> 'currency' FOR UPDATE;
    IF before IS NULL THEN
        PERFORM ledger.refuse('currency.unknown', jsonb_build_object('currency', left(p_request ->> 'currency', 20)));
    END IF;
    IF before = wanted THEN
        PERFORM ledger.refuse('currency.same', ledger.of_currency(p_request ->> 'currency'));
    END IF;
    UPDATE ledger.currencies c SET exponent = wanted WHERE c.code = p_request ->> 'currency';
    RETURN jsonb_build_object('status', 'done', 'before', before, 'after', wanted);
END $$;
