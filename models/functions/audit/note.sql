-- One event at the end of the audit chain. The head's row is locked until the transaction ends, so it is taken last.
-- Nobody keeps it from the others: who waits for a second ends a session that idles with it, and after two and a half
-- one that does anything else; the chain then says whose it was. Consoles are told to look. Internal.
CREATE OR REPLACE FUNCTION ledger.note(
    p_action text, p_subject text, p_outcome text, p_reason text, p_detail jsonb, p_ticket text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint := ledger.chain(p_action, p_subject, p_outcome, p_reason, p_detail, p_ticket, false);
    started constant timestamptz := clock_timestamp();
    timeout constant text := current_setting('lock_timeout');
    waited interval;
    ended jsonb;
BEGIN
    WHILE made IS NULL LOOP
        waited := clock_timestamp() - started;
        BEGIN
            PERFORM set_config('lock_timeout', CASE WHEN waited > interval '1.9 s' THEN '500ms' ELSE '1s' END, true);
            IF ended IS NOT NULL THEN
                PERFORM FROM ledger.audit_head FOR UPDATE;
                -- Several who waited may have ended the same session; the first says so.
                IF NOT EXISTS (
                    SELECT FROM ledger.audit_events e WHERE e.id > (SELECT h.id - 100 FROM ledger.audit_head h)
                        AND e.action = 'end_blocker' AND e.detail @> ended - 'state') THEN
                    PERFORM ledger.chain('end_blocker', 'session:' || (ended ->> 'pid'), 'done',
                        'it held the audit head', ended, NULL, true);
                END IF;
            END IF;
            made := ledger.chain(p_action, p_subject, p_outcome, p_reason, p_detail, p_ticket, true);
            PERFORM set_config('lock_timeout', timeout, true);
        EXCEPTION
            WHEN lock_not_available THEN
                waited := clock_timestamp() - started;
                IF waited >= nullif(timeout::interval, interval '0') THEN
                    RAISE;
                END IF;
                ended := coalesce(ledger.end_blocker('audit_head', waited > interval '2.4 s'), ended);
        END;
    END LOOP;
    IF ledger.is_hinted(p_action, p_outcome) THEN
        PERFORM ledger.hint();
    END IF;
    RETURN made;
END $$;

-- Put an event at the chain's end; NULL when another holds the head and p_wait is false. Who waits has only read the
-- table, who has the head has changed it: so a holder is known by its lock. Internal.
CREATE OR REPLACE FUNCTION ledger.chain(
    p_action text, p_subject text, p_outcome text, p_reason text, p_detail jsonb, p_ticket text, p_wait boolean)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head ledger.audit_head;
    at timestamptz;
    subject constant text := left(p_subject, 200);
    reason constant text := coalesce(p_reason, '');
    seen bytea;
BEGIN
    IF p_wait THEN
        SELECT * INTO head FROM ledger.audit_head FOR UPDATE;
    ELSE
        SELECT * INTO head FROM ledger.audit_head FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    at := clock_timestamp();
    seen := ledger.audit_digest(
        head.id + 1, at, session_user, p_action, subject, p_outcome, reason, p_detail, p_ticket);
    INSERT INTO ledger.audit_events (
        id, at, actor, action, subject, outcome, reason, detail, previous, hash, format, digest, ticket)
    VALUES (head.id + 1, at, session_user, p_action, subject, p_outcome, reason, p_detail, head.hash,
        ledger.audit_link(head.hash, seen), 2, seen, p_ticket);
    UPDATE ledger.audit_head h SET id = head.id + 1, hash = ledger.audit_link(head.hash, seen);
    RETURN head.id + 1;
END $$;

-- SHA-256 of an event's content, each field led by its length, so that no two events look alike; a ticket where there is
-- one, so that events of before it stay as they are.
CREATE OR REPLACE FUNCTION ledger.audit_digest(
    p_id bigint, p_at timestamptz, p_actor text, p_action text, p_subject text, p_outcome text, p_reason text,
    p_detail jsonb, p_ticket text DEFAULT NULL) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to((
    SELECT string_agg(octet_length(field.value) || ':' || field.value, '' ORDER BY field.place)
    FROM unnest(ARRAY[p_id::text, (extract(epoch FROM p_at) * 1000000)::bigint::text, p_actor, p_action,
        p_subject, p_outcome, p_reason, p_detail::text] || CASE WHEN p_ticket IS NOT NULL THEN ARRAY[p_ticket] END) WITH ORDINALITY field (value, place)), 'UTF8'));

-- What an event of format 2 adds to the chain: of the events before and after it the digests are enough to prove it,
-- and they disclose nothing.
CREATE OR REPLACE FUNCTION ledger.audit_link(p_previous bytea, p_digest bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256('\x6c656467657220636861696e2032'::bytea || p_previous || p_digest);
