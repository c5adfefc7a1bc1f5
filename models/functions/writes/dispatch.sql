-- Which function does what a request asks for. p_approved: its checkers have agreed to exactly this. Internal.
-- A CASE statement, not one expression: PL/pgSQL sets an expression up anew in each transaction, all of it.
CREATE OR REPLACE FUNCTION ledger.dispatch(p_kind text, p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    IF p_request ? 'ticket' AND ledger.is_ticket(p_request ->> 'ticket') IS NOT TRUE THEN
        PERFORM ledger.refuse('ticket.invalid');
    END IF;
    CASE p_kind
        WHEN 'transfer' THEN RETURN ledger.do_transfer(p_request, p_approved);
        WHEN 'reserve' THEN RETURN ledger.do_reserve(p_request);
        WHEN 'capture' THEN RETURN ledger.do_capture(p_request, p_approved);
        WHEN 'release' THEN RETURN ledger.do_release(p_request);
        WHEN 'extend_reservation' THEN RETURN ledger.do_extend_reservation(p_request);
        WHEN 'capture_holds' THEN RETURN ledger.do_capture_holds(p_request, p_approved);
        WHEN 'release_holds' THEN RETURN ledger.do_release_holds(p_request);
        WHEN 'extend_holds' THEN RETURN ledger.do_extend_holds(p_request);
        WHEN 'sweep' THEN RETURN ledger.do_sweep(p_request);
        WHEN 'run_job' THEN RETURN ledger.do_run_job(p_request);
        WHEN 'grant_credit' THEN RETURN ledger.do_grant_credit(p_request, p_approved);
        WHEN 'extend_lots' THEN RETURN ledger.do_extend_lots(p_request, p_approved);
        WHEN 'end_lots' THEN RETURN ledger.do_end_lots(p_request, p_approved);
        WHEN 'revive_lots' THEN RETURN ledger.do_revive_lots(p_request, p_approved);
        WHEN 'post_batch' THEN RETURN ledger.do_post_batch(p_request, p_approved);
        WHEN 'submit_batch' THEN RETURN ledger.do_submit_batch(p_request);
        WHEN 'reverse_transaction' THEN RETURN ledger.do_reverse_transaction(p_request, p_approved);
        WHEN 'reverse_batch' THEN RETURN ledger.do_reverse_batch(p_request, p_approved);
        WHEN 'offset_batch' THEN RETURN ledger.do_offset_batch(p_request);
        WHEN 'set_aside' THEN RETURN ledger.do_set_aside(p_request);
        WHEN 'open_account' THEN RETURN ledger.do_open_account(p_request);
        WHEN 'set_account_status' THEN RETURN ledger.do_set_account_status(p_request);
        WHEN 'set_overdraft_limit' THEN RETURN ledger.do_set_overdraft_limit(p_request, p_approved);
        WHEN 'add_note' THEN RETURN ledger.do_add_note(p_request);
        WHEN 'flag_account' THEN RETURN ledger.do_flag_account(p_request);
        WHEN 'assign_flag' THEN RETURN ledger.do_assign_flag(p_request);
        WHEN 'close_flag' THEN RETURN ledger.do_close_flag(p_request);
        WHEN 'follow_account' THEN RETURN ledger.do_follow_account(p_request);
        WHEN 'set_account_metadata' THEN RETURN ledger.do_set_account_metadata(p_request);
        WHEN 'erase_account' THEN RETURN ledger.do_erase_account(p_request);
        WHEN 'submit_request' THEN RETURN ledger.do_submit_request(p_request);
        WHEN 'approve_request' THEN RETURN ledger.do_approve_request(p_request);
        WHEN 'approve_requests' THEN RETURN ledger.do_approve_requests(p_request);
        WHEN 'send_back_request' THEN RETURN ledger.do_close_request(p_request, 'returned');
        WHEN 'reject_request' THEN RETURN ledger.do_close_request(p_request, 'rejected');
        WHEN 'withdraw_request' THEN RETURN ledger.do_close_request(p_request, 'withdrawn');
        WHEN 'execute_request' THEN RETURN ledger.do_execute_request(p_request);
        WHEN 'set_approval_rule', 'set_approval_terms', 'set_limit', 'set_allowance', 'set_dual_control', 'create_operator',
            'set_operator_groups', 'set_operator_password', 'enable_operator' THEN
            RETURN ledger.change_control(p_kind, p_request, ledger.require_second(p_kind, p_request, p_approved));
        WHEN 'end_dual_control' THEN RETURN ledger.do_end_dual_control(p_request);
        WHEN 'delegate' THEN RETURN ledger.do_delegate(p_request);
        WHEN 'end_delegation' THEN RETURN ledger.do_end_delegation(p_request);
        WHEN 'correct_currency' THEN RETURN ledger.do_correct_currency(p_request);
        WHEN 'close_currency' THEN RETURN ledger.do_set_currency_closed(p_request, true);
        WHEN 'reopen_currency' THEN RETURN ledger.do_set_currency_closed(p_request, false);
        WHEN 'set_business_zone' THEN RETURN ledger.do_set_business_zone(p_request);
        WHEN 'disable_operator' THEN RETURN ledger.do_set_operator_status(p_request, 'disabled');
        WHEN 'end_sessions' THEN RETURN ledger.do_end_sessions(p_request);
        WHEN 'unlock_writing' THEN RETURN ledger.do_unlock_writing(p_request);
        WHEN 'note_restore' THEN RETURN ledger.do_note_restore(p_request);
        WHEN 'unlock_operator' THEN RETURN ledger.do_unlock_operator(p_request);
        WHEN 'acknowledge_transaction' THEN RETURN ledger.do_acknowledge_transaction(p_request);
        WHEN 'cancel_session' THEN RETURN ledger.do_signal_session(p_request, false);
        WHEN 'terminate_session' THEN RETURN ledger.do_signal_session(p_request, true);
    END CASE;
END $$;

-- Which function changes a control; who may has been asked. p_ended: whose session was ended, which is told last, as the audit head
-- comes after all other locks. Internal.
CREATE OR REPLACE FUNCTION ledger.change_control(p_kind text, p_request jsonb, p_ended jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    answer jsonb;
BEGIN
    answer := CASE p_kind
        WHEN 'set_approval_rule' THEN ledger.do_set_approval_rule(p_request)
        WHEN 'set_approval_terms' THEN ledger.do_set_approval_terms(p_request)
        WHEN 'set_limit' THEN ledger.do_set_limit(p_request)
        WHEN 'set_allowance' THEN ledger.do_set_allowance(p_request)
        WHEN 'set_dual_control' THEN ledger.do_set_dual_control(p_request)
        WHEN 'create_operator' THEN ledger.do_create_operator(p_request)
        WHEN 'set_operator_groups' THEN ledger.do_set_operator_groups(p_request)
        WHEN 'set_operator_password' THEN ledger.do_set_operator_password(p_request)
        WHEN 'enable_operator' THEN ledger.do_set_operator_status(p_request, 'active')
    END;
    IF p_ended IS NOT NULL THEN
        PERFORM ledger.note('end_blocker', 'session:' || (p_ended ->> 'pid'), 'done', 'it held the controls', p_ended);
    END IF;
    RETURN answer;
END $$;
