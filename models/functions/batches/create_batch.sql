-- A draft to COPY lines into. Its maker is the session's role, never a parameter.
CREATE OR REPLACE FUNCTION ledger.create_batch(
    p_name text, p_currency text, p_file_name text, p_file_sha256 bytea,
    p_create_missing boolean, p_account_prefix text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM ledger.begin_write();
    IF coalesce(length(p_name), 0) NOT BETWEEN 1 AND 200 OR NOT ledger.is_plain_text(p_name) THEN
        PERFORM ledger.refuse('batch.name');
    ELSIF length(coalesce(p_file_name, '')) > 255 OR NOT ledger.is_plain_text(coalesce(p_file_name, '')) THEN
        PERFORM ledger.refuse('batch.file');
    ELSIF length(p_file_sha256) <> 32 THEN
        PERFORM ledger.refuse('batch.file');
    ELSIF coalesce(p_account_prefix, '') !~ '^([a-z0-9][a-z0-9._-]{0,30})?$' THEN
        PERFORM ledger.refuse('batch.prefix');
    END IF;
    PERFORM ledger.require_currency(p_currency);
    INSERT INTO ledger.batches AS b (name, currency, file_name, file_sha256, create_missing, account_prefix)
    VALUES (p_name, p_currency, coalesce(p_file_name, ''), p_file_sha256, coalesce(p_create_missing, false),
        coalesce(p_account_prefix, ''))
    RETURNING b.id INTO made;
    RETURN made;
END $$;

-- Who made a draft stands in the audit chain, and enters it when the load is committed: the chain's head must not be
-- held for as long as a file takes.
CREATE OR REPLACE FUNCTION ledger.note_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.note('create_batch', 'batch:' || NEW.id, 'done', '', jsonb_build_object(
        'currency', NEW.currency, 'file_sha256', encode(NEW.file_sha256, 'hex')));
    RETURN NULL;
END $$;

DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_trigger t WHERE t.tgrelid = 'ledger.batches'::regclass AND t.tgname = 'note_batch') THEN
        CREATE CONSTRAINT TRIGGER note_batch AFTER INSERT ON ledger.batches
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.note_batch();
    END IF;
END $$;
