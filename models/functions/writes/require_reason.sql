-- Every manual change has a reason that somebody can read later. Internal.
CREATE OR REPLACE FUNCTION ledger.require_reason(p_request jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF length(btrim(coalesce(p_request ->> 'reason', ''))) < 3 THEN
        PERFORM ledger.refuse('reason.empty');
    ELSIF length(p_request ->> 'reason') > 500 OR NOT ledger.is_plain_text(p_request ->> 'reason') THEN
        PERFORM ledger.refuse('text.character');
    END IF;
END $$;
