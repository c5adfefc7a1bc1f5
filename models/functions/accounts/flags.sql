-- Flag an account: a note of what is to be done, and by whom; without an assignee, by whoever comes first.
CREATE OR REPLACE FUNCTION ledger.flag_account(
    p_key uuid, p_username text, p_note text, p_assignee text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'flag_account', jsonb_build_object(
        'username', p_username, 'note', p_note, 'assignee', p_assignee));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_flag_account(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made jsonb := ledger.do_add_note(p_request);
BEGIN
    PERFORM ledger.require_assignee(p_request ->> 'assignee');
    INSERT INTO ledger.account_flags (note_id, user_id, assignee)
    SELECT n.id, n.user_id, p_request ->> 'assignee' FROM ledger.account_notes n WHERE n.id = (made ->> 'note')::bigint;
    RETURN made;
END $$;

-- Say whom a flag waits for: another operator, or nobody in particular.
CREATE OR REPLACE FUNCTION ledger.assign_flag(p_key uuid, p_username text, p_flag bigint, p_assignee text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'assign_flag', jsonb_build_object(
        'username', p_username, 'flag', p_flag, 'assignee', p_assignee));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_assign_flag(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    flag ledger.account_flags := ledger.open_flag(p_request);
BEGIN
    PERFORM ledger.require_assignee(p_request ->> 'assignee');
    UPDATE ledger.account_flags f SET assignee = p_request ->> 'assignee' WHERE f.note_id = flag.note_id;
    RETURN jsonb_build_object('status', 'done', 'note', flag.note_id, 'before', flag.assignee,
        'after', p_request ->> 'assignee');
END $$;

-- What a flag asked for is done; how it was done is a note of its own.
CREATE OR REPLACE FUNCTION ledger.close_flag(p_key uuid, p_username text, p_flag bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'close_flag', jsonb_build_object('username', p_username, 'flag', p_flag));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_close_flag(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    flag ledger.account_flags := ledger.open_flag(p_request);
BEGIN
    UPDATE ledger.account_flags f SET done_by = session_user, done_at = clock_timestamp()
    WHERE f.note_id = flag.note_id;
    RETURN jsonb_build_object('status', 'done', 'note', flag.note_id);
END $$;

-- The flag that a request names, locked; of the account that it names too, so that a wrong number does nothing. Internal.
CREATE OR REPLACE FUNCTION ledger.open_flag(p_request jsonb) RETURNS ledger.account_flags
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    flag ledger.account_flags;
BEGIN
    SELECT f.* INTO flag FROM ledger.account_flags f JOIN ledger.users u ON u.id = f.user_id
    WHERE f.note_id = (p_request ->> 'flag')::bigint AND u.username = p_request ->> 'username' FOR NO KEY UPDATE OF f;
    IF flag.note_id IS NULL THEN
        PERFORM ledger.refuse('flag.unknown');
    ELSIF flag.done_at IS NOT NULL THEN
        PERFORM ledger.refuse('flag.done', jsonb_build_object('by', flag.done_by, 'at', flag.done_at));
    END IF;
    RETURN flag;
END $$;

-- A flag waits for one who may close it, or for nobody in particular. Internal.
CREATE OR REPLACE FUNCTION ledger.require_assignee(p_assignee text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_assignee IS NOT NULL AND NOT ledger.may_close_flags(p_assignee) THEN
        PERFORM ledger.refuse('flag.assignee');
    END IF;
END $$;

-- Whether an operator may close flags. A group is none, and a superuser, who may do all, is not waited for.
CREATE OR REPLACE FUNCTION ledger.may_close_flags(p_operator text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN EXISTS (
    SELECT FROM pg_roles r WHERE r.rolname = p_operator AND r.rolcanlogin
        AND NOT r.rolsuper AND has_function_privilege(r.oid, 'ledger.close_flag(uuid, text, bigint)', 'EXECUTE'));

-- A flag is closed once, and is of the note that it was made for.
CREATE OR REPLACE FUNCTION ledger.guard_account_flags() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.done_at IS NULL
        AND (NEW.note_id, NEW.user_id, NEW.flagged_by, NEW.flagged_at)
            = (OLD.note_id, OLD.user_id, OLD.flagged_by, OLD.flagged_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger.account_flags: % of a flag that is closed, or of what it was made with, is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ledger.account_flags
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_account_flags();
