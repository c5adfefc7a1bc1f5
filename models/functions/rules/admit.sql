-- Whether policy lets the session's operator do this now: approvals by kind and tier, unless an allowance lets it pass, in dual
-- control those of the day's sum, then the limits of the operator and of every role. What is used of a day's limit is counted
-- under a lock of the operator's own row, and only where there is a limit. Internal; called before any wallet is locked.
CREATE OR REPLACE FUNCTION ledger.admit(p_kind text, p_currency text, p_amount numeric, p_approved boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    needed smallint;
    cap record;
    used numeric;
BEGIN
    IF NOT p_approved THEN
        needed := ledger.approvals_for(p_kind, p_currency, p_amount);
        -- Read here and not by dual_control(): a call with settings of its own, for each movement.
        IF needed = 0 AND (SELECT c.dual_control FROM ledger.controls c) THEN
            needed := ledger.count_tier(p_kind, p_currency, p_amount);
        END IF;
        IF needed > 0 AND NOT ledger.take_allowance(p_kind, p_currency, p_amount) THEN
            PERFORM ledger.refuse('approval.required', jsonb_build_object('kind', p_kind, 'approvals', needed));
        END IF;
    END IF;
    -- The operator's own row counts instead of the roles'; among the roles' the tightest.
    FOR cap IN
        SELECT l.kind, min(l.per_operation) AS per_operation, min(l.per_day) AS per_day
        FROM ledger.limits l
        WHERE l.kind IN (p_kind, '*') AND l.currency = p_currency AND (
            l.holder = session_user
            OR (pg_has_role(session_user, to_regrole(quote_ident(l.holder))::oid, 'MEMBER') AND NOT EXISTS (
                SELECT FROM ledger.limits own
                WHERE own.holder = session_user AND own.kind = l.kind AND own.currency = l.currency)))
        GROUP BY l.kind ORDER BY l.kind
    LOOP
        IF p_amount > cap.per_operation THEN
            PERFORM ledger.refuse('limit.operation', ledger.of_currency(p_currency) || jsonb_build_object(
                'kind', cap.kind, 'limit', cap.per_operation));
        END IF;
        IF cap.per_day IS NOT NULL THEN
            INSERT INTO ledger.limit_usage AS u (operator, day, kind, currency, amount)
            -- The day is read here and nowhere before: set_business_zone waits for this row's table.
            VALUES (session_user, ledger.business_day(clock_timestamp()), cap.kind, p_currency, p_amount)
            ON CONFLICT (operator, day, kind, currency) DO UPDATE SET amount = u.amount + excluded.amount
            RETURNING u.amount INTO used;
            IF used > cap.per_day THEN
                PERFORM ledger.refuse('limit.day', ledger.of_currency(p_currency) || jsonb_build_object(
                    'kind', cap.kind, 'limit', cap.per_day, 'left', cap.per_day - (used - p_amount),
                    'zone', ledger.business_zone()));
            END IF;
        END IF;
    END LOOP;
END $$;

-- How many checkers the rules ask for; 0 when none catches it.
CREATE OR REPLACE FUNCTION ledger.approvals_for(p_kind text, p_currency text, p_amount numeric) RETURNS smallint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((
        SELECT r.approvals FROM ledger.approval_rules r
        WHERE r.kind = p_kind AND r.currency = p_currency AND r.from_amount <= p_amount
        ORDER BY r.from_amount DESC LIMIT 1), 0::smallint);
END $$;
