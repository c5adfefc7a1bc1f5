-- History is only ever added to; not even the owner changes it by accident.
CREATE OR REPLACE FUNCTION ledger.guard_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'ledger.% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ledger.transactions
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_append_only();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON ledger.transactions
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only();
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ledger.lot_movements
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_append_only();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON ledger.lot_movements
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only();
-- Wallets and users change, but never go: transactions name them without a foreign key.
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE ON ledger.wallets
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_append_only();
CREATE OR REPLACE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.wallets
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only();
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE ON ledger.users
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_append_only();
CREATE OR REPLACE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.users
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only();

-- What happened, was agreed or written down stays as it is.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'operations', 'reversals', 'acts', 'lot_events', 'hold_events', 'audit_events', 'seals', 'approvals',
        'account_notes', 'account_flags', 'acknowledgements', 'identity'] LOOP
        -- Of a note the text may be erased, and a flag is closed: accounts/erase_account.sql, accounts/flags.sql.
        IF name NOT IN ('account_notes', 'account_flags') THEN
            EXECUTE format('CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ledger.%I
                FOR EACH ROW EXECUTE FUNCTION ledger.guard_append_only()', name);
        END IF;
        EXECUTE format('CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON ledger.%I
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'credit_lots', 'reservations', 'batches', 'approval_requests', 'audit_head', 'salts', 'calendar',
        'account_follows'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.%I
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'credit_lots', 'reservations', 'approval_requests', 'audit_head', 'salts', 'calendar', 'account_follows'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE ON ledger.%I
            FOR EACH ROW EXECUTE FUNCTION ledger.guard_append_only()', name);
    END LOOP;
END $$;
