-- Agree to many requests by one call: to each exactly as it was submitted, each by an operation of its own with its outcome. One
-- that is refused leaves the others as they are: what must be typed is told here too, since nobody types many.
CREATE OR REPLACE FUNCTION ledger.approve_requests(
    p_key uuid, p_requests bigint[], p_contents bytea[], p_note text DEFAULT '') RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'approve_requests', jsonb_build_object(
        'requests', (SELECT jsonb_agg(r.id ORDER BY r.place) FROM unnest(p_requests) WITH ORDINALITY r (id, place)),
        'contents', (
            SELECT jsonb_agg(encode(c.content, 'hex') ORDER BY c.place)
            FROM unnest(p_contents) WITH ORDINALITY c (content, place)),
        'note', p_note));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_approve_requests(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    most constant integer := 500;
    numbers bigint[] := ARRAY(SELECT n::bigint FROM jsonb_array_elements_text(nullif(p_request -> 'requests', 'null')) n);
    contents text[] := ARRAY(SELECT jsonb_array_elements_text(nullif(p_request -> 'contents', 'null')));
    answers jsonb := '[]';
    answer jsonb;
    one record;
BEGIN
    IF cardinality(numbers) NOT BETWEEN 1 AND most OR cardinality(contents) <> cardinality(numbers)
        OR num_nulls(VARIADIC numbers) + num_nulls(VARIADIC contents) > 0 THEN
        PERFORM ledger.refuse('requests.number', jsonb_build_object('most', most));
    ELSIF (SELECT count(DISTINCT n) FROM unnest(numbers) n) < cardinality(numbers) THEN
        PERFORM ledger.refuse('requests.twice');
    END IF;
    -- All of them before the first operation has the chain's lock, in the one order: who decides on one of them holds its
    -- batch and it, and then waits for the chain.
    PERFORM FROM ledger.batches b WHERE b.id IN (
        SELECT (r.request ->> 'batch')::bigint FROM ledger.approval_requests r WHERE r.id = ANY (numbers))
    ORDER BY b.id FOR UPDATE;
    PERFORM FROM ledger.approval_requests r WHERE r.id = ANY (numbers) ORDER BY r.id FOR UPDATE;
    FOR one IN SELECT w.id, w.content FROM unnest(numbers, contents) w (id, content) ORDER BY w.id LOOP
        -- Sent again, the call answers by its own key and comes here no more.
        answer := ledger.perform(gen_random_uuid(), 'approve_request', jsonb_build_object(
            'request', one.id, 'content', one.content, 'note', coalesce(p_request ->> 'note', ''), 'many', true));
        answers := answers || jsonb_build_array(answer || jsonb_build_object('request', one.id));
    END LOOP;
    RETURN jsonb_build_object('status', 'done', 'requests', answers, 'refused', (
        SELECT count(*) FROM jsonb_array_elements(answers) a WHERE a ->> 'status' = 'refused'));
END $$;
