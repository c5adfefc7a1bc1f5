-- The stable code of a refusal that a constraint or a NULL in a column made.
CREATE OR REPLACE FUNCTION ledger.refusal_code(p_constraint text, p_column text, p_sqlstate text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN p_constraint = 'wallet_floor' THEN 'funds.short'
    WHEN p_constraint = 'transactions_reference_key' THEN 'reference.repeated'
    WHEN p_constraint = 'parties_differ' THEN 'party.same'
    WHEN p_constraint = 'amount_is_positive' THEN 'amount.sign'
    WHEN p_constraint IN ('reference_plain', 'description_plain') THEN 'text.character'
    WHEN p_constraint = 'username_grammar' THEN 'user.unknown'
    WHEN p_constraint = 'effective_in_range' THEN 'effective.range'
    WHEN p_sqlstate = '22003' THEN 'amount.range'
    WHEN p_sqlstate = '23502' AND p_column IN ('from_wallet', 'to_wallet') THEN 'user.unknown'
    WHEN p_sqlstate = '23502' THEN 'amount.empty'
    ELSE 'constraint.' || coalesce(nullif(p_constraint, ''), p_sqlstate)
END;
