-- A currency comes with its five system accounts' wallets. Asking twice changes nothing.
CREATE OR REPLACE FUNCTION ledger.add_currency(p_code text, p_exponent smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fresh boolean;
BEGIN
    PERFORM ledger.begin_write();
    IF coalesce(p_code, '') !~ '^[A-Z][A-Z0-9]{1,11}$' THEN
        PERFORM ledger.refuse('currency.code', jsonb_build_object('currency', left(p_code, 20)));
    ELSIF p_exponent IS NULL OR p_exponent NOT BETWEEN 0 AND 8 THEN
        PERFORM ledger.refuse('currency.exponent');
    END IF;
    INSERT INTO ledger.currencies (code, exponent) VALUES (p_code, p_exponent) ON CONFLICT DO NOTHING;
    fresh := FOUND;
    PERFORM FROM ledger.currencies c WHERE c.code = p_code AND c.exponent = p_exponent;
    IF NOT FOUND THEN
        PERFORM ledger.refuse('currency.other_exponent', ledger.of_currency(p_code));
    END IF;
    INSERT INTO ledger.users (username, display_name, kind)
    VALUES ('@issuance', 'Credit issued', 'system'), ('@revenue', 'Revenue', 'system'),
        ('@breakage', 'Expired credit', 'system'), ('@external', 'Outside world', 'system'),
        ('@suspense', 'To be explained', 'system')
    ON CONFLICT (username) DO NOTHING;
    INSERT INTO ledger.wallets (user_id, currency, kind)
    SELECT u.id, p_code, 'system' FROM ledger.users u WHERE u.kind = 'system'
    ON CONFLICT (user_id, currency) DO NOTHING;
    IF fresh THEN
        PERFORM ledger.note('add_currency', 'currency:' || p_code, 'done', '', jsonb_build_object('exponent', p_exponent));
    END IF;
END $$;
