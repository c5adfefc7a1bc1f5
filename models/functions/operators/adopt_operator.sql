-- Look after a role that is there already, as if it had been made here. An administrator of the server calls
-- it, and must have let ledger_roles administer the role. Internal: it would make anybody's role an operator.
CREATE OR REPLACE FUNCTION ledger.adopt_operator(p_operator text, p_groups text[], p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.begin_write();
    INSERT INTO ledger.operators (name, groups) VALUES (p_operator, p_groups);
    PERFORM ledger.give_groups(p_operator, p_groups);
    PERFORM ledger.bound_role(p_operator);
    PERFORM ledger.hold_sign_in(p_operator);
    PERFORM ledger.note('create_operator', 'operator:' || p_operator, 'done', p_reason, jsonb_build_object(
        'request', jsonb_build_object('operator', p_operator, 'groups', to_jsonb(p_groups), 'reason', p_reason),
        'outcome', jsonb_build_object('status', 'created', 'operator', p_operator, 'groups', to_jsonb(p_groups))));
END $$;
