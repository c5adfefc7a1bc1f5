"""What the audit chain says was done, with the words that were executed."""

from __future__ import annotations

from typing import Final

ACT: Final = """
    act AS MATERIALIZED (
        SELECT e.id, e.actor, e.action, coalesce(r.kind, e.action) AS kind,
            coalesce(r.request, e.detail -> 'request') AS request, e.detail -> 'outcome' AS outcome,
            e.detail ->> 'key' AS key
        FROM ledger.audit_events e
        LEFT JOIN ledger.approval_requests r
            ON e.action = 'execute_request' AND r.id = (e.detail #>> '{outcome,request}')::bigint
        WHERE e.outcome = 'done' AND e.detail ? 'request'
    )"""
"""A CTE `act`: id, actor, action, kind, request, outcome, key; an executed request is what it asked for."""
