-- An auditor has looked at a transaction that is not what its operation asked for, and says why it may go under seal as
-- it stands. verify names it for ever after.
CREATE OR REPLACE FUNCTION ledger.acknowledge_transaction(p_key uuid, p_transaction bigint, p_reason text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'acknowledge_transaction', jsonb_build_object(
        'transaction', p_transaction, 'reason', p_reason));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_acknowledge_transaction(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row ledger.transactions;
    wrong record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    SELECT * INTO row FROM ledger.transactions t WHERE t.id = (p_request ->> 'transaction')::bigint;
    IF row.id IS NULL THEN
        PERFORM ledger.refuse('transaction.unknown', jsonb_build_object('transaction', p_request ->> 'transaction'));
    ELSIF row.id <= (SELECT max(s.last_id) FROM ledger.seals s) THEN
        PERFORM ledger.refuse('transaction.sealed', jsonb_build_object('transaction', row.id));
    END IF;
    wrong := ledger.first_contradiction(row.id - 1, row.id);
    IF wrong.transaction IS NULL THEN
        PERFORM ledger.refuse('transaction.sound', jsonb_build_object('transaction', row.id));
    END IF;
    INSERT INTO ledger.acknowledgements (transaction_id, digest) VALUES (row.id, ledger.transaction_digest(row));
    RETURN jsonb_build_object('status', 'acknowledged', 'acknowledged', row.id, 'code', wrong.code,
        'expected', wrong.asked, 'found', wrong.stands);
END $$;
