-- Which lots a capture burns and how much of each: the soonest to expire first, then the oldest; then the
-- plain balance. A lot counts when it was alive as the hold was made: what expired since was kept by it.
-- Internal; the caller has the wallet's lock or only wants to know.
CREATE OR REPLACE FUNCTION ledger.burn_plan(p_wallet bigint, p_amount bigint, p_held_since timestamptz)
RETURNS TABLE (place bigint, lot_id bigint, source text, expires_at timestamptz, remaining bigint, burned bigint)
LANGUAGE sql STABLE AS $$
    SELECT lot.place, lot.id, lot.source, lot.expires_at, lot.remaining,
        least(lot.remaining, p_amount - lot.so_far + lot.remaining)::bigint
    FROM (
        SELECT l.*, row_number() OVER burn AS place, sum(l.remaining) OVER burn AS so_far
        FROM ledger.credit_lots l
        WHERE l.wallet_id = p_wallet AND l.closed_at IS NULL AND (l.expires_at > p_held_since OR l.expires_at IS NULL)
        WINDOW burn AS (ORDER BY l.expires_at, l.created_at, l.id ROWS UNBOUNDED PRECEDING)
    ) lot WHERE lot.so_far - lot.remaining < p_amount
$$;

-- The same for people: what capturing an open reservation would take, lot by lot, without doing it. A row
-- without a lot is the plain balance.
CREATE OR REPLACE FUNCTION ledger.burn_preview(p_reservation text, p_amount bigint DEFAULT NULL)
RETURNS TABLE (
    place bigint, lot_id bigint, source text, expires_at timestamptz, remaining bigint, burned bigint,
    remaining_after bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH held AS (
        SELECT r.wallet_id, r.created_at, least(coalesce(p_amount, r.amount), r.amount) AS amount,
            w.balance - w.granted AS plain
        FROM ledger.reservations r JOIN ledger.wallets w ON w.id = r.wallet_id
        WHERE r.reference = p_reservation AND r.status = 'reserved'
    ), plan AS (
        SELECT p.* FROM held CROSS JOIN LATERAL ledger.burn_plan(held.wallet_id, held.amount, held.created_at) p
    )
    SELECT plan.place, plan.lot_id, plan.source, plan.expires_at, plan.remaining, plan.burned,
        plan.remaining - plan.burned
    FROM plan
    UNION ALL
    SELECT spent.lots + 1, NULL, NULL, NULL, held.plain, held.amount - spent.burned,
        held.plain - (held.amount - spent.burned)
    FROM held CROSS JOIN (SELECT count(*) AS lots, coalesce(sum(plan.burned), 0)::bigint AS burned FROM plan) spent
    WHERE held.amount > spent.burned
    ORDER BY 1
$$;
