-- Who may do what; re-applied by every migrate run, so nothing granted by hand survives it.
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
DO $$
DECLARE
    grantee text;
    things text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END
        FROM (
            SELECT nspacl AS list FROM pg_namespace WHERE nspname = 'ledger'
            UNION ALL SELECT relacl FROM pg_class WHERE relnamespace = 'ledger'::regnamespace
            UNION ALL SELECT attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE c.relnamespace = 'ledger'::regnamespace AND attacl IS NOT NULL
            UNION ALL SELECT proacl FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
        ) acl CROSS JOIN LATERAL aclexplode(acl.list) given
        WHERE given.grantee <> 'ledger_owner'::regrole
    LOOP
        FOREACH things IN ARRAY ARRAY['SCHEMA ledger', 'ALL TABLES IN SCHEMA ledger',
            'ALL SEQUENCES IN SCHEMA ledger', 'ALL FUNCTIONS IN SCHEMA ledger'] LOOP
            EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', things, grantee);
        END LOOP;
    END LOOP;
END $$;
-- EXECUTE is given to PUBLIC by default; not to what later migrations create either. For the owner as a
-- whole: default privileges of one schema can only add to it.
ALTER DEFAULT PRIVILEGES FOR ROLE ledger_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA ledger TO ledger_viewer, ledger_keeper;
GRANT SELECT ON ledger.currencies, ledger.calendar, ledger.users, ledger.wallets, ledger.transactions, ledger.checkpoints,
    ledger.credit_lots, ledger.lot_movements, ledger.reservations, ledger.batches, ledger.batch_lines,
    ledger.batch_parties, ledger.account_notes, ledger.account_flags, ledger.account_follows,
    ledger.approval_rules, ledger.approval_requests, ledger.approvals, ledger.limits, ledger.limit_usage,
    ledger.audit_events, ledger.audit_head, ledger.seals, ledger.acknowledgements, ledger.identity,
    ledger.schema_version, ledger.keeper_lease, ledger.jobs, ledger.daily_movements, ledger.daily_balances,
    ledger.daily_mark, ledger.hint_sent, ledger.reversals, ledger.batch_offsets, ledger.allowances,
    ledger.allowance_usage, ledger.account_counts, ledger.acts, ledger.lot_events, ledger.hold_events,
    ledger.approval_terms, ledger.controls, ledger.tier_usage, ledger.delegations TO ledger_viewer, ledger_keeper;
GRANT EXECUTE ON FUNCTION ledger.is_plain_text(text), ledger.kind_of(text, text),
    ledger.system_balance(bigint), ledger.batch_content_hash(bigint), ledger.batch_summary(bigint),
    ledger.batch_problems(bigint), ledger.dead_lots(bigint[], timestamptz), ledger.burn_preview(text, bigint),
    ledger.reversal_problems(bigint), ledger.reversal_rest(bigint), ledger.approvals_for(text, text, numeric), ledger.checkers_for(text, text, numeric), ledger.dual_control(), ledger.business_zone(),
    ledger.business_day(timestamptz), ledger.start_of_day(date), ledger.may_close_flags(text),
    ledger.follow_account(uuid, text, boolean), ledger.batch_posting(bigint),
    ledger.unlock_writing(uuid, text, integer) TO ledger_viewer;
-- The words of the lease's place, and what a constraint asks.
GRANT EXECUTE ON FUNCTION ledger.is_plain_text(text) TO ledger_keeper;
GRANT EXECUTE ON FUNCTION ledger.is_ticket(text), ledger.is_metadata(jsonb) TO ledger_viewer, ledger_keeper;
GRANT SELECT ON ledger.operations TO ledger_operator, ledger_auditor, ledger_keeper;

-- The automatic jobs: in an open console by an operator's rights, or by a service that may do nothing else. It reads what
-- verify reads.
GRANT EXECUTE ON FUNCTION ledger.job_states(), ledger.job_runs(text, integer) TO ledger_viewer, ledger_keeper;
GRANT EXECUTE ON FUNCTION ledger.claim_lease(bigint, text), ledger.leave_lease(bigint),
    ledger.run_job(uuid, bigint, text), ledger.report_job(uuid, bigint, text, text, jsonb),
    ledger.start_job(bigint, text) TO ledger_operator, ledger_keeper;

-- Whoever writes may ask what became of what was written.
GRANT EXECUTE ON FUNCTION ledger.settle_operation(uuid) TO ledger_viewer;
GRANT EXECUTE ON FUNCTION ledger.set_account_status(uuid, text, ledger.account_status, text, text),
    ledger.open_account(uuid, text, text, text, text, text, text), ledger.add_note(uuid, text, text, text),
    ledger.set_account_metadata(uuid, text, jsonb, text, text),
    ledger.flag_account(uuid, text, text, text), ledger.assign_flag(uuid, text, bigint, text),
    ledger.close_flag(uuid, text, bigint),
    ledger.release(uuid, text, text, text), ledger.extend_reservation(uuid, text, timestamptz, text, text),
    ledger.release_holds(uuid, text[], text, text), ledger.extend_holds(uuid, text[], timestamptz, text, text)
    TO ledger_support, ledger_operator;
-- What support may not do it may ask for, and see before what would come of it.
GRANT EXECUTE ON FUNCTION ledger.submit_request(uuid, text, jsonb, text, text, bigint), ledger.withdraw_request(uuid, bigint, text),
    ledger.rehearse_act(text, jsonb) TO ledger_support, ledger_operator;
-- Own draft lines come by COPY; the table's trigger asks whose draft it is.
GRANT INSERT ON ledger.batch_lines TO ledger_operator;
GRANT EXECUTE ON FUNCTION ledger.transfer(uuid, text, text, text, bigint, text, text, timestamptz, text, text),
    ledger.grant_credit(uuid, text, text, bigint, text, timestamptz, text, text, text, text),
    ledger.reserve(uuid, text, text, bigint, text, timestamptz, text, text),
    ledger.capture(uuid, text, bigint, text, text, text, text), ledger.capture_holds(uuid, text[], text, text, text),
    ledger.extend_lots(uuid, jsonb, timestamptz, text, text), ledger.end_lots(uuid, jsonb, text, text),
    ledger.revive_lots(uuid, jsonb, timestamptz, text, text), ledger.sweep(uuid, integer),
    ledger.set_overdraft_limit(uuid, text, text, bigint, text, text),
    ledger.reverse_transaction(uuid, bigint, bigint, text, timestamptz, text),
    ledger.reverse_batch(uuid, bigint, text, text, text), ledger.offset_batch(uuid, bigint, bigint, boolean),
    ledger.set_aside(uuid, bigint, integer[], text),
    ledger.create_batch(text, text, text, bytea, boolean, text), ledger.discard_batch(bigint),
    ledger.check_batch(bigint), ledger.submit_batch(uuid, bigint, bytea, text),
    ledger.post_batch(uuid, bigint, bytea), ledger.execute_request(uuid, bigint),
    ledger.checkpoint_system_wallets(), ledger.seal(integer) TO ledger_operator;
-- A checker may decide, an admin on controls, and who acts for a checker: the functions ask (approvals/delegate.sql).
GRANT EXECUTE ON FUNCTION ledger.approve_request(uuid, bigint, bytea, text, bigint),
    ledger.approve_requests(uuid, bigint[], bytea[], text), ledger.reject_request(uuid, bigint, text),
    ledger.send_back_request(uuid, bigint, text), ledger.end_delegation(uuid, bigint, text) TO ledger_viewer;
GRANT EXECUTE ON FUNCTION ledger.delegate(uuid, text, timestamptz, text) TO ledger_approver;
-- A checker, or who acts for one, sees what would come of a request, without the right to do it.
GRANT EXECUTE ON FUNCTION ledger.rehearse_request(bigint), ledger.request_since(bigint) TO ledger_viewer;
GRANT EXECUTE ON FUNCTION ledger.seal(integer), ledger.acknowledge_transaction(uuid, bigint, text) TO ledger_auditor;
-- What proves a person's values, to those who check that it does.
GRANT SELECT ON ledger.salts TO ledger_auditor, ledger_admin, ledger_keeper;
GRANT EXECUTE ON FUNCTION ledger.erase_account(uuid, text, text) TO ledger_admin;
GRANT EXECUTE ON FUNCTION ledger.add_currency(text, smallint),
    ledger.correct_currency(uuid, text, smallint, text), ledger.close_currency(uuid, text, text),
    ledger.reopen_currency(uuid, text, text), ledger.set_business_zone(uuid, text, text),
    ledger.set_approval_rule(uuid, text, text, bigint, smallint, text),
    ledger.set_approval_terms(uuid, text, bigint, integer, text),
    ledger.set_limit(uuid, text, text, text, bigint, bigint, text),
    ledger.set_allowance(uuid, text, text, text, bigint, bigint, text),
    ledger.note_restore(uuid, text, jsonb) TO ledger_admin;

-- Operators. ledger_roles reads whom it may touch; the gate counts attempts and can do nothing else.
GRANT USAGE ON SCHEMA ledger TO ledger_roles, ledger_gate;
GRANT SELECT ON ledger.operators TO ledger_roles, ledger_auditor, ledger_admin, ledger_keeper;
GRANT SELECT ON ledger.sign_in_names, ledger.sign_in_attempts TO ledger_auditor, ledger_admin;
GRANT EXECUTE ON FUNCTION ledger.reserve_attempt(text), ledger.attempt_failed(bigint),
    ledger.redeem_code(bigint, text, text) TO ledger_gate;
GRANT EXECUTE ON FUNCTION ledger.session_check(bigint) TO ledger_viewer, ledger_keeper;
GRANT EXECUTE ON FUNCTION ledger.release_locks() TO ledger_operator;
GRANT EXECUTE ON FUNCTION ledger.create_operator(uuid, text, text, text[], text, text, bytea),
    ledger.set_operator_groups(uuid, text, text[], text),
    ledger.disable_operator(uuid, text, text), ledger.end_sessions(uuid, text, text), ledger.enable_operator(uuid, text, text),
    ledger.unlock_operator(uuid, text, text), ledger.set_operator_password(uuid, text, text, text, bytea) TO ledger_admin;
GRANT EXECUTE ON FUNCTION ledger.cancel_session(uuid, integer, timestamptz, text),
    ledger.terminate_session(uuid, integer, timestamptz, text) TO ledger_admin;
