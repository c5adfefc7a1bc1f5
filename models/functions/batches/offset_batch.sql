-- Let a draft take what an earlier batch did not get back, out of what the draft pays to the same accounts: when it is
-- posted, in the same transaction. p_offset: or no longer. It is part of the draft's content, which is approved with it.
CREATE OR REPLACE FUNCTION ledger.offset_batch(p_key uuid, p_batch bigint, p_reversed bigint, p_offset boolean)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'offset_batch', jsonb_build_object(
        'batch', p_batch, 'reversed', p_reversed, 'offset', p_offset));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_offset_batch(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    draft ledger.batches;
    earlier ledger.batches;
BEGIN
    SELECT * INTO draft FROM ledger.batches b WHERE b.id = (p_request ->> 'batch')::bigint FOR UPDATE;
    SELECT * INTO earlier FROM ledger.batches b WHERE b.id = (p_request ->> 'reversed')::bigint;
    IF draft.id IS NULL OR earlier.id IS NULL THEN
        PERFORM ledger.refuse('batch.unknown', jsonb_build_object(
            'batch', CASE WHEN draft.id IS NULL THEN p_request ->> 'batch' ELSE p_request ->> 'reversed' END));
    ELSIF draft.status <> 'draft' THEN
        PERFORM ledger.refuse('batch.status', jsonb_build_object('status', draft.status));
    ELSIF draft.created_by <> session_user THEN
        PERFORM ledger.refuse('batch.maker', jsonb_build_object('maker', draft.created_by));
    ELSIF (p_request ->> 'offset')::boolean IS NOT TRUE THEN
        DELETE FROM ledger.batch_offsets o WHERE (o.batch_id, o.reversed_batch) = (draft.id, earlier.id);
        IF NOT FOUND THEN
            PERFORM ledger.refuse('offset.unknown');
        END IF;
    ELSIF earlier.status <> 'reversed' OR earlier.reversed_total = earlier.total THEN
        PERFORM ledger.refuse('offset.nothing', jsonb_build_object('batch', earlier.id, 'status', earlier.status));
    ELSIF earlier.currency <> draft.currency THEN
        PERFORM ledger.refuse('offset.currency', jsonb_build_object('batch', earlier.id, 'currency', earlier.currency));
    ELSE
        INSERT INTO ledger.batch_offsets (batch_id, reversed_batch) VALUES (draft.id, earlier.id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN '{"status": "done"}';
END $$;

-- What a draft takes, nobody changes once it is frozen, the owner neither.
CREATE OR REPLACE FUNCTION ledger.guard_batch_offsets() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_batch constant bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.batch_id ELSE OLD.batch_id END;
BEGIN
    PERFORM FROM ledger.batches b WHERE b.id = of_batch AND b.status = 'draft' FOR SHARE;
    IF NOT FOUND OR TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'what batch % takes is frozen', of_batch USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
END $$;

CREATE OR REPLACE TRIGGER frozen_offsets BEFORE INSERT OR UPDATE OR DELETE ON ledger.batch_offsets
    FOR EACH ROW EXECUTE FUNCTION ledger.guard_batch_offsets();
CREATE OR REPLACE TRIGGER frozen_table BEFORE TRUNCATE ON ledger.batch_offsets
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.guard_append_only();

-- Take what earlier batches did not get back from whom this posting has paid, no more than it paid. Their rows and all
-- wallets are locked. Internal to post_batch.
CREATE OR REPLACE FUNCTION ledger.take_offsets(
    p_batch ledger.batches, p_earlier bigint[], p_postings ledger.posting[], p_approved boolean, p_at timestamptz)
RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caps jsonb := (
        SELECT jsonb_object_agg(paid.wallet, paid.amount) FROM (
            SELECT l.to_wallet AS wallet, sum(l.amount) AS amount FROM unnest(p_postings) l GROUP BY l.to_wallet) paid);
    earlier ledger.batches;
    done record;
    taken jsonb := '[]';
BEGIN
    FOR earlier IN SELECT * FROM ledger.batches b WHERE b.id = ANY (p_earlier) ORDER BY b.id LOOP
        PERFORM ledger.admit(
            'reverse_batch', earlier.currency, earlier.total - coalesce(earlier.reversed_total, 0), p_approved);
        done := ledger.give_back(earlier, false, caps, jsonb_build_object(
            'reason', 'offset against batch ' || p_batch.id), p_at);
        IF done.code IS NULL THEN
            taken := taken || jsonb_build_object('batch', earlier.id, 'lines', done.lines, 'total', done.total::text);
            caps := (
                SELECT jsonb_object_agg(cap.key, cap.value::numeric - coalesce(took.amount, 0))
                FROM jsonb_each_text(caps) cap LEFT JOIN (
                    SELECT t.from_wallet, sum(t.amount) AS amount FROM ledger.transactions t
                    WHERE t.id BETWEEN done.first_id AND done.last_id AND t.posted_at = p_at
                        AND t.kind = 'reversal' GROUP BY t.from_wallet
                ) took ON took.from_wallet::text = cap.key);
        END IF;
    END LOOP;
    RETURN taken;
END $$;
