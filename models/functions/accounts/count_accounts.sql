-- Keep count of customers' accounts by status and trust level, by whatever statement they come and change.
CREATE OR REPLACE FUNCTION ledger.count_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO ledger.account_counts (status, trust_level, accounts)
        SELECT n.status, n.trust_level, count(*) FROM new_users n WHERE n.kind = 'customer' GROUP BY 1, 2;
    ELSE
        INSERT INTO ledger.account_counts (status, trust_level, accounts)
        SELECT c.status, c.trust_level, sum(c.change) FROM (
            SELECT n.status, n.trust_level, 1 AS change FROM new_users n WHERE n.kind = 'customer'
            UNION ALL SELECT o.status, o.trust_level, -1 FROM old_users o WHERE o.kind = 'customer') c
        GROUP BY 1, 2 HAVING sum(c.change) <> 0;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER counted_opened AFTER INSERT ON ledger.users REFERENCING NEW TABLE AS new_users
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.count_accounts();
CREATE OR REPLACE TRIGGER counted_changed AFTER UPDATE ON ledger.users
    REFERENCING OLD TABLE AS old_users NEW TABLE AS new_users
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.count_accounts();

-- Put the rows together. Internal to count_days.
CREATE OR REPLACE FUNCTION ledger.fold_account_counts() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH old AS (DELETE FROM ledger.account_counts RETURNING *)
    INSERT INTO ledger.account_counts (status, trust_level, accounts)
    SELECT old.status, old.trust_level, sum(old.accounts) FROM old GROUP BY 1, 2 HAVING sum(old.accounts) <> 0
$$;
