-- Operators COPY lines straight into the table, so the table itself asks once a statement: into
-- whose batch, and is it still a draft? (COPY is refused on a table with row-level security.)
-- FOR SHARE: a batch being posted holds its row, so lines arrive before the freeze or not at all.
CREATE OR REPLACE FUNCTION ledger.guard_batch_lines_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    batch bigint;
    found_status ledger.batch_status;
    found_maker text;
BEGIN
    PERFORM ledger.begin_write();
    FOR batch IN SELECT DISTINCT batch_id FROM fresh ORDER BY batch_id LOOP
        SELECT b.status, b.created_by INTO found_status, found_maker
        FROM ledger.batches b WHERE b.id = batch FOR SHARE;
        IF found_status IS NULL THEN
            RAISE EXCEPTION 'batch % does not exist', batch USING ERRCODE = 'foreign_key_violation';
        ELSIF found_maker <> session_user THEN
            RAISE EXCEPTION 'batch % belongs to %', batch, found_maker USING ERRCODE = 'insufficient_privilege';
        ELSIF found_status <> 'draft' THEN
            RAISE EXCEPTION 'batch % is % and takes no more lines', batch, found_status
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER own_draft_only AFTER INSERT ON ledger.batch_lines
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION ledger.guard_batch_lines_insert();

-- Frozen lines do not change, whoever asks.
CREATE OR REPLACE FUNCTION ledger.guard_batch_lines_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT FROM ledger.batches b WHERE b.id = OLD.batch_id AND b.status <> 'draft') THEN
        RAISE EXCEPTION 'lines of batch % are frozen', OLD.batch_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE OR REPLACE TRIGGER frozen_lines BEFORE UPDATE OR DELETE ON ledger.batch_lines
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_batch_lines_change();
CREATE OR REPLACE TRIGGER frozen_table BEFORE TRUNCATE ON ledger.batch_lines
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only();
