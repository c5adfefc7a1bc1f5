-- A request as it is kept for ever: a person's own values (names, e-mail, the texts of notes) as HMAC-SHA-256 under a
-- salt of the operation's key. The same key with the same content is known by it again, and who has the value proves
-- it; without the salt, which is erased with the person, it says nothing. Internal.
CREATE OR REPLACE FUNCTION ledger.noted(p_key uuid, p_kind text, p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    fields constant text[] := CASE p_kind
        WHEN 'open_account' THEN '{display_name,email}'
        WHEN 'add_note' THEN '{note}'
        WHEN 'flag_account' THEN '{note}'
        WHEN 'set_account_metadata' THEN '{metadata}'
        WHEN 'create_operator' THEN '{display_name}'
    END;
    kept ledger.salts;
    answer jsonb := p_request;
    field text;
BEGIN
    IF p_kind = 'submit_request' THEN
        -- Its inner request is kept in the row that waits; the chain has what proves it.
        RETURN jsonb_set(p_request, '{request}', ledger.noted(p_key, p_request ->> 'kind', p_request -> 'request'));
    END IF;
    IF NOT EXISTS (SELECT FROM unnest(fields) f (name) WHERE p_request ->> f.name <> '') THEN
        RETURN p_request;
    END IF;
    SELECT * INTO kept FROM ledger.salts s WHERE s.key = p_key;
    IF kept.key IS NULL THEN
        IF EXISTS (SELECT FROM ledger.operations o WHERE o.key = p_key) THEN
            RETURN p_request;  -- of before salts were kept: it stands in the chain in clear
        END IF;
        INSERT INTO ledger.salts (key, subject, salt) VALUES (p_key, left(ledger.subject_of(p_kind, p_request, '{}'), 200),
            decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
        ON CONFLICT (key) DO NOTHING;
        SELECT * INTO kept FROM ledger.salts s WHERE s.key = p_key;
    END IF;
    IF kept.salt IS NULL THEN
        RAISE EXCEPTION 'what was asked for under operation key % has been erased', p_key USING ERRCODE = 'LG002';
    END IF;
    FOREACH field IN ARRAY fields LOOP
        IF p_request ->> field <> '' THEN
            answer := jsonb_set(answer, ARRAY[field], jsonb_build_object('hmac', encode(ledger.hmac(
                kept.salt, convert_to(field || ':' || (p_request ->> field), 'UTF8')), 'hex')));
        END IF;
    END LOOP;
    RETURN answer;
END $$;

-- HMAC-SHA-256 (RFC 2104) under a key of 32 bytes.
CREATE OR REPLACE FUNCTION ledger.hmac(p_key bytea, p_message bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR place IN 0 .. length(p_key) - 1 LOOP
        inner_pad := set_byte(inner_pad, place, get_byte(p_key, place) # 54);
        outer_pad := set_byte(outer_pad, place, get_byte(p_key, place) # 92);
    END LOOP;
    RETURN sha256(outer_pad || sha256(inner_pad || p_message));
END $$;
