"""Approvals: each request, each checker's word and each end of a request stands in the audit chain."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

_EVENT: Final = """
    event AS MATERIALIZED (
        SELECT e.id, e.actor, e.action, e.detail -> 'request' AS request, e.detail -> 'outcome' AS outcome,
            (e.detail #>> CASE WHEN e.action IN ('submit_request', 'submit_batch', 'execute_request')
                THEN '{outcome,request}'::text[] ELSE '{request,request}'::text[] END)::bigint AS about
        FROM ledger.audit_events e
        WHERE e.outcome = 'done' AND (e.action LIKE '%\\_request' OR e.action = 'submit_batch')
    )"""

_SUBMITTED: Final = f"""
    WITH {_EVENT}, submitted AS (
        SELECT * FROM event
        WHERE event.action IN ('submit_request', 'submit_batch') AND NOT event.outcome ? 'allowed'
    )
    SELECT 'request.submitted' AS code, 'request ' || coalesce(r.id, submitted.about) AS place,
        coalesce(r.id, submitted.about) AS number,
        coalesce('event ' || submitted.id || ' by ' || submitted.actor || ', '
            || (submitted.outcome ->> 'content'),
            'no such event') AS expected,
        coalesce(r.kind || ' by ' || r.created_by || ', ' || encode(r.content, 'hex'), 'no such request')
            AS found
    FROM submitted FULL JOIN ledger.approval_requests r ON r.id = submitted.about
    WHERE (submitted.actor, submitted.outcome ->> 'content',
        (submitted.outcome ->> 'approvals_required')::smallint,
            submitted.request ->> 'reason',
            CASE submitted.action WHEN 'submit_batch' THEN 'post_batch' ELSE submitted.request ->> 'kind' END,
            submitted.request ->> 'ticket', (submitted.outcome ->> 'expires_at')::timestamptz,
            submitted.outcome ->> 'facts', (submitted.outcome ->> 'follows')::bigint)
        IS DISTINCT FROM (r.created_by, encode(r.content, 'hex'), r.approvals_required, r.reason, r.kind,
            r.ticket, r.expires_at, encode(sha256(convert_to(r.facts::text, 'UTF8')), 'hex'), r.follows)
        OR r.content <> sha256(convert_to(r.kind || r.request::text, 'UTF8'))
        OR r.currency <> r.request ->> 'currency'
        OR (r.kind <> 'reverse_transaction' AND r.amount <> (r.request ->> 'amount')::numeric)"""

_APPROVED: Final = f"""
    WITH {_EVENT}, approved AS (
        SELECT * FROM event WHERE event.action = 'approve_request'
    )
    SELECT 'request.approved' AS code, 'request ' || coalesce(a.request_id, approved.about) AS place,
        coalesce(a.request_id, approved.about) AS number,
        coalesce('event ' || approved.id || ': ' || approved.actor || ' agreed to '
            || (approved.request ->> 'content'), 'no such event') AS expected,
        coalesce(a.approved_by || ' agreed to ' || encode(a.content, 'hex'), 'no such approval') AS found
    FROM approved FULL JOIN ledger.approvals a ON a.request_id = approved.about
        AND a.approved_by = approved.actor
    LEFT JOIN ledger.approval_requests r ON r.id = a.request_id
    WHERE (approved.request ->> 'content', coalesce(approved.request ->> 'note', ''),
            (approved.request ->> 'typed')::numeric, approved.outcome ->> 'acting_for')
            IS DISTINCT FROM (encode(a.content, 'hex'), a.note, a.typed, a.acting_for)
        OR (r.content, r.created_by) IS DISTINCT FROM (a.content, a.created_by)
            OR a.created_by IN (a.approved_by, a.acting_for)"""

# A batch that its request's checkers agreed to may be posted directly, which executes the request too.
_CLOSED: Final = f"""
    WITH {_EVENT}, closing AS (
        SELECT event.about, event.id, event.actor, event.request ->> 'reason' AS reason,
            CASE event.action WHEN 'reject_request' THEN 'rejected' WHEN 'withdraw_request' THEN 'withdrawn'
                WHEN 'send_back_request' THEN 'returned' WHEN 'expire_request' THEN 'expired'
                ELSE 'executed' END AS status,
            CASE event.action WHEN 'execute_request' THEN event.outcome - 'request' END AS outcome
        FROM event WHERE event.action IN ('reject_request', 'withdraw_request', 'send_back_request',
            'expire_request', 'execute_request')
        UNION ALL
        SELECT r.id, e.id, e.actor, NULL, 'executed', '{{"status": "posted"}}'
        FROM ledger.audit_events e
        JOIN ledger.approval_requests r ON r.kind = 'post_batch' AND r.status = 'executed'
            AND r.request ->> 'batch' = e.detail #>> '{{outcome,batch}}'
        WHERE e.action = 'post_batch' AND e.outcome = 'done'
    ), given AS (
        SELECT a.request_id, count(*) AS given FROM ledger.approvals a GROUP BY a.request_id
    )
    SELECT 'request.closed' AS code, 'request ' || r.id AS place, r.id AS number,
        coalesce('event ' || closing.id || ': ' || closing.status || ' by ' || closing.actor,
            coalesce(given.given, 0) || ' of ' || r.approvals_required || ' approvals') AS expected,
        r.status || coalesce(' by ' || r.closed_by, '') || ', ' || r.approvals_given || ' approvals' AS found
    FROM ledger.approval_requests r
    LEFT JOIN closing ON closing.about = r.id
    LEFT JOIN given ON given.request_id = r.id
    WHERE r.approvals_given <> coalesce(given.given, 0)
        OR r.status::text <> coalesce(closing.status, CASE WHEN r.approvals_given >= r.approvals_required
            THEN 'approved' ELSE 'pending' END)
        OR (closing.actor, closing.reason) IS DISTINCT FROM (r.closed_by, r.close_reason)
        OR closing.outcome IS DISTINCT FROM r.outcome
        OR (r.status <> 'executed' AND r.executed_content IS NOT NULL)
        OR (r.status = 'executed' AND (r.executed_content IS DISTINCT FROM r.content
            OR coalesce(given.given, 0) < r.approvals_required))"""

# A batch waits, is approved or rejected as its newest request is; without one it is a draft.
_BATCHES: Final = """
    WITH newest AS (
        SELECT DISTINCT ON (r.request ->> 'batch') (r.request ->> 'batch')::bigint AS batch, r.*,
            -- Its lines are a draft again.
            r.status::text IN ('withdrawn', 'returned', 'expired') AS undone
        FROM ledger.approval_requests r WHERE r.kind = 'post_batch' ORDER BY r.request ->> 'batch', r.id DESC
    ), checker AS (
        SELECT DISTINCT ON (a.request_id) a.request_id, a.approved_by
        FROM ledger.approvals a ORDER BY a.request_id, a.approved_at DESC
    )
    SELECT 'batch.request' AS code, 'batch ' || coalesce(b.id, newest.batch) AS place,
        coalesce(b.id, newest.batch) AS number,
        coalesce('request ' || newest.id || ', ' || newest.status, 'no request') AS expected,
        coalesce(b.status || coalesce(', approved by ' || b.approved_by, ''), 'no such batch') AS found
    FROM ledger.batches b
    FULL JOIN newest ON newest.batch = b.id
    -- One that was rejected after enough had agreed keeps who they were.
    LEFT JOIN checker ON checker.request_id = newest.id AND (newest.status IN ('approved', 'executed')
        OR (newest.status = 'rejected' AND newest.approvals_given >= newest.approvals_required))
    WHERE (newest.id IS NOT NULL OR b.created_at >= (SELECT i.made_at FROM ledger.identity i)) AND (
        (b.id IS NULL AND NOT newest.undone)
        OR CASE b.status WHEN 'draft' THEN NOT coalesce(newest.undone, true)
            WHEN 'submitted' THEN newest.status IS DISTINCT FROM 'pending'
            WHEN 'approved' THEN newest.status IS DISTINCT FROM 'approved'
            WHEN 'rejected' THEN newest.status IS DISTINCT FROM 'rejected'
            ELSE newest.status <> 'executed' AND NOT newest.undone END
        OR (CASE WHEN newest.undone THEN 0 ELSE coalesce(newest.approvals_required, 0) END)
            <> b.approvals_required
        OR (newest.status IN ('pending', 'approved')
            AND newest.request ->> 'content' <> encode(b.content_hash, 'hex'))
        OR b.created_by <> newest.created_by OR b.approved_by IS DISTINCT FROM checker.approved_by)"""

_DELEGATIONS: Final = """
    WITH event AS MATERIALIZED (
        SELECT e.id, e.actor, e.action, e.detail -> 'request' AS request,
            (e.detail #>> '{outcome,delegation}')::bigint AS about
        FROM ledger.audit_events e
        WHERE e.outcome = 'done' AND e.action IN ('delegate', 'end_delegation')
    ), made AS (
        SELECT * FROM event WHERE event.action = 'delegate'
    ), ended AS (
        SELECT * FROM event WHERE event.action = 'end_delegation'
    )
    SELECT 'delegation.event' AS code, 'delegation ' || coalesce(d.id, made.about) AS place,
        coalesce(d.id, made.about) AS number,
        coalesce('event ' || made.id || ': ' || made.actor || ' to ' || (made.request ->> 'delegate')
            || coalesce(', ended by ' || ended.actor, ''), 'no such event') AS expected,
        coalesce(d.delegator || ' to ' || d.delegate || coalesce(', ended by ' || d.ended_by, ''),
            'no such delegation') AS found
    FROM made LEFT JOIN ended ON ended.about = made.about
    FULL JOIN ledger.delegations d ON d.id = made.about
    WHERE (made.actor, made.request ->> 'delegate', (made.request ->> 'ends_at')::timestamptz,
            made.request ->> 'reason', ended.actor)
        IS DISTINCT FROM (d.delegator, d.delegate, d.ends_at, d.reason, d.ended_by)"""

QUESTIONS: Final = (
    Question({"delegation.event": "Each delegation is the one that the audit chain holds"}, _DELEGATIONS),
    Question({"request.submitted": "Each request is the one that the audit chain holds"}, _SUBMITTED),
    Question({"request.approved": "Each approval is the one that the audit chain holds"}, _APPROVED),
    Question({"request.closed": "Each request ended as the audit chain says, with its approvals"}, _CLOSED),
    Question({"batch.request": "Each batch is where its request for approval is"}, _BATCHES),
)
