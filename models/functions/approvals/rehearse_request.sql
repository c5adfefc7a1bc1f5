-- What would come of an open request if it were executed now: it is done as it was asked and undone, so that
-- its checkers see today's answer and not that of the day it was submitted. Who asks needs no right to do it,
-- and is judged by the asker's own limits. At most 100 accounts are told, with how many there are.
CREATE OR REPLACE FUNCTION ledger.rehearse_request(p_request bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ledger.approval_requests;
    answer jsonb;
    moved jsonb;
    failed_constraint text;
    failed_column text;
    failed_message text;
    failed_detail text;
BEGIN
    PERFORM ledger.begin_write();
    PERFORM ledger.require_desk();
    -- Nobody is told of a posting that is none.
    PERFORM set_config('ledger.rehearsal', 'on', true);
    BEGIN
        asked := ledger.open_request(jsonb_build_object('request', p_request));
        PERFORM ledger.refuse_stale(asked);
        -- Its checkers have not all agreed yet; who they will be does not matter here.
        UPDATE ledger.batches b SET status = 'approved', approved_by = '*', approved_at = clock_timestamp()
        WHERE asked.kind = 'post_batch' AND b.id = (asked.request ->> 'batch')::bigint AND b.status = 'submitted';
        IF ledger.is_control(asked.kind) AND NOT pg_has_role(session_user, 'ledger_admin', 'MEMBER') THEN
            PERFORM ledger.refuse('control.admin');
        END IF;
        answer := ledger.dispatch(asked.kind, ledger.told_by(asked), true);
        -- All that one operation moves has its moment, what expired on the way too.
        WITH leg AS (
            SELECT side.wallet, side.delta FROM ledger.transactions t
            CROSS JOIN LATERAL (VALUES (t.from_wallet, -t.amount), (t.to_wallet, t.amount)) side (wallet, delta)
            WHERE t.posted_at = (answer ->> 'posted_at')::timestamptz AND t.operator = session_user
        ), change AS (
            SELECT u.username, w.balance - sum(leg.delta) AS before, w.balance AS after,
                row_number() OVER (ORDER BY u.username) AS place, count(*) OVER () AS accounts
            FROM leg JOIN ledger.wallets w ON w.id = leg.wallet AND w.kind = 'customer'
            JOIN ledger.users u ON u.id = w.user_id
            GROUP BY u.username, w.balance
        )
        SELECT jsonb_build_object('count', coalesce(max(change.accounts), 0), 'accounts', coalesce(jsonb_agg(
            jsonb_build_array(change.username, change.before, change.after) ORDER BY change.place)
            FILTER (WHERE change.place <= 100), '[]'))
        INTO moved FROM change;
        RAISE EXCEPTION 'tried' USING ERRCODE = 'LG003';
    EXCEPTION
        WHEN SQLSTATE 'LG003' THEN
            RETURN moved || jsonb_build_object('outcome', answer);
        WHEN SQLSTATE 'LG001' THEN
            GET STACKED DIAGNOSTICS failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL;
            answer := jsonb_build_object('status', 'refused', 'code', failed_message, 'detail', failed_detail::jsonb);
        WHEN integrity_constraint_violation OR numeric_value_out_of_range THEN
            GET STACKED DIAGNOSTICS failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
            answer := jsonb_build_object('status', 'refused', 'code', ledger.refusal_code(
                failed_constraint, failed_column, SQLSTATE), 'detail', '{}'::jsonb);
    END;
    RETURN jsonb_build_object('count', 0, 'accounts', '[]'::jsonb, 'outcome', answer);
END $$;

-- A rehearsal takes the locks of what it tries: it is for those who write, who decide, or who act for one who does. Internal.
CREATE OR REPLACE FUNCTION ledger.require_desk() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'ledger_operator', 'MEMBER') AND NOT pg_has_role(session_user, 'ledger_approver', 'MEMBER')
        AND NOT EXISTS (
            SELECT FROM ledger.delegations d
            WHERE d.delegate = session_user AND d.ended_at IS NULL AND d.ends_at > clock_timestamp()) THEN
        RAISE EXCEPTION 'only who writes or decides sees what would come of a request' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
