-- What rules and limits can be set for: what moves money or gives it, by the name of its operation. Many holds captured at
-- once are so many captures. Internal.
CREATE OR REPLACE FUNCTION ledger.is_ruled(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(p_kind IN ('transfer', 'grant_credit', 'capture', 'post_batch', 'reverse_transaction',
        'reverse_batch', 'set_overdraft_limit', 'extend_lots', 'end_lots', 'revive_lots'), false)
$$;

-- From this amount on this many checkers must agree; 0 takes the tier away.
CREATE OR REPLACE FUNCTION ledger.set_approval_rule(
    p_key uuid, p_kind text, p_currency text, p_from_amount bigint, p_approvals smallint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'set_approval_rule', jsonb_build_object(
        'kind', p_kind, 'currency', p_currency, 'from_amount', p_from_amount, 'approvals', p_approvals,
        'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_set_approval_rule(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rule ledger.approval_rules := jsonb_populate_record(NULL::ledger.approval_rules, p_request);
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF NOT ledger.is_ruled(rule.kind) THEN
        PERFORM ledger.refuse('request.kind', jsonb_build_object('kind', rule.kind));
    ELSIF rule.approvals = 0 THEN
        DELETE FROM ledger.approval_rules r
        WHERE (r.kind, r.currency, r.from_amount) = (rule.kind, rule.currency, rule.from_amount);
        IF NOT FOUND THEN
            PERFORM ledger.refuse('rule.unknown');
        END IF;
    ELSE
        INSERT INTO ledger.approval_rules VALUES (rule.*)
        ON CONFLICT (kind, currency, from_amount) DO UPDATE SET approvals = excluded.approvals;
    END IF;
    RETURN '{"status": "done"}';
END $$;
