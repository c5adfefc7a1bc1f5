"""Reservations: what was captured of them, and that each began and ended as its operation says."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question
from console.ledger.audit.verify.rules.credits.ends import FIRST_HOLD_END_AS_ASKED

_CAPTURED: Final = """
    WITH capture AS (
        SELECT t.reservation_id, count(*) AS times, min(t.id) AS id, sum(t.amount) AS amount,
            min(t.from_wallet) AS wallet, min(t.posted_at) AS at, min(t.operator) AS operator,
            min(t.ticket) AS ticket
        FROM ledger.transactions t WHERE t.reservation_id IS NOT NULL GROUP BY t.reservation_id
    )
    SELECT 'hold.captured' AS code, 'reservation ' || coalesce(r.id, capture.reservation_id) AS place,
        coalesce(r.id, capture.reservation_id) AS number,
        coalesce('captured by transaction ' || capture.id || ', ' || capture.amount, 'not captured')
            AS expected,
        coalesce(r.status || ', ' || r.captured_amount, 'no such reservation') AS found
    FROM ledger.reservations r FULL JOIN capture ON capture.reservation_id = r.id
    WHERE CASE WHEN capture.id IS NULL THEN r.status = 'captured' OR r.captured_amount <> 0
        ELSE (capture.times, capture.amount, capture.wallet, capture.at, capture.operator, 'captured')
            IS DISTINCT FROM (1, r.captured_amount, r.wallet_id, r.closed_at, r.closed_by,
                r.status::text) OR capture.ticket IS DISTINCT FROM r.close_ticket END"""

# The request is not kept, but its hash is: what the reservation says now must have been asked for. What an
# extension replaced stands in its event.
_ASKED: Final = f"""
    WITH made AS (
        SELECT o.*, (o.outcome ->> 'reservation')::bigint AS reservation FROM ledger.operations o
        WHERE o.kind = 'reserve' AND o.outcome ->> 'status' = 'reserved'
    ), asked AS (
        SELECT coalesce(r.id, made.reservation) AS id, r.reference, r.status, made.operator,
            made.key IS NULL OR r.id IS NULL OR r.created_by <> made.operator
            OR r.created_at <> (made.outcome ->> 'created_at')::timestamptz
            OR r.currency IS DISTINCT FROM w.currency
            OR made.request_hash <> ALL (ARRAY(
                SELECT sha256(convert_to('reserve' || (jsonb_build_object(
                    'username', u.username, 'currency', r.currency, 'amount', r.amount,
                    'reservation', r.reference, 'description', said.description, 'expires_at',
                    {FIRST_HOLD_END_AS_ASKED})
                    || jsonb_strip_nulls(jsonb_build_object('ticket', r.ticket)))::text, 'UTF8'))
                FROM (VALUES (r.description), (nullif(r.description, ''))) said (description))) AS wrong
        FROM made
        FULL JOIN ledger.reservations r ON r.id = made.reservation
        LEFT JOIN ledger.wallets w ON w.id = r.wallet_id
        LEFT JOIN ledger.users u ON u.id = w.user_id
        WHERE made.key IS NOT NULL OR r.id > (
            SELECT coalesce(max((e.detail ->> 'last_hold')::bigint), 0) FROM ledger.audit_events e
            WHERE e.action = 'make_demo') AND r.created_at >= (SELECT i.made_at FROM ledger.identity i)
    )
    SELECT 'hold.asked' AS code, 'reservation ' || asked.id AS place, asked.id AS number,
        coalesce('as ' || asked.operator || ' asked', 'no such operation') AS expected,
        coalesce(asked.reference || ', ' || asked.status, 'no such reservation') AS found
    FROM asked WHERE asked.wrong"""

_ENDED: Final = """
    WITH ended AS (
        SELECT (o.outcome ->> 'reservation')::bigint AS reservation, 'released' AS status, o.operator,
            (o.outcome ->> 'closed_at')::timestamptz AS at, o.request_hash
        FROM ledger.operations o WHERE o.kind = 'release' AND o.outcome ->> 'status' = 'released'
    ), many AS (
        SELECT e.reservation_id, e.act_id, a.operator, a.acted_at, a.reason, a.ticket
        FROM ledger.hold_events e JOIN ledger.acts a ON a.id = e.act_id WHERE a.kind = 'release_holds'
    ), expired AS (
        SELECT r.closed_by AS operator, count(*) AS holds FROM ledger.reservations r
        WHERE r.status = 'expired' GROUP BY r.closed_by
    ), swept AS (
        SELECT o.operator, sum((o.outcome ->> 'reservations')::bigint) AS holds FROM ledger.operations o
        WHERE (o.kind, o.outcome ->> 'status') = ('sweep', 'swept') OR (o.kind = 'run_job'
            AND (o.outcome ->> 'job', o.outcome ->> 'status') = ('sweep', 'done'))
        GROUP BY o.operator
    )
    SELECT 'hold.ended' AS code, 'reservation ' || coalesce(r.id, ended.reservation) AS place,
        coalesce(r.id, ended.reservation) AS number,
        coalesce(ended.status || ' by ' || ended.operator || ' at ' || ended.at, 'not released') AS expected,
        r.status || ' by ' || r.closed_by || ' at ' || r.closed_at AS found
    FROM ended FULL JOIN (SELECT * FROM ledger.reservations h WHERE h.status = 'released') r
        ON r.id = ended.reservation
    LEFT JOIN many ON many.reservation_id = r.id
    WHERE CASE WHEN many.act_id IS NULL
        THEN (ended.operator, ended.at, ended.request_hash) IS DISTINCT FROM (r.closed_by, r.closed_at,
            sha256(convert_to('release' || (
                jsonb_build_object('reservation', r.reference, 'reason', r.close_reason)
                || jsonb_strip_nulls(jsonb_build_object('ticket', r.close_ticket)))::text, 'UTF8')))
        ELSE ended.reservation IS NOT NULL OR (many.operator, many.acted_at, many.reason)
                IS DISTINCT FROM (r.closed_by, r.closed_at, r.close_reason)
            OR many.ticket IS DISTINCT FROM r.close_ticket END
    UNION ALL
    SELECT 'hold.ended', 'reservation ' || many.reservation_id, many.reservation_id,
        'released by act ' || many.act_id, r.status::text
    FROM many JOIN ledger.reservations r ON r.id = many.reservation_id WHERE r.status <> 'released'
    UNION ALL
    SELECT 'hold.swept', 'sweeps of ' || coalesce(expired.operator, swept.operator, 'nobody'), 0,
        coalesce(swept.holds, 0)::text, coalesce(expired.holds, 0)::text
    FROM expired FULL JOIN swept ON swept.operator = expired.operator
    WHERE coalesce(expired.holds, 0) <> coalesce(swept.holds, 0)"""

QUESTIONS: Final = (
    Question({"hold.captured": "Each captured reservation has the transaction that took as much"}, _CAPTURED),
    Question({"hold.asked": "Each reservation is what an operation asked for"}, _ASKED, ("operations",)),
    Question(
        {
            "hold.ended": "Each released reservation was released by an operation",
            "hold.swept": "As many reservations expired as sweeps ended",
        },
        _ENDED,
        ("operations",),
    ),
)
