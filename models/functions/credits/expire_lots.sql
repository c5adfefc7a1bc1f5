-- Send the dead parts of these wallets' lots to @breakage, one transaction a lot; returns how many and how
-- much of each currency. The wallets are locked; frozen ones too, for time passes there as well. Internal.
CREATE OR REPLACE FUNCTION ledger.expire_lots(
    p_wallets bigint[], p_at timestamptz, OUT lots integer, OUT amounts jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    postings ledger.posting[];
    changes ledger.lot_change[];
    of_currency record;
    expired numeric;
    gone integer;
BEGIN
    lots := 0;
    amounts := '{}';
    -- Mostly there is nothing to reckon with: 0.1 ms instead of 0.9, in a capture of 3.
    IF NOT EXISTS (
        SELECT FROM ledger.credit_lots l
        WHERE l.wallet_id = ANY (p_wallets) AND l.closed_at IS NULL AND l.expires_at <= p_at) THEN
        RETURN;
    END IF;
    -- One posting is of one currency, since its lines go to one system wallet.
    FOR of_currency IN
        SELECT w.currency, array_agg(w.id) AS wallets, min(w.id) AS beside FROM ledger.wallets w
        WHERE w.id = ANY (p_wallets) GROUP BY w.currency ORDER BY w.currency
    LOOP
        SELECT array_agg(ROW(
                dead.line, 'expiry', dead.wallet_id, breakage.id, dead.dead, NULL, 'Credit expired', NULL,
                dead.dead, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::ledger.posting),
            array_agg(ROW(dead.line, dead.lot_id, -dead.dead)::ledger.lot_change),
            count(*), sum(dead.dead)
        INTO postings, changes, gone, expired
        FROM (
            SELECT d.*, row_number() OVER (ORDER BY d.wallet_id, d.lot_id)::integer AS line
            FROM ledger.dead_lots(of_currency.wallets, p_at) d
        ) dead CROSS JOIN (SELECT ledger.system_wallet('@breakage', of_currency.beside) AS id) breakage;
        IF postings IS NOT NULL THEN
            -- Time passes for a frozen account too.
            PERFORM ledger.post(postings, NULL, changes, p_at, enum_range(NULL::ledger.account_status));
            lots := lots + gone;
            amounts := amounts || jsonb_build_object(of_currency.currency, expired::text);
        END IF;
    END LOOP;
END $$;
