-- What a refusal that speaks of money says of its currency: the code and the decimals, so that whoever reads it writes
-- the amounts as they are. Internal.
CREATE OR REPLACE FUNCTION ledger.of_currency(p_code text) RETURNS jsonb
LANGUAGE sql STABLE
RETURN coalesce((
    SELECT jsonb_build_object('currency', c.code, 'exponent', c.exponent) FROM ledger.currencies c
    WHERE c.code = p_code), '{}');
