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

-- What an act by hand says of itself, where it does: why, and under which number it is known outside. Only where it is
-- given, so that a request without is the one that it was before there were any. Internal.
CREATE OR REPLACE FUNCTION ledger.by_hand(p_reason text, p_ticket text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'ticket', p_ticket));

-- What a movement keeps of that in its metadata; the ticket has a column. Internal.
CREATE OR REPLACE FUNCTION ledger.reason_of(p_request jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_request ? 'reason' THEN jsonb_build_object('reason', p_request ->> 'reason') END;
