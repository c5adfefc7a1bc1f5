-- An operator sets a password by the code that was given for it, once, at the gate: as an attempt to sign in that was reserved
-- before. A wrong code is a wrong guess.
CREATE OR REPLACE FUNCTION ledger.redeem_code(p_attempt bigint, p_code text, p_verifier text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called constant text := (SELECT a.name FROM ledger.sign_in_attempts a WHERE a.id = p_attempt);
    held ledger.sign_in_names;
BEGIN
    PERFORM ledger.begin_write();
    IF called IS NULL THEN
        RETURN jsonb_build_object('status', 'failed', 'left', 0);
    END IF;
    held := ledger.hold_sign_in(called);
    IF held.locked_until IS NOT NULL OR NOT EXISTS (
        SELECT FROM ledger.sign_in_attempts a
        WHERE a.id = p_attempt AND a.outcome = 'reserved' AND a.at > clock_timestamp() - ledger.sign_in_window())
        OR NOT EXISTS (
        SELECT FROM ledger.operators o
        WHERE o.name = called AND o.status = 'active' AND o.code_until > clock_timestamp()
            AND o.code_digest = sha256(convert_to(p_code, 'UTF8'))) THEN
        RETURN ledger.attempt_failed(p_attempt);
    END IF;
    BEGIN
        IF p_verifier IS NULL THEN
            RETURN jsonb_build_object('status', 'refused', 'code', 'operator.verifier', 'detail', '{}'::jsonb);
        END IF;
        PERFORM ledger.set_role_password(called, p_verifier);
    EXCEPTION
        WHEN invalid_parameter_value THEN
            RETURN jsonb_build_object('status', 'refused', 'code', 'operator.verifier', 'detail', '{}'::jsonb);
    END;
    UPDATE ledger.operators o SET code_digest = NULL, code_until = NULL WHERE o.name = called;
    UPDATE ledger.sign_in_names n SET counted_after = greatest(n.counted_after, p_attempt) WHERE n.name = called;
    UPDATE ledger.sign_in_attempts a SET outcome = 'succeeded' WHERE a.id = p_attempt;
    PERFORM ledger.note('redeem_code', 'operator:' || called, 'done', 'a password was set by code',
        jsonb_build_object('attempt', p_attempt, 'client', inet_client_addr()));
    RETURN jsonb_build_object('status', 'done', 'operator', called);
END $$;
