"""Ends of credits and holds that were changed by hand, and the acts that changed them or many at once."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question
from console.ledger.audit.verify.rules.acts import ACT

FIRST_END: Final = """(
        SELECT CASE WHEN changed.act_id IS NULL THEN {0}.expires_at ELSE changed.expires_before END
        FROM (VALUES (1)) one (n) LEFT JOIN LATERAL (
            SELECT e.act_id, e.expires_before FROM ledger.lot_events e JOIN ledger.acts a ON a.id = e.act_id
            WHERE e.lot_id = {0}.id AND a.kind <> 'revive_lots' ORDER BY e.act_id LIMIT 1) changed ON true)"""
"""The end that a credit of this name was granted with, whatever became of it since."""

_FIRST_HOLD_END: Final = """(
        SELECT CASE WHEN changed.act_id IS NULL THEN {0}.expires_at ELSE changed.expires_before END
        FROM (VALUES (1)) one (n) LEFT JOIN LATERAL (
            SELECT e.act_id, e.expires_before FROM ledger.hold_events e
            WHERE e.reservation_id = {0}.id ORDER BY e.act_id LIMIT 1) changed ON true)"""
FIRST_HOLD_END_AS_ASKED: Final = (
    f"(to_jsonb({_FIRST_HOLD_END.format('r')} AT TIME ZONE 'UTC') #>> '{{}}') || 'Z'"
)
"""The end that the hold `r` was made with, in the words of its request."""

# The chain has the whole request of an act on many; which they were follows from its events.
_MADE: Final = f"""
    WITH {ACT}, said AS (
        SELECT act.*, (act.outcome ->> 'act')::bigint AS number FROM act WHERE act.outcome ? 'act'
    )
    SELECT 'act.made' AS code, 'act ' || coalesce(a.id, said.number) AS place,
        coalesce(a.id, said.number) AS number,
        coalesce(said.kind || ' by ' || said.actor || ': ' || (said.outcome ->> 'count') || ', '
            || (said.outcome ->> 'amount') || ', ' || said.request::text, 'no such event') AS expected,
        coalesce(a.kind || ' by ' || a.operator || ' at ' || a.acted_at || ': ' || a.items || ', ' || a.amount
            || coalesce(' until ' || a.expires_at, '') || ', ' || a.reason, 'no such act') AS found
    FROM said FULL JOIN (SELECT * FROM ledger.acts x WHERE x.kind <> 'extend_reservation') a
        ON a.id = said.number
    WHERE (said.kind, said.actor, (said.outcome ->> 'acted_at')::timestamptz,
            coalesce(said.request #>> '{{selection,currency}}', said.outcome ->> 'currency'),
            (said.outcome ->> 'count')::integer, (said.outcome ->> 'amount')::numeric,
            coalesce(said.request ->> 'reason', said.request ->> 'description', ''),
            said.request ->> 'ticket',
            CASE said.kind WHEN 'end_lots' THEN (said.outcome ->> 'acted_at')::timestamptz
                ELSE (said.request ->> 'expires_at')::timestamptz END)
        IS DISTINCT FROM (a.kind, a.operator, a.acted_at, a.currency, a.items, a.amount, a.reason, a.ticket,
            a.expires_at)"""

# Of one hold alone the request is not kept, but its hash is; of before there were acts, not even the reason.
_EXTENDED: Final = """
    WITH done AS (
        SELECT o.*, (o.outcome ->> 'reservation')::bigint AS hold, coalesce((o.outcome ->> 'act')::bigint, (
            SELECT a.id FROM ledger.hold_events e JOIN ledger.acts a ON a.id = e.act_id
            WHERE e.reservation_id = (o.outcome ->> 'reservation')::bigint
                AND (a.kind, a.acted_at, a.reason) = ('extend_reservation', o.created_at, ''))) AS act
        FROM ledger.operations o
        WHERE o.kind = 'extend_reservation' AND o.outcome ->> 'status' = 'extended'
    ), act AS (
        SELECT a.*, e.reservation_id, e.expires_before, r.reference, r.currency AS money
        FROM ledger.acts a LEFT JOIN ledger.hold_events e ON e.act_id = a.id
        LEFT JOIN ledger.reservations r ON r.id = e.reservation_id
        WHERE a.kind = 'extend_reservation'
    )
    SELECT 'act.extended' AS code, 'act ' || coalesce(act.id, done.act) AS place,
        coalesce(act.id, done.act, done.hold) AS number,
        coalesce('reservation ' || done.hold || ' by ' || done.operator || ' until '
            || (done.outcome ->> 'expires_at'), 'no such operation') AS expected,
        coalesce('reservation ' || act.reservation_id || ' by ' || act.operator || ' until '
            || act.expires_at, 'no such act') AS found
    FROM done FULL JOIN act ON act.id = done.act
    WHERE (done.operator, done.hold, (done.outcome ->> 'expires_at')::timestamptz,
            (done.outcome ->> 'expired_before')::timestamptz,
            coalesce((done.outcome ->> 'acted_at')::timestamptz, done.created_at))
        IS DISTINCT FROM (act.operator, act.reservation_id, act.expires_at, act.expires_before, act.acted_at)
        OR act.currency <> act.money
        OR done.outcome ? 'act' IS DISTINCT FROM (act.reason <> '')
        OR (act.reason <> '' AND done.request_hash <> sha256(convert_to('extend_reservation' || (
            jsonb_build_object('reservation', act.reference, 'reason', act.reason, 'expires_at',
                (to_jsonb(act.expires_at AT TIME ZONE 'UTC') #>> '{}') || 'Z')
            || jsonb_strip_nulls(jsonb_build_object('ticket', act.ticket)))::text, 'UTF8')))"""

# What an act on holds named is what its events say; the operation's hash proves the names.
_NAMED: Final = """
    WITH act AS (
        SELECT a.*, (
            SELECT jsonb_agg(r.reference ORDER BY r.reference COLLATE "C")
            FROM ledger.hold_events e JOIN ledger.reservations r ON r.id = e.reservation_id
            WHERE e.act_id = a.id) AS names
        FROM ledger.acts a WHERE a.kind IN ('extend_holds', 'release_holds', 'capture_holds')
    )
    SELECT 'act.holds' AS code, 'act ' || act.id AS place, act.id AS number,
        (o.request_hash IS NOT NULL)::text AS expected, act.names::text AS found
    FROM act LEFT JOIN ledger.operations o ON o.kind = act.kind AND (o.outcome ->> 'act')::bigint = act.id
    WHERE o.key IS NULL OR NOT EXISTS (
        SELECT FROM (VALUES (act.reason), (NULL)) said (description),
            (SELECT '@revenue' AS name UNION SELECT NULL UNION SELECT u.username
                FROM ledger.hold_events e JOIN ledger.transactions t ON t.reservation_id = e.reservation_id
                JOIN ledger.wallets w ON w.id = t.to_wallet JOIN ledger.users u ON u.id = w.user_id
                WHERE e.act_id = act.id AND act.kind = 'capture_holds') payee (name)
        WHERE o.request_hash = sha256(convert_to(act.kind || (
            jsonb_build_object('reservations', act.names)
            || CASE act.kind
                WHEN 'capture_holds' THEN jsonb_build_object(
                    'to', payee.name, 'description', said.description)
                WHEN 'release_holds' THEN jsonb_build_object('reason', act.reason)
                ELSE jsonb_build_object('reason', act.reason, 'expires_at',
                    (to_jsonb(act.expires_at AT TIME ZONE 'UTC') #>> '{}') || 'Z') END
            || jsonb_strip_nulls(jsonb_build_object('ticket', act.ticket)))::text, 'UTF8')))"""

_ITEMS: Final = f"""
    WITH event AS (
        SELECT e.act_id, count(*) AS items, sum(e.amount) AS amount FROM (
            SELECT l.act_id, l.amount FROM ledger.lot_events l
            UNION ALL SELECT h.act_id, h.amount FROM ledger.hold_events h) e GROUP BY e.act_id
    ), linked AS (
        SELECT (t.metadata ->> 'act')::bigint AS act_id, t.*, coalesce(
            (SELECT min(e.act_id) FROM ledger.hold_events e
                WHERE t.kind = 'capture' AND e.reservation_id = t.reservation_id
                    AND e.act_id = (t.metadata ->> 'act')::bigint),
            (SELECT min(e.act_id) FROM ledger.lot_movements m JOIN ledger.lot_events e ON e.lot_id = m.lot_id
                WHERE m.transaction_id = CASE t.kind
                        WHEN 'expiry' THEN t.id WHEN 'reversal' THEN t.reverses END
                    AND e.act_id = (t.metadata ->> 'act')::bigint)) AS of
        FROM ledger.transactions t WHERE t.metadata ? 'act'
    ), moved AS (
        SELECT linked.act_id, sum(linked.amount) AS amount, array_agg(DISTINCT linked.kind::text) AS kinds,
            bool_and(linked.of IS NOT NULL AND (linked.posted_at, linked.operator)
                    IS NOT DISTINCT FROM (a.acted_at, a.operator)
                AND linked.ticket IS NOT DISTINCT FROM a.ticket
                AND (linked.kind = 'capture' OR linked.metadata ->> 'reason' IS NOT DISTINCT FROM a.reason))
                AS same
        FROM linked LEFT JOIN ledger.acts a ON a.id = linked.act_id GROUP BY linked.act_id
    )
    SELECT 'act.revived' AS code, 'lot ' || l.id AS place, l.id AS number,
        gone.source || ', ' || t.amount || coalesce(' until ' || a.expires_at, '') AS expected,
        l.source || ', ' || l.amount || coalesce(' until ' || made.expires_at, '') AS found
    FROM ledger.credit_lots l JOIN ledger.transactions t ON t.id = l.opened_by AND t.kind = 'reversal'
    JOIN ledger.acts a ON a.id = (t.metadata ->> 'act')::bigint
    LEFT JOIN ledger.lot_movements m ON m.transaction_id = t.reverses
    LEFT JOIN ledger.credit_lots gone ON gone.id = m.lot_id
    CROSS JOIN LATERAL (SELECT {FIRST_END.format("l")} AS expires_at) made
    WHERE (l.source, l.amount, made.expires_at) IS DISTINCT FROM (gone.source, t.amount, a.expires_at)
    UNION ALL
    SELECT 'act.items', 'act ' || coalesce(a.id, event.act_id), coalesce(a.id, event.act_id),
        a.items || ', ' || a.amount, coalesce(event.items || ', ' || event.amount, 'none')
    FROM ledger.acts a FULL JOIN event ON event.act_id = a.id
    WHERE (a.items, a.amount) IS DISTINCT FROM (event.items, event.amount)
    UNION ALL
    SELECT 'act.movements', 'act ' || coalesce(a.id, moved.act_id), coalesce(a.id, moved.act_id),
        coalesce(a.kind || ' of ' || a.amount, 'no such act'),
        coalesce(array_to_string(moved.kinds, ', ') || ' of ' || moved.amount, 'none')
    FROM ledger.acts a FULL JOIN moved ON moved.act_id = a.id
    WHERE NOT coalesce(moved.same, true) OR CASE a.kind
        WHEN 'revive_lots' THEN (moved.kinds, moved.amount) IS DISTINCT FROM ('{{reversal}}', a.amount)
        WHEN 'capture_holds' THEN (moved.kinds, moved.amount) IS DISTINCT FROM ('{{capture}}', a.amount)
        WHEN 'end_lots' THEN moved.kinds <> '{{expiry}}' OR moved.amount > a.amount
        ELSE moved.act_id IS NOT NULL END"""

# Each change of an end begins at the end before it, and the last one is what stands now.
_ENDS: Final = """
    WITH of_lot AS (
        SELECT e.lot_id AS id, e.act_id, e.expires_before,
            CASE WHEN a.kind = 'revive_lots' THEN e.expires_before ELSE a.expires_at END AS after
        FROM ledger.lot_events e JOIN ledger.acts a ON a.id = e.act_id
    ), of_hold AS (
        SELECT e.reservation_id AS id, e.act_id, e.expires_before,
            CASE WHEN a.kind LIKE 'extend%' THEN a.expires_at ELSE e.expires_before END AS after
        FROM ledger.hold_events e JOIN ledger.acts a ON a.id = e.act_id
    ), step AS (
        SELECT 'lot' AS what, s.*, l.expires_at AS stands, lead(s.expires_before) OVER one AS next,
            lead(s.act_id) OVER one IS NULL AS last
        FROM of_lot s JOIN ledger.credit_lots l ON l.id = s.id
        WINDOW one AS (PARTITION BY s.id ORDER BY s.act_id)
        UNION ALL
        SELECT 'hold', s.*, r.expires_at, lead(s.expires_before) OVER one, lead(s.act_id) OVER one IS NULL
        FROM of_hold s JOIN ledger.reservations r ON r.id = s.id
        WINDOW one AS (PARTITION BY s.id ORDER BY s.act_id)
    )
    SELECT step.what || '.end' AS code, step.what || ' ' || step.id AS place, step.id AS number,
        coalesce(step.after::text, 'no end') || ' by act ' || step.act_id AS expected,
        coalesce(CASE WHEN step.last THEN step.stands ELSE step.next END::text, 'no end') AS found
    FROM step
    WHERE step.after IS DISTINCT FROM CASE WHEN step.last THEN step.stands ELSE step.next END"""

QUESTIONS: Final = (
    Question({"act.made": "Each act on many holds or credits is as the audit chain says it was done"}, _MADE),
    Question(
        {"act.extended": "Each extension of a hold was asked for by an operation"}, _EXTENDED, ("operations",)
    ),
    Question({"act.holds": "Each act on many holds is on those that were named"}, _NAMED, ("operations",)),
    Question(
        {
            "act.items": "Each act is on as many holds or credits as it says, of as much",
            "act.movements": "Each movement of an act is one of what it was done on",
            "act.revived": "Each credit that an act brought back is what it was, with its new end",
        },
        _ITEMS,
    ),
    Question(
        {
            "lot.end": "Each credit ends when its grant or the last change of its end says",
            "hold.end": "Each hold ends when it was asked for or when the last change of its end says",
        },
        _ENDS,
    ),
)
