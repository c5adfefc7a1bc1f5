-- Ask for the approval of one operation. It is tried now and undone, so that what could not be done is
-- refused to its maker and not to its checker. p_follows: one's own request that was sent back, in whose place it
-- is. What an allowance lets pass is done at once: so support, which may do nothing of it by itself, gives small goodwill.
CREATE OR REPLACE FUNCTION ledger.submit_request(
    p_key uuid, p_kind text, p_request jsonb, p_reason text, p_ticket text DEFAULT NULL, p_follows bigint DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ledger.perform(p_key, 'submit_request', jsonb_build_object(
        'kind', p_kind, 'request', p_request, 'reason', p_reason) || ledger.by_hand(NULL, p_ticket)
        || jsonb_strip_nulls(jsonb_build_object('follows', p_follows)));
END $$;

CREATE OR REPLACE FUNCTION ledger.do_submit_request(p_request jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted jsonb := p_request -> 'request';
    words constant text[] := CASE p_request ->> 'kind'
        WHEN 'transfer' THEN '{from,to,currency,amount,reference,description,effective_at,reason,ticket}'
        WHEN 'grant_credit' THEN '{username,currency,amount,source,expires_at,reference,description,reason,ticket}'
        WHEN 'capture' THEN '{reservation,amount,to,reference,description,ticket}'
        WHEN 'extend_lots' THEN '{selection,expires_at,reason,ticket}'
        WHEN 'end_lots' THEN '{selection,reason,ticket}'
        WHEN 'revive_lots' THEN '{selection,expires_at,reason,ticket}'
        WHEN 'reverse_transaction' THEN '{transaction,amount,reason,lot_expires_at,ticket}'
        WHEN 'reverse_batch' THEN '{batch,policy,reason,ticket}'
        WHEN 'set_overdraft_limit' THEN '{username,currency,limit,reason,ticket}'
        WHEN 'set_approval_rule' THEN '{kind,currency,from_amount,approvals,reason}'
        WHEN 'set_approval_terms' THEN '{currency,typed_from,days,reason}'
        WHEN 'set_limit' THEN '{holder,kind,currency,per_operation,per_day,reason}'
        WHEN 'set_allowance' THEN '{holder,kind,currency,per_operation,per_day,reason}'
        WHEN 'set_dual_control' THEN '{on,reason}'
        -- A password is handed past a request, so that one that waits is made with a code.
        WHEN 'create_operator' THEN '{operator,display_name,groups,code_digest,reason}'
        WHEN 'set_operator_password' THEN '{operator,code_digest,reason}'
        WHEN 'set_operator_groups' THEN '{operator,groups,reason}'
        WHEN 'enable_operator' THEN '{operator,reason}'
    END;
    word text;
    worth record;
BEGIN
    PERFORM ledger.require_reason(p_request);
    IF words IS NULL THEN
        -- A batch is submitted by submit_batch, which freezes it.
        PERFORM ledger.refuse('request.kind', jsonb_build_object('kind', p_request ->> 'kind'));
    ELSIF ledger.is_control(p_request ->> 'kind') THEN
        PERFORM ledger.require_admin();
    END IF;
    IF jsonb_typeof(wanted) IS DISTINCT FROM 'object' THEN
        PERFORM ledger.refuse('request.invalid', jsonb_build_object('message', 'the request is no object'));
    END IF;
    BEGIN
        FOR word IN SELECT jsonb_object_keys(wanted) LOOP
            IF word <> ALL (words) THEN
                -- Nothing would read it, and its checkers would agree to what does not happen.
                PERFORM ledger.refuse('request.invalid', jsonb_build_object(
                    'message', format('%s has no %s', p_request ->> 'kind', quote_ident(word))));
            ELSIF word IN ('effective_at', 'expires_at', 'lot_expires_at') AND wanted ->> word IS NOT NULL THEN
                -- What is approved means the same on another day and in the zone of whoever executes it.
                wanted := jsonb_set(wanted, ARRAY[word], to_jsonb(ledger.utc((wanted ->> word)::timestamptz)));
            END IF;
        END LOOP;
        PERFORM ledger.dispatch(p_request ->> 'kind', wanted, true);
        RAISE EXCEPTION 'tried' USING ERRCODE = 'LG003';
    EXCEPTION
        WHEN SQLSTATE 'LG003' THEN
            NULL;
        WHEN data_exception THEN
            PERFORM ledger.refuse('request.invalid', jsonb_build_object('message', SQLERRM));
    END;
    worth := ledger.worth_of(p_request ->> 'kind', wanted);
    IF NOT ledger.is_control(p_request ->> 'kind') AND ledger.take_allowance(p_request ->> 'kind', worth.currency, worth.amount) THEN
        RETURN ledger.dispatch(p_request ->> 'kind', wanted, true) || '{"allowed": true}';
    END IF;
    RETURN ledger.new_request(p_request ->> 'kind', wanted, p_request ->> 'reason', p_request ->> 'ticket',
        (p_request ->> 'follows')::bigint);
END $$;
