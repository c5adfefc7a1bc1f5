-- What changes who may do what. In dual control such a change that gives is a request that another admin decides on; one that
-- takes away is done at once. Internal.
CREATE OR REPLACE FUNCTION ledger.is_control(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(p_kind IN ('set_approval_rule', 'set_approval_terms', 'set_limit', 'set_allowance', 'set_dual_control',
        'create_operator', 'set_operator_groups', 'set_operator_password', 'enable_operator'), false)
$$;

CREATE OR REPLACE FUNCTION ledger.dual_control() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((SELECT c.dual_control FROM ledger.controls c), false);
END $$;

-- Before a control is changed: an admin does it, and in dual control not alone where it gives. Changes go one by one, so that
-- what gives is judged by what stands. Answers whose session was ended for it, if any. Internal.
CREATE OR REPLACE FUNCTION ledger.require_second(p_kind text, p_request jsonb, p_approved boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held record;
BEGIN
    PERFORM ledger.require_admin();
    held := ledger.hold_controls();
    IF NOT p_approved AND (p_kind = 'set_dual_control' OR (held.dual AND ledger.gives(p_kind, p_request))) THEN
        PERFORM ledger.refuse('control.second', jsonb_build_object('kind', p_kind));
    END IF;
    RETURN held.ended;
END $$;

-- The one row of the controls, locked until the transaction ends. Nobody keeps it by idling, or one admin alone would keep dual
-- control from being turned on: it is as with the audit head. An UPDATE, for the lock by which end_blocker finds who has it; a
-- row that is missing is nobody's to lock, and verify tells. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_controls(OUT dual boolean, OUT ended jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    timeout constant text := current_setting('lock_timeout');
    started constant timestamptz := clock_timestamp();
    waited interval;
BEGIN
    LOOP
        BEGIN
            PERFORM set_config('lock_timeout', '1s', true);
            UPDATE ledger.controls c SET dual_control = c.dual_control RETURNING c.dual_control INTO dual;
            PERFORM set_config('lock_timeout', timeout, true);
            RETURN;
        EXCEPTION
            WHEN lock_not_available THEN
                waited := clock_timestamp() - started;
                IF waited >= nullif(timeout::interval, interval '0') THEN
                    RAISE;
                END IF;
                ended := coalesce(ledger.end_blocker('controls', waited > interval '1.9 s'), ended);
        END;
    END LOOP;
END $$;

-- Whether a change lets anybody do more than now. Internal.
CREATE OR REPLACE FUNCTION ledger.gives(p_kind text, p_request jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rule ledger.approval_rules;
    cap ledger.limits;
    terms ledger.approval_terms;
BEGIN
    CASE p_kind
        WHEN 'set_approval_rule' THEN
            rule := jsonb_populate_record(NULL::ledger.approval_rules, p_request);
            -- At each amount where a tier begins: fewer checkers than now?
            RETURN EXISTS (
                SELECT FROM (
                    SELECT r.from_amount FROM ledger.approval_rules r WHERE (r.kind, r.currency) = (rule.kind, rule.currency)
                    UNION SELECT rule.from_amount) edge (amount)
                WHERE ledger.approvals_for(rule.kind, rule.currency, edge.amount) > coalesce((
                    SELECT tier.approvals FROM (
                        SELECT r.from_amount, r.approvals FROM ledger.approval_rules r
                        WHERE (r.kind, r.currency) = (rule.kind, rule.currency) AND r.from_amount <> rule.from_amount
                        UNION ALL SELECT rule.from_amount, rule.approvals WHERE rule.approvals > 0) tier
                    WHERE tier.from_amount <= edge.amount ORDER BY tier.from_amount DESC LIMIT 1), 0));
        WHEN 'set_approval_terms' THEN
            SELECT * INTO terms FROM ledger.approval_terms t WHERE t.currency = p_request ->> 'currency';
            RETURN coalesce((p_request ->> 'typed_from')::numeric, 'infinity'::numeric) > coalesce(terms.typed_from, 'infinity'::numeric)
                OR (p_request ->> 'days')::numeric > coalesce(terms.days, 14);
        WHEN 'set_limit' THEN
            cap := jsonb_populate_record(NULL::ledger.limits, p_request);
            RETURN EXISTS (
                SELECT FROM ledger.touched_by(cap.holder) who (name)
                CROSS JOIN LATERAL ledger.limit_of(who.name, cap.kind, cap.currency) old
                CROSS JOIN LATERAL ledger.limit_of(who.name, cap.kind, cap.currency, cap) new
                WHERE coalesce(new.per_operation, 'infinity'::numeric) > coalesce(old.per_operation, 'infinity'::numeric)
                    OR coalesce(new.per_day, 'infinity'::numeric) > coalesce(old.per_day, 'infinity'::numeric));
        WHEN 'set_allowance' THEN
            -- What is set lets so much pass; less than that of the roles it stands before, or of now, only takes.
            cap := jsonb_populate_record(NULL::ledger.limits, p_request);
            RETURN EXISTS (
                SELECT FROM ledger.touched_by(cap.holder) who (name)
                CROSS JOIN LATERAL ledger.allowance_for(who.name, cap.kind, cap.currency) old
                CROSS JOIN LATERAL ledger.allowance_for(who.name, cap.kind, cap.currency, cap) new
                WHERE coalesce(new.per_operation, 0) > coalesce(old.per_operation, 0)
                    OR coalesce(new.per_day, 0) > coalesce(old.per_day, 0));
        WHEN 'set_operator_groups' THEN
            RETURN ledger.groups_give(p_request ->> 'operator', p_request -> 'groups');
        WHEN 'set_operator_password' THEN
            RETURN p_request ->> 'operator' IS DISTINCT FROM session_user;
        ELSE
            RETURN true;
    END CASE;
END $$;

-- Whom a change for a role or operator touches: itself, and whoever is in it and may sign in. Internal.
CREATE OR REPLACE FUNCTION ledger.touched_by(p_holder text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_holder UNION
    SELECT r.rolname::text FROM pg_roles r
    WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, to_regrole(quote_ident(p_holder))::oid, 'MEMBER')
$$;

-- The limit that counts for an operator: the operator's own row instead of the roles', among the roles' the tightest; NULL where
-- there is none. p_instead: as if this row stood, or, without numbers, as if it did not. Internal.
CREATE OR REPLACE FUNCTION ledger.limit_of(
    p_operator text, p_kind text, p_currency text, p_instead ledger.limits DEFAULT NULL,
    OUT per_operation bigint, OUT per_day bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH stands AS (
        SELECT l.holder, l.per_operation, l.per_day FROM ledger.limits l
        WHERE l.kind = p_kind AND l.currency = p_currency AND l.holder IS DISTINCT FROM p_instead.holder
        UNION ALL
        SELECT p_instead.holder, p_instead.per_operation, p_instead.per_day
        WHERE num_nonnulls(p_instead.per_operation, p_instead.per_day) > 0)
    SELECT min(s.per_operation), min(s.per_day) FROM stands s
    WHERE s.holder = p_operator OR (ledger.is_member(p_operator, s.holder)
        AND NOT EXISTS (SELECT FROM stands own WHERE own.holder = p_operator))
$$;

-- What passes of an operator without a checker, in the same way. Internal.
CREATE OR REPLACE FUNCTION ledger.allowance_for(
    p_operator text, p_kind text, p_currency text, p_instead ledger.limits DEFAULT NULL,
    OUT per_operation bigint, OUT per_day bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH stands AS (
        SELECT a.holder, a.per_operation, a.per_day FROM ledger.allowances a
        WHERE a.kind = p_kind AND a.currency = p_currency AND a.holder IS DISTINCT FROM p_instead.holder
        UNION ALL
        SELECT p_instead.holder, p_instead.per_operation, p_instead.per_day
        WHERE num_nonnulls(p_instead.per_operation, p_instead.per_day) > 0)
    SELECT min(s.per_operation), min(s.per_day) FROM stands s
    WHERE s.holder = p_operator OR (ledger.is_member(p_operator, s.holder)
        AND NOT EXISTS (SELECT FROM stands own WHERE own.holder = p_operator))
$$;

-- Whether a role is in another; of names that no role has, NULL. Internal.
CREATE OR REPLACE FUNCTION ledger.is_member(p_role text, p_group text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_has_role(to_regrole(quote_ident(p_role))::oid, to_regrole(quote_ident(p_group))::oid, 'MEMBER')
$$;
