-- A refusal: the entry function catches LG001, keeps the outcome and answers with it.
CREATE OR REPLACE FUNCTION ledger.refuse(p_code text, p_detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', p_code USING ERRCODE = 'LG001', DETAIL = p_detail::text;
END $$;
