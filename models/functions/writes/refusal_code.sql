-- The stable code of a refusal that a constraint or a NULL in a column made.
CREATE OR REPLACE FUNCTION ledger.refusal_code(p_constraint text, p_column text, p_sqlstate text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN p_constraint = 'wallet_floor' THEN 'funds.short'
    WHEN p_constraint = 'transactions_reference_key' THEN 'reference.repeated'
    WHEN p_constraint IN ('reversals_part_key', 'reversals_through_key', 'reversal_follows') THEN 'reversal.at_once'
    WHEN p_constraint = 'reversal_within_amount' THEN 'reversal.more'
    WHEN p_constraint = 'reservations_reference_key' THEN 'reservation.repeated'
    WHEN p_constraint IN ('lot_expires_later', 'reservation_expires_later') THEN 'expiry.past'
    WHEN p_constraint IN ('lot_expires_in_range', 'reservation_expires_in_range', 'act_expires_in_range') THEN 'expiry.range'
    WHEN p_constraint = 'delegator_is_not_maker' THEN 'approval.maker'
    WHEN p_constraint IN ('checker_is_not_maker', 'maker_is_not_checker') THEN 'approval.own'
    WHEN p_constraint IN ('approval_requests_follows_key', 'approval_requests_follows_fkey') THEN 'request.follows'
    WHEN p_constraint = 'terms_days' THEN 'terms.days'
    WHEN p_constraint IN ('approvals_pkey', 'approvals_voice_key') THEN 'approval.repeated'
    WHEN p_constraint = 'approval_requests_batch_key' THEN 'batch.submitted'
    WHEN p_constraint = 'overdraft_in_range' THEN 'amount.range'
    WHEN p_constraint = 'limit_limits' THEN 'limit.empty'
    WHEN p_constraint = 'approval_rules_approvals_check' THEN 'approval.number'
    WHEN p_constraint = 'allowance_kind' THEN 'request.kind'
    WHEN p_constraint IN ('allowance_day', 'allowances_per_operation_check') THEN 'allowance.range'
    WHEN p_sqlstate = '23503' AND p_constraint LIKE '%\_currency\_fkey' THEN 'currency.unknown'
    WHEN p_constraint = 'parties_differ' THEN 'party.same'
    WHEN p_constraint IN ('amount_is_positive', 'terms_typed_from') THEN 'amount.sign'
    WHEN p_constraint IN (
        'approval_rules_from_amount_check', 'limits_per_operation_check', 'limits_per_day_check') THEN 'amount.negative'
    WHEN p_constraint LIKE '%\_plain' OR p_constraint IN (
        'reservations_reference_check', 'credit_lots_source_check') THEN 'text.character'
    WHEN p_constraint IN ('username_grammar', 'system_names_begin_with_at') THEN 'user.grammar'
    WHEN p_constraint = 'operator_grammar' THEN 'operator.grammar'
    WHEN p_constraint = 'effective_in_range' THEN 'effective.range'
    WHEN p_sqlstate = '22003' THEN 'amount.range'
    WHEN p_sqlstate = '23502' AND p_column IN ('from_wallet', 'to_wallet') THEN 'user.unknown'
    WHEN p_sqlstate = '23502' AND p_column = 'username' THEN 'user.empty'
    WHEN p_sqlstate = '23502' AND p_column = 'currency' THEN 'currency.unknown'
    WHEN p_sqlstate = '23502' AND p_column = 'reference' THEN 'reference.empty'
    WHEN p_sqlstate = '23502' AND p_column = 'source' THEN 'source.empty'
    WHEN p_sqlstate = '23502' AND p_column = 'note' THEN 'note.empty'
    WHEN p_sqlstate = '23502' THEN 'amount.empty'
    ELSE 'constraint.' || coalesce(nullif(p_constraint, ''), p_sqlstate)
END;
