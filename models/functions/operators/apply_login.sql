-- Make the server agree with the ledger on whether an operator may sign in; the gate's row of the name is held.
-- What an administrator shut or dropped by hand is left as it is. Internal.
CREATE OR REPLACE FUNCTION ledger.apply_login(p_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    operator ledger.operators;
    role record;
    welcome boolean;
BEGIN
    SELECT * INTO operator FROM ledger.operators o WHERE o.name = p_name FOR NO KEY UPDATE;
    SELECT r.rolcanlogin, r.rolvaliduntil INTO role FROM pg_roles r WHERE r.rolname = p_name;
    IF operator.name IS NULL OR role.rolcanlogin IS NULL THEN
        RETURN;
    END IF;
    welcome := operator.status = 'active' AND NOT EXISTS (
        SELECT FROM ledger.sign_in_names n WHERE n.name = p_name AND n.locked_until IS NOT NULL);
    IF welcome AND operator.shut THEN
        PERFORM ledger.set_role_login(p_name, true, operator.valid_until);
        UPDATE ledger.operators o SET shut = false, valid_until = NULL WHERE o.name = p_name;
    ELSIF NOT welcome AND role.rolcanlogin THEN
        PERFORM ledger.set_role_login(p_name, false, NULL);
        UPDATE ledger.operators o SET shut = true,
            valid_until = CASE WHEN operator.shut THEN operator.valid_until ELSE role.rolvaliduntil END
        WHERE o.name = p_name;
    END IF;
EXCEPTION
    -- A role that has since been given more than an operator's rights is not the ledger's to change; the
    -- gate still refuses its attempts, and answers as it does for any other.
    WHEN insufficient_privilege THEN
        PERFORM ledger.note('apply_login', 'operator:' || p_name, 'refused', SQLERRM, '{}');
END $$;
