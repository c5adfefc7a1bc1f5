-- How many checkers the session's operator needs for this now: those of the rules, and in dual control those of the tiers of all
-- kinds at what the operator moved today without one, with this: neither parts nor another way are a way around a tier.
CREATE OR REPLACE FUNCTION ledger.checkers_for(p_kind text, p_currency text, p_amount numeric) RETURNS smallint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN greatest(ledger.approvals_for(p_kind, p_currency, p_amount), CASE WHEN ledger.dual_control() THEN
        ledger.tier_at(p_kind, p_currency, p_amount + coalesce((
            SELECT u.amount FROM ledger.tier_usage u WHERE (u.operator, u.day, u.currency)
                = (session_user, ledger.business_day(clock_timestamp()), p_currency)), 0)) END);
END $$;

-- The most that the rules of its own kind, or of those that move money, ask for at an amount; 0 when none catches it. A rule for
-- all of a kind, from 0 on, is about that kind alone: no transfer would pass where each grant has its checker. Internal.
CREATE OR REPLACE FUNCTION ledger.tier_at(p_kind text, p_currency text, p_amount numeric) RETURNS smallint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(tier.approvals), 0::smallint) FROM (
        SELECT DISTINCT ON (r.kind) r.approvals FROM ledger.approval_rules r
        WHERE r.currency = p_currency AND r.from_amount <= p_amount AND (r.kind = p_kind OR (
            r.kind IN ('transfer', 'grant_credit', 'capture', 'post_batch') AND r.from_amount > 0))
        ORDER BY r.kind, r.from_amount DESC) tier
$$;

-- What passes without a checker in dual control, counted under a lock of the operator's own row; answers how many checkers it
-- needs, and then counts nothing. Internal.
CREATE OR REPLACE FUNCTION ledger.count_tier(p_kind text, p_currency text, p_amount numeric) RETURNS smallint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today date;
    moved numeric;
    needed smallint;
BEGIN
    -- The day is read here and nowhere before: set_business_zone waits for this row's table.
    INSERT INTO ledger.tier_usage AS u (operator, day, currency, amount)
    VALUES (session_user, ledger.business_day(clock_timestamp()), p_currency, 0)
    ON CONFLICT (operator, day, currency) DO UPDATE SET amount = u.amount RETURNING u.day, u.amount INTO today, moved;
    needed := ledger.tier_at(p_kind, p_currency, moved + p_amount);
    IF needed = 0 THEN
        UPDATE ledger.tier_usage u SET amount = u.amount + p_amount
        WHERE (u.operator, u.day, u.currency) = (session_user, today, p_currency);
    END IF;
    RETURN needed;
END $$;
