-- What a movement is called, by its two parties.
CREATE OR REPLACE FUNCTION ledger.kind_of(p_from text, p_to text) RETURNS ledger.transaction_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_from = '@external' THEN 'deposit'
    WHEN p_to = '@external' THEN 'payout'
    WHEN p_from LIKE '@%' OR p_to LIKE '@%' THEN 'adjustment'
    ELSE 'transfer'
END::ledger.transaction_kind;
