"""What the audit chain says was done, with the words that were executed."""

from __future__ import annotations

from typing import Final

ACT: Final = """
    act AS MATERIALIZED (
        SELECT e.id, e.actor, e.action,
            CASE WHEN allowed.so THEN e.detail #>> '{request,kind}'
                ELSE coalesce(r.kind, e.action) END AS kind,
            CASE WHEN allowed.so THEN e.detail #> '{request,request}'
                ELSE coalesce(r.request, e.detail -> 'request') END AS request,
            e.detail -> 'outcome' AS outcome,
            e.detail ->> 'key' AS key
        FROM ledger.audit_events e
        CROSS JOIN LATERAL (SELECT e.action = 'submit_request'
            AND coalesce(e.detail #> '{outcome,allowed}' = 'true', false) AS so) allowed
        LEFT JOIN ledger.approval_requests r
            ON e.action = 'execute_request' AND r.id = (e.detail #>> '{outcome,request}')::bigint
        WHERE e.outcome = 'done' AND e.detail ? 'request'
    )"""
"""A CTE `act`: id, actor, action, kind, request, outcome, key; an executed request, or one that an
allowance let pass at once, is what it asked for."""
