-- An outcome is written once and kept for ever.
CREATE OR REPLACE FUNCTION ledger.guard_operations() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'operation % has its outcome already', OLD.key USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER outcome_is_final BEFORE UPDATE ON ledger.operations
    FOR EACH ROW WHEN (OLD.outcome IS NOT NULL) EXECUTE FUNCTION ledger.guard_operations();
