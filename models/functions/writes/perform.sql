-- Every write passes here once: it takes its key, is done or refused as a whole, and is kept with its outcome.
-- The same key again answers with the first outcome. Of two calls at once the later one's work is undone when
-- it finds the key taken at the end, so a key takes effect once however many carry it. Internal.
CREATE OR REPLACE FUNCTION ledger.perform(p_key uuid, p_kind text, p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    -- What is kept of the request: of a person's own values no more than proves them.
    noted jsonb := p_request;
    request_hash bytea;
    answer jsonb;
    refused boolean;
    failed_constraint text;
    failed_column text;
    failed_message text;
    failed_detail text;
BEGIN
    IF p_key IS NULL THEN
        RAISE EXCEPTION 'an operation needs a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM ledger.begin_write();
    IF p_kind IN ('open_account', 'add_note', 'flag_account', 'set_account_metadata', 'create_operator')
        OR (p_kind = 'submit_request' AND p_request ->> 'kind' = 'create_operator'
            AND jsonb_typeof(p_request -> 'request') = 'object') THEN
        noted := ledger.noted(p_key, p_kind, p_request);
    END IF;
    request_hash := ledger.request_hash(p_kind, noted);
    answer := ledger.outcome_of(p_key, p_kind, request_hash);
    IF answer IS NOT NULL THEN
        RETURN answer;
    END IF;
    BEGIN
        answer := ledger.dispatch(p_kind, p_request, false);
        INSERT INTO ledger.operations (key, kind, request_hash, outcome)
        VALUES (p_key, p_kind, request_hash, answer);
    EXCEPTION
        WHEN SQLSTATE 'LG001' THEN
            GET STACKED DIAGNOSTICS failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL;
            answer := jsonb_build_object('status', 'refused', 'code', failed_message,
                'detail', ledger.cut(failed_detail::jsonb));
        WHEN integrity_constraint_violation OR numeric_value_out_of_range THEN
            GET STACKED DIAGNOSTICS failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
            answer := jsonb_build_object('status', 'refused', 'code', ledger.refusal_code(
                failed_constraint, failed_column, SQLSTATE), 'detail', '{}'::jsonb);
    END;
    refused := answer ->> 'status' = 'refused';
    IF refused THEN
        INSERT INTO ledger.operations (key, kind, request_hash, outcome)
        VALUES (p_key, p_kind, request_hash, answer) ON CONFLICT (key) DO NOTHING;
        IF NOT FOUND THEN
            RETURN ledger.outcome_of(p_key, p_kind, request_hash);
        END IF;
    END IF;
    IF refused OR NOT ledger.is_routine(p_kind) THEN
        PERFORM ledger.note(p_kind, ledger.subject_of(p_kind, noted, answer),
            CASE WHEN refused THEN 'refused' ELSE 'done' END, left(coalesce(p_request ->> 'reason', ''), 500),
            jsonb_build_object('key', p_key, 'request', CASE WHEN refused THEN ledger.cut(noted) ELSE noted END,
                'request_hash', encode(request_hash, 'hex'), 'outcome', answer),
            left(p_request ->> 'ticket', 200));
    END IF;
    RETURN answer;
END $$;

-- What a key's first call answered; NULL when there was none. Another's key, or one used with other content,
-- is an error: it is no refusal of the operation that the key belongs to.
CREATE OR REPLACE FUNCTION ledger.outcome_of(p_key uuid, p_kind text, p_request_hash bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    earlier ledger.operations;
BEGIN
    SELECT * INTO earlier FROM ledger.operations o WHERE o.key = p_key;
    IF earlier.key IS NOT NULL AND (
        earlier.operator <> session_user
        OR (earlier.kind <> 'abandoned' AND (earlier.kind, earlier.request_hash) <> (p_kind, p_request_hash))) THEN
        RAISE EXCEPTION 'operation key % was used before with other content', p_key USING ERRCODE = 'LG002';
    END IF;
    RETURN earlier.outcome;
END $$;

-- What is refused may be of any size, and is kept for ever: beyond 16 kB its beginning, its length and its hash are.
CREATE OR REPLACE FUNCTION ledger.cut(p_said jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    words constant text := p_said::text;
BEGIN
    IF octet_length(words) <= 16384 THEN
        RETURN p_said;
    END IF;
    RETURN jsonb_build_object('cut', left(words, 4000), 'bytes', octet_length(words),
        'sha256', encode(sha256(convert_to(words, 'UTF8')), 'hex'));
END $$;

-- Movements and holds have their own append-only rows, which are sealed, and a job says itself what belongs into the
-- chain; all else stands there also when it is done. A refusal stands there always.
CREATE OR REPLACE FUNCTION ledger.is_routine(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_kind IN ('transfer', 'reserve', 'capture', 'release', 'extend_reservation', 'sweep', 'run_job');

-- What an audit event is about, in words that a search finds: account:…, batch:…, reservation:…, act:…, session:…. What was
-- asked for to be submitted, and refused, is filed where the same would be if it were done at once.
CREATE OR REPLACE FUNCTION ledger.subject_of(p_kind text, p_request jsonb, p_answer jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN coalesce((
    SELECT CASE
        WHEN p_kind LIKE '%\_request' AND (p_kind <> 'submit_request' OR p_answer ? 'request')
            THEN 'request:' || coalesce(p_answer ->> 'request', p_request ->> 'request', '')
        WHEN about.request ? 'reservation' THEN 'reservation:' || (about.request ->> 'reservation')
        WHEN p_answer ? 'act' THEN 'act:' || (p_answer ->> 'act')
        WHEN about.request ? 'selection' THEN 'credits:' || (about.request #>> '{selection,currency}')
        WHEN about.request ? 'batch' THEN 'batch:' || (about.request ->> 'batch')
        WHEN about.request ? 'transaction' THEN 'transaction:' || (about.request ->> 'transaction')
        WHEN about.request ? 'username' THEN 'account:' || (about.request ->> 'username')
        WHEN about.request ? 'from' THEN 'account:' || (about.request ->> 'from')
        WHEN about.request ? 'delegate' OR p_kind = 'end_delegation' THEN 'delegation:' || coalesce(
            p_answer ->> 'delegation', p_request ->> 'delegation', p_request ->> 'delegate')
        WHEN p_kind LIKE '%\_dual\_control' THEN 'dual control'
        WHEN p_kind = 'set_approval_rule' THEN 'rule:' || (p_request ->> 'kind')
        WHEN p_kind = 'set_approval_terms' THEN 'terms:' || (p_request ->> 'currency')
        WHEN about.request ? 'holder' THEN 'limit:' || (about.request ->> 'holder')
        WHEN p_kind = 'run_job' THEN 'job:' || (p_request ->> 'job')
        WHEN p_kind = 'set_business_zone' THEN 'calendar'
        WHEN p_kind LIKE '%\_currency' THEN 'currency:' || (p_request ->> 'currency')
        WHEN about.request ? 'operator' THEN 'operator:' || (about.request ->> 'operator')
        WHEN about.request ? 'pid' THEN 'session:' || (about.request ->> 'pid')
    END
    FROM (SELECT CASE WHEN p_kind = 'submit_request' AND jsonb_typeof(p_request -> 'request') = 'object'
        THEN p_request -> 'request' ELSE p_request END AS request) about), p_kind, '');

-- What an operation's key stands for: the SHA-256 of its kind and its request.
CREATE OR REPLACE FUNCTION ledger.request_hash(p_kind text, p_request jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(p_kind || p_request::text, 'UTF8'));
