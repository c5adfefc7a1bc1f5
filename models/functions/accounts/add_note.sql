-- Write down what is known of an account. Notes are never changed.
CREATE OR REPLACE FUNCTION ledger.add_note(
    p_key uuid, p_username text, p_note text, p_ticket text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'add_note', jsonb_build_object('username', p_username, 'note', p_note)
        || ledger.by_hand(NULL, p_ticket));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_add_note(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account constant bigint := ledger.customer_of(p_request);
    made bigint;
BEGIN
    IF p_request ->> 'note' IS NULL THEN
        PERFORM ledger.refuse('note.empty');
    END IF;
    -- An erasure under way would not see this note, and one to come waits for it.
    PERFORM FROM ledger.users u WHERE u.id = account FOR SHARE;
    INSERT INTO ledger.account_notes AS n (user_id, note) VALUES (account, p_request ->> 'note')
    RETURNING n.id INTO made;
    RETURN jsonb_build_object('status', 'done', 'note', made);
END $$;

-- The customer whom a request names, by number. Internal.
CREATE OR REPLACE FUNCTION ledger.customer_of(p_request jsonb) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found constant bigint := (
        SELECT u.id FROM ledger.users u WHERE u.username = p_request ->> 'username' AND u.kind = 'customer');
BEGIN
    IF found IS NULL THEN
        PERFORM ledger.refuse('customer.unknown', jsonb_build_object('username', p_request ->> 'username'));
    END IF;
    RETURN found;
END $$;
