-- One event at the end of the audit chain. The head's row is locked until the transaction ends, so it is
-- taken last. Internal.
CREATE OR REPLACE FUNCTION ledger.note(
    p_action text, p_subject text, p_outcome text, p_reason text, p_detail jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head ledger.audit_head;
    at timestamptz;
    seen bytea;
BEGIN
    SELECT * INTO head FROM ledger.audit_head FOR UPDATE;
    at := clock_timestamp();
    seen := ledger.audit_hash(head.hash, head.id + 1, at, session_user, p_action, p_subject, p_outcome,
        coalesce(p_reason, ''), p_detail);
    INSERT INTO ledger.audit_events (id, at, actor, action, subject, outcome, reason, detail, previous, hash)
    VALUES (head.id + 1, at, session_user, p_action, p_subject, p_outcome, coalesce(p_reason, ''), p_detail,
        head.hash, seen);
    UPDATE ledger.audit_head h SET id = head.id + 1, hash = seen;
    RETURN head.id + 1;
END $$;

-- SHA-256 over the hash before and every field, each led by its length, so that no two events look alike.
CREATE OR REPLACE FUNCTION ledger.audit_hash(
    p_previous bytea, p_id bigint, p_at timestamptz, p_actor text, p_action text, p_subject text,
    p_outcome text, p_reason text, p_detail jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(p_previous || convert_to((
    SELECT string_agg(octet_length(field.value) || ':' || field.value, '' ORDER BY field.place)
    FROM unnest(ARRAY[p_id::text, (extract(epoch FROM p_at) * 1000000)::bigint::text, p_actor, p_action,
        p_subject, p_outcome, p_reason, p_detail::text]) WITH ORDINALITY field (value, place)), 'UTF8'));
