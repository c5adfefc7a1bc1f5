-- Write down an act by hand on credits or holds: who did it, when, why, and on how many of how much. Internal.
CREATE OR REPLACE FUNCTION ledger.new_act(
    p_kind text, p_request jsonb, p_currency text, p_at timestamptz, p_items bigint, p_amount numeric) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.acts (kind, currency, acted_at, expires_at, reason, ticket, items, amount)
    VALUES (p_kind, p_currency, p_at, CASE WHEN p_kind = 'end_lots' THEN p_at
        ELSE (p_request ->> 'expires_at')::timestamptz END,
        coalesce(p_request ->> 'reason', p_request ->> 'description', ''), p_request ->> 'ticket', p_items, p_amount)
    RETURNING id
$$;
