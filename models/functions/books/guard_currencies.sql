-- How many decimals a currency has is part of every amount in it: once anything is in it, nobody changes them, the owner
-- neither. The row's lock waits for whoever is about to open the first account in it, and holds off the next.
CREATE OR REPLACE FUNCTION ledger.guard_currencies() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'ledger.currencies: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    ELSIF (NEW.code, NEW.exponent) = (OLD.code, OLD.exponent) THEN
        RETURN NEW;
    END IF;
    PERFORM ledger.begin_write();
    PERFORM FROM ledger.currencies c WHERE c.code = OLD.code FOR UPDATE;
    IF NEW.code <> OLD.code OR ledger.is_used(OLD.code) THEN
        PERFORM ledger.refuse('currency.used', ledger.of_currency(OLD.code));
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_currencies BEFORE UPDATE OR DELETE ON ledger.currencies
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_currencies();
CREATE OR REPLACE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.currencies
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_currencies();

-- Whether anything is in a currency, or is said in it: accounts, movements, batches, requests, rules, limits. Internal.
CREATE OR REPLACE FUNCTION ledger.is_used(p_code text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ledger.wallets w WHERE w.currency = p_code AND w.kind = 'customer')
        OR EXISTS (SELECT FROM ledger.transactions t WHERE t.currency = p_code)
        OR EXISTS (SELECT FROM ledger.batches b WHERE b.currency = p_code)
        OR EXISTS (SELECT FROM ledger.approval_requests r WHERE r.currency = p_code)
        OR EXISTS (SELECT FROM ledger.approval_rules r WHERE r.currency = p_code)
        OR EXISTS (SELECT FROM ledger.limits l WHERE l.currency = p_code)
        OR EXISTS (SELECT FROM ledger.allowances a WHERE a.currency = p_code)
$$;

-- Refuse a currency that is not there or is closed. It stays as it is until the transaction ends. Internal.
CREATE OR REPLACE FUNCTION ledger.require_currency(p_code text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shut boolean;
BEGIN
    SELECT c.closed_at IS NOT NULL INTO shut FROM ledger.currencies c WHERE c.code = p_code FOR SHARE;
    IF shut IS NULL THEN
        PERFORM ledger.refuse('currency.unknown', jsonb_build_object('currency', left(p_code, 20)));
    ELSIF shut THEN
        PERFORM ledger.refuse('currency.closed', jsonb_build_object('currency', p_code));
    END IF;
END $$;
