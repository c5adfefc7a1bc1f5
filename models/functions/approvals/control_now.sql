-- What a change of a control would change, as it is now: what a checker compares it with. Internal.
CREATE OR REPLACE FUNCTION ledger.control_now(p_kind text, p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rule ledger.approval_rules;
    cap ledger.limits;
BEGIN
    CASE p_kind
        WHEN 'set_approval_rule' THEN
            rule := jsonb_populate_record(NULL::ledger.approval_rules, p_request);
            RETURN jsonb_build_object('approvals', ledger.approvals_for(rule.kind, rule.currency, rule.from_amount));
        WHEN 'set_approval_terms' THEN
            RETURN jsonb_build_object('days', 14, 'typed_from', NULL) || coalesce((
                SELECT jsonb_build_object('days', t.days, 'typed_from', t.typed_from)
                FROM ledger.approval_terms t WHERE t.currency = p_request ->> 'currency'), '{}');
        WHEN 'set_limit', 'set_allowance' THEN
            cap := jsonb_populate_record(NULL::ledger.limits, p_request);
            RETURN jsonb_build_object('per_operation', NULL, 'per_day', NULL) || coalesce((
                SELECT jsonb_build_object('per_operation', stands.per_operation, 'per_day', stands.per_day) FROM (
                    SELECT l.holder, l.kind, l.currency, l.per_operation, l.per_day FROM ledger.limits l
                    WHERE p_kind = 'set_limit'
                    UNION ALL SELECT a.holder, a.kind, a.currency, a.per_operation, a.per_day FROM ledger.allowances a
                    WHERE p_kind = 'set_allowance') stands
                WHERE (stands.holder, stands.kind, stands.currency) = (cap.holder, cap.kind, cap.currency)), '{}');
        WHEN 'set_dual_control' THEN
            RETURN jsonb_build_object('on', ledger.dual_control());
        ELSE
            RETURN coalesce((
                SELECT jsonb_build_object('status', o.status, 'groups', o.groups, 'password_by', o.password_by)
                FROM ledger.operators o WHERE o.name = p_request ->> 'operator'), '{"status": "none"}');
    END CASE;
END $$;
