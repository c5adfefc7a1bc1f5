-- A checker lets another operator decide in their place for a time: a row that is judged whenever a request is decided on, never a
-- group. The right stays the checker's: what they may not decide, or have decided, nobody decides for them.
CREATE OR REPLACE FUNCTION ledger.delegate(p_key uuid, p_delegate text, p_ends_at timestamptz, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'delegate', jsonb_build_object(
        'delegate', p_delegate, 'ends_at', ledger.utc(p_ends_at), 'reason', p_reason));
END $$;

-- The checker, who decides in their place, or an admin ends it before its time.
CREATE OR REPLACE FUNCTION ledger.end_delegation(p_key uuid, p_delegation bigint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'end_delegation', jsonb_build_object('delegation', p_delegation, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_delegate(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    called constant text := p_request ->> 'delegate';
    ends constant timestamptz := p_request ->> 'ends_at';
    made bigint;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF NOT pg_has_role(session_user, 'ledger_approver', 'MEMBER') THEN
        RAISE EXCEPTION 'only a checker may delegate' USING ERRCODE = 'insufficient_privilege';
    ELSIF called = session_user THEN
        PERFORM ledger.refuse('delegation.self');
    ELSIF NOT ledger.is_active(called) THEN
        PERFORM ledger.refuse('operator.unknown', jsonb_build_object('operator', called));
    ELSIF (ends > clock_timestamp() AND ends <= clock_timestamp() + interval '90 days') IS NOT TRUE THEN
        PERFORM ledger.refuse('delegation.time');
    END IF;
    INSERT INTO ledger.delegations AS d (delegate, reason, ends_at) VALUES (called, p_request ->> 'reason', ends)
    RETURNING d.id INTO made;
    RETURN jsonb_build_object('status', 'done', 'delegation', made, 'delegate', called, 'ends_at', ledger.utc(ends));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_end_delegation(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found ledger.delegations;
BEGIN
    PERFORM ledger.require_reason(p_request);
    SELECT * INTO found FROM ledger.delegations d WHERE d.id = (p_request ->> 'delegation')::bigint FOR NO KEY UPDATE;
    IF found.id IS NULL OR found.ended_at IS NOT NULL OR found.ends_at <= clock_timestamp() THEN
        PERFORM ledger.refuse('delegation.ended', jsonb_build_object('by', found.ended_by, 'at', found.ended_at));
    ELSIF session_user NOT IN (found.delegator, found.delegate) THEN
        PERFORM ledger.require_admin();
    END IF;
    UPDATE ledger.delegations d SET ended_by = session_user, ended_at = clock_timestamp() WHERE d.id = found.id;
    RETURN jsonb_build_object('status', 'done', 'delegation', found.id);
END $$;

-- Whether a role may sign in and is an operator of this ledger. Internal.
CREATE OR REPLACE FUNCTION ledger.is_active(p_operator text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM pg_roles r WHERE r.rolname = p_operator AND r.rolcanlogin
            AND pg_has_role(r.oid, 'ledger_viewer', 'MEMBER')
            AND NOT EXISTS (SELECT FROM ledger.operators o WHERE o.name = r.rolname AND o.status <> 'active'))
$$;

-- Whose right the session's operator decides by: NULL for one's own, else the checker who delegated. An admin decides on controls,
-- a checker on all else. In dual control nobody decides on what was made by a login whose password they set, that set theirs, or
-- that one admin gave a password in dual control too: it may be the same person. Internal.
CREATE OR REPLACE FUNCTION ledger.checker_of(p_asked ledger.approval_requests) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting_for text;
BEGIN
    IF ledger.is_control(p_asked.kind) THEN
        PERFORM ledger.require_admin();
    ELSIF NOT pg_has_role(session_user, 'ledger_approver', 'MEMBER')
        AND NOT pg_has_role(session_user, 'ledger_owner', 'MEMBER') THEN
        SELECT d.delegator INTO acting_for FROM ledger.delegations d
        WHERE d.delegate = session_user AND d.ended_at IS NULL AND d.ends_at > clock_timestamp()
            AND ledger.is_active(d.delegator) AND ledger.is_member(d.delegator, 'ledger_approver')
        -- One who may still decide on this.
        ORDER BY d.delegator = p_asked.created_by, EXISTS (
            SELECT FROM ledger.approvals a
            WHERE a.request_id = p_asked.id AND d.delegator IN (a.approved_by, a.acting_for)), d.id LIMIT 1;
        IF acting_for IS NULL THEN
            RAISE EXCEPTION 'only a checker of the ledger, or who acts for one, may do this'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    IF ledger.dual_control() AND EXISTS (
        SELECT FROM ledger.operators o
        WHERE (o.name, o.password_by) IN ((session_user, p_asked.created_by), (p_asked.created_by, session_user))
            OR (o.name = session_user AND o.password_dual AND EXISTS (
                SELECT FROM ledger.operators m
                WHERE m.name = p_asked.created_by AND m.password_dual AND m.password_by = o.password_by))) THEN
        PERFORM ledger.refuse('approval.password', jsonb_build_object('maker', p_asked.created_by));
    END IF;
    RETURN acting_for;
END $$;
