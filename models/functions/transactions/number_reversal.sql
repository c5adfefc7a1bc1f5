-- Each reversal is numbered where it is written, whoever writes it: which part of what it reverses it is, and how much of
-- that was given back before it and with it. The constraints of ledger.reversals then hold that the parts follow each other
-- and never exceed the amount; of two that are written at once the later one is refused.
CREATE OR REPLACE FUNCTION ledger.number_reversal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before ledger.reversals;
BEGIN
    SELECT * INTO before FROM ledger.reversals r WHERE r.reverses = NEW.reverses ORDER BY r.part DESC LIMIT 1;
    INSERT INTO ledger.reversals (
        transaction_id, reverses, part, amount, reversed_before, reversed_through, original_amount)
    SELECT NEW.id, NEW.reverses, coalesce(before.part, 0) + 1, NEW.amount, coalesce(before.reversed_through, 0),
        coalesce(before.reversed_through, 0) + NEW.amount,
        (SELECT t.amount FROM ledger.transactions t WHERE t.id = NEW.reverses AND t.kind <> 'reversal');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER numbered AFTER INSERT ON ledger.transactions
    FOR EACH ROW WHEN (NEW.reverses IS NOT NULL) EXECUTE FUNCTION ledger.number_reversal();

-- How much of a transaction was given back, in minor units.
CREATE OR REPLACE FUNCTION ledger.reversed_of(p_transaction bigint) RETURNS bigint
LANGUAGE sql STABLE
RETURN coalesce((
    SELECT r.reversed_through FROM ledger.reversals r
    WHERE r.reverses = p_transaction ORDER BY r.part DESC LIMIT 1), 0);

-- Lock the wallets of a reversal. A freeze stops spending, not what is given back; a closed account takes and gives
-- nothing any more, and what becomes of its money is for somebody to decide. Internal.
CREATE OR REPLACE FUNCTION ledger.hold_givers(p_wallets bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shut text;
BEGIN
    SELECT min(u.username) INTO shut FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
    WHERE w.id = ANY (p_wallets) AND u.status = 'closed';
    IF shut IS NOT NULL THEN
        PERFORM ledger.refuse('reversal.closed', jsonb_build_object('username', shut));
    END IF;
    PERFORM ledger.hold_wallets(p_wallets, '{active,frozen}');
END $$;
