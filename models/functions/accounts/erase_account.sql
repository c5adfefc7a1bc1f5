-- Erase a person from a closed account: name, e-mail, metadata, the texts of its notes, and the salts without which what
-- the audit chain holds of them says nothing. The account's name, its number and its movements stay.
CREATE OR REPLACE FUNCTION ledger.erase_account(p_key uuid, p_username text, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'erase_account', jsonb_build_object('username', p_username, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_erase_account(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account ledger.users;
    notes integer;
BEGIN
    PERFORM ledger.require_admin();
    PERFORM ledger.require_reason(p_request);
    SELECT * INTO account FROM ledger.users u WHERE u.username = p_request ->> 'username' FOR NO KEY UPDATE;
    IF account.id IS NULL OR account.kind = 'system' THEN
        PERFORM ledger.refuse('user.unknown', jsonb_build_object('username', p_request ->> 'username'));
    ELSIF account.status <> 'closed' THEN
        PERFORM ledger.refuse('account.open', jsonb_build_object('username', account.username));
    END IF;
    UPDATE ledger.users u SET display_name = '', email = NULL, metadata = '{}' WHERE u.id = account.id;
    UPDATE ledger.account_notes n SET note = NULL WHERE n.user_id = account.id AND n.note IS NOT NULL;
    GET DIAGNOSTICS notes = ROW_COUNT;
    UPDATE ledger.salts s SET salt = NULL, erased_at = clock_timestamp()
    WHERE s.subject = 'account:' || account.username AND s.salt IS NOT NULL;
    RETURN jsonb_build_object('status', 'erased', 'account', account.id, 'notes', notes);
END $$;

-- A note stays as it was written down, but that its text can be erased with its person.
CREATE OR REPLACE FUNCTION ledger.guard_account_notes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.note IS NULL
        AND (NEW.id, NEW.user_id, NEW.operator, NEW.created_at) = (OLD.id, OLD.user_id, OLD.operator, OLD.created_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger.account_notes is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ledger.account_notes
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_account_notes();
