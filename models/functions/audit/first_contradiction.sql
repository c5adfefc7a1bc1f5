-- The first of these transactions that is not what its operation asked for, or that no operation made: such a row must
-- not be laundered by a seal. Rows of a demo, and those older than the ledger's name, were made by none; batches,
-- their reversals, acts on many holds or credits and expiries are held by what stands beside them. Operations are
-- written in the order of their moments, so those of a range are found by its own, and when one is missing among all
-- there are. Internal.
CREATE OR REPLACE FUNCTION ledger.first_contradiction(
    p_after bigint, p_through bigint, OUT transaction bigint, OUT code text, OUT asked text, OUT stands text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    born constant timestamptz := (SELECT i.made_at FROM ledger.identity i);
    -- What follows a demo's last row.
    after constant bigint := greatest(p_after, (
        SELECT max((e.detail ->> 'last_transaction')::bigint) FROM ledger.audit_events e WHERE e.action = 'make_demo'));
    first timestamptz;
    last timestamptz;
BEGIN
    SELECT min(t.posted_at), max(t.posted_at) INTO first, last
    FROM ledger.transactions t WHERE t.id > after AND t.id <= p_through AND t.posted_at >= born;
    IF first IS NULL THEN
        RETURN;
    END IF;
    SELECT c.* INTO transaction, code, asked, stands
    FROM ledger.contradictions(after, p_through, born, first, last + interval '15 minutes') c ORDER BY 1 LIMIT 1;
    IF code = 'transaction.made' THEN
        SELECT c.* INTO transaction, code, asked, stands
        FROM ledger.contradictions(after, p_through, born, '-infinity', 'infinity') c ORDER BY 1 LIMIT 1;
    END IF;
END $$;

-- The same of all of them, by the operations of a span of time. A transfer's or a capture's request is not kept, but
-- its hash is: what the row says now must have been asked for, in one of the ways in which it can be said.
CREATE OR REPLACE FUNCTION ledger.contradictions(
    p_after bigint, p_through bigint, p_born timestamptz, p_from timestamptz, p_until timestamptz)
RETURNS TABLE (transaction bigint, code text, asked text, stands text)
LANGUAGE sql STABLE AS $$
    WITH asked AS MATERIALIZED (
        SELECT (o.outcome ->> 'transaction')::bigint AS transaction, o.kind, o.operator, o.outcome, o.request_hash
        FROM ledger.operations o
        WHERE o.created_at BETWEEN p_from AND p_until AND o.outcome ->> 'transaction' IS NOT NULL
    ), met AS (
        SELECT t.id, t.kind, t.amount, t.operator, asked.kind AS asked_kind, asked.operator AS asked_by,
            CASE
                WHEN asked.kind IS NULL THEN t.batch_id IS NOT NULL OR t.kind = 'expiry'
                    OR (t.kind = 'reversal' AND coalesce(t.metadata ?| '{batch,act}', false))
                    OR (t.kind = 'capture' AND coalesce(t.metadata ? 'act', false))
                WHEN (t.posted_at, t.operator) IS DISTINCT FROM
                    ((asked.outcome ->> 'posted_at')::timestamptz, asked.operator) THEN false
                WHEN asked.kind = 'transfer' THEN asked.request_hash = ANY (ARRAY(
                    SELECT ledger.request_hash('transfer', jsonb_build_object(
                        'from', fu.username, 'to', tu.username, 'currency', w.currency, 'amount', t.amount,
                        'reference', t.reference, 'description', said.description, 'effective_at', said.at)
                        || ledger.by_hand(t.metadata ->> 'reason', t.ticket))
                    FROM (VALUES
                        (t.description, CASE WHEN t.effective_at <> t.posted_at THEN ledger.utc(t.effective_at) END),
                        (t.description, ledger.utc(t.effective_at)),
                        (nullif(t.description, ''),
                            CASE WHEN t.effective_at <> t.posted_at THEN ledger.utc(t.effective_at) END)
                    ) said (description, at)))
                WHEN asked.kind = 'capture' THEN t.reservation_id IS NOT NULL
                    AND t.amount = (asked.outcome ->> 'amount')::bigint AND asked.request_hash = ANY (ARRAY(
                    SELECT ledger.request_hash('capture', jsonb_build_object(
                        'reservation', r.reference, 'amount', taken.amount, 'to', payee.name,
                        'reference', t.reference, 'description', said.description) || ledger.by_hand(NULL, t.ticket))
                    FROM (VALUES (t.amount), (NULL)) taken (amount), (VALUES (tu.username), (NULL)) payee (name),
                        (VALUES (t.description), (''), (NULL)) said (description)
                    WHERE coalesce(nullif(said.description, ''), r.description) = t.description
                        AND (payee.name IS NOT NULL OR tu.username = '@revenue')))
                ELSE true END AS same
        FROM ledger.transactions t
        LEFT JOIN asked ON asked.transaction = t.id
        LEFT JOIN ledger.wallets w ON w.id = t.from_wallet
        LEFT JOIN ledger.users fu ON fu.id = w.user_id
        LEFT JOIN ledger.wallets tw ON tw.id = t.to_wallet
        LEFT JOIN ledger.users tu ON tu.id = tw.user_id
        LEFT JOIN ledger.reservations r ON r.id = t.reservation_id
        WHERE t.id > p_after AND t.id <= p_through AND t.posted_at >= p_born
            -- As it stands it was looked at, and acknowledged with a reason; verify goes on naming it.
            AND NOT EXISTS (
                SELECT FROM ledger.acknowledgements a
                WHERE a.transaction_id = t.id AND a.digest = ledger.transaction_digest(t))
    )
    SELECT met.id, CASE WHEN met.asked_kind IS NULL THEN 'transaction.made' ELSE 'transaction.asked' END,
        coalesce(met.asked_kind || ' as ' || met.asked_by || ' asked for it', 'an operation'),
        CASE WHEN met.asked_kind IS NULL THEN 'none' ELSE met.kind || ' of ' || met.amount || ' by ' || met.operator END
    FROM met WHERE met.same IS NOT TRUE
$$;
