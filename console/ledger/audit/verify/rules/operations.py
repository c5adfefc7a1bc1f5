"""Transactions against the operations that made them, and operations against the audit chain."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question
from console.ledger.audit.verify.rules.acts import ACT
from console.ledger.audit.verify.rules.credits.ends import FIRST_END

# Sealed transactions need no second witness, unless one asks deep; a demo's rows were made by none.
_SEALED: Final = "coalesce((SELECT max(s.last_id) FROM ledger.seals s), 0)"
_BOUNDS: Final = f"""
    bound AS MATERIALIZED (
        SELECT greatest({_SEALED}, coalesce((
            SELECT max((e.detail ->> 'last_transaction')::bigint) FROM ledger.audit_events e
            WHERE e.action = 'make_demo'), 0)) AS id, i.made_at
        FROM ledger.identity i
    )"""

_UTC: Final = "(to_jsonb({} AT TIME ZONE 'UTC') #>> '{{}}') || 'Z'"

# What the chain says was posted, by whom, to whom, under what words.
_POSTED: Final = f"""
    WITH {ACT}, posted AS (
        SELECT act.*, (act.outcome ->> 'transaction')::bigint AS transaction FROM act
        WHERE act.outcome ? 'transaction'
    )
    SELECT 'transaction.event' AS code, 'transaction ' || posted.transaction AS place, posted.transaction
        AS number,
        'event ' || posted.id || ' by ' || posted.actor || ': ' || posted.request::text AS expected,
        coalesce(fu.username || ' to ' || tu.username || ', ' || t.amount || ' ' || w.currency || ' at '
            || t.posted_at
            || ' by ' || t.operator || coalesce(', ' || t.reference, '') || ', ' || t.description,
            'no such transaction') AS found
    FROM posted
    LEFT JOIN ledger.transactions t ON t.id = posted.transaction
    LEFT JOIN ledger.wallets w ON w.id = t.from_wallet
    LEFT JOIN ledger.users fu ON fu.id = w.user_id
    LEFT JOIN ledger.wallets tw ON tw.id = t.to_wallet
    LEFT JOIN ledger.users tu ON tu.id = tw.user_id
    LEFT JOIN ledger.credit_lots lot ON lot.opened_by = t.id
    CROSS JOIN LATERAL (SELECT {FIRST_END.format("lot")} AS expires_at) made
    WHERE (t.posted_at, t.operator, t.amount) IS DISTINCT FROM ((posted.outcome ->> 'posted_at')::timestamptz,
            posted.actor, coalesce(posted.outcome ->> 'amount', posted.request ->> 'amount')::bigint)
        OR t.ticket IS DISTINCT FROM posted.request ->> 'ticket'
        OR (posted.kind IN ('transfer', 'grant_credit') AND t.metadata ->> 'reason'
            IS DISTINCT FROM posted.request ->> 'reason')
        OR (posted.kind IN ('transfer', 'grant_credit', 'capture') AND t.reference
            IS DISTINCT FROM posted.request ->> 'reference')
        OR (posted.kind <> 'transfer' AND t.effective_at <> t.posted_at)
        OR (posted.kind IN ('transfer', 'grant_credit') AND (w.currency, t.description)
            IS DISTINCT FROM (posted.request ->> 'currency', coalesce(posted.request ->> 'description', '')))
        OR (posted.kind = 'transfer' AND (fu.username, tu.username, t.effective_at) IS DISTINCT FROM (
            posted.request ->> 'from', posted.request ->> 'to',
            coalesce((posted.request ->> 'effective_at')::timestamptz, t.posted_at)))
        OR (posted.kind = 'grant_credit' AND (tu.username, lot.source, made.expires_at, lot.id) IS DISTINCT
            FROM (
            posted.request ->> 'username', posted.request ->> 'source',
            (posted.request ->> 'expires_at')::timestamptz, (posted.outcome ->> 'lot')::bigint))
        OR (posted.kind = 'reverse_transaction' AND (t.reverses, t.metadata ->> 'reason', lot.id,
            made.expires_at)
            IS DISTINCT FROM ((posted.request ->> 'transaction')::bigint, posted.request ->> 'reason',
                (posted.outcome ->> 'lot')::bigint, CASE WHEN lot.id IS NOT NULL
                    THEN (posted.request ->> 'lot_expires_at')::timestamptz END))"""

# A transfer's request is not kept, but its hash is: what the transaction says now must have been asked for.
# Without a moment of its own it took effect when it was posted; without words it has none.
_ASKED: Final = f"""
    WITH {_BOUNDS}, asked AS MATERIALIZED (
        SELECT (o.outcome ->> 'transaction')::bigint AS transaction, o.kind, o.operator, o.outcome,
            o.request_hash
        FROM ledger.operations o, bound
        WHERE o.outcome ->> 'transaction' IS NOT NULL AND o.created_at >= bound.made_at
    ), met AS (
        SELECT asked.*, t.id, t.amount, t.posted_at, t.operator AS posted_by, t.reservation_id, t.kind
            AS what,
            CASE asked.kind WHEN 'capture' THEN asked.request_hash = ANY (ARRAY(
                SELECT sha256(convert_to('capture' || (jsonb_build_object(
                    'reservation', r.reference, 'amount', taken.amount, 'to', payee.name,
                    'reference', t.reference, 'description', said.description)
                    || jsonb_strip_nulls(jsonb_build_object('ticket', t.ticket)))::text, 'UTF8'))
                FROM (VALUES (t.amount), (NULL)) taken (amount),
                    (VALUES (tu.username), (NULL)) payee (name),
                    (VALUES (t.description), (''), (NULL)) said (description)
                -- No words of its own: those of the reservation.
                WHERE coalesce(nullif(said.description, ''), r.description) = t.description
                    AND (payee.name IS NOT NULL OR tu.username = '@revenue')))
            WHEN 'transfer' THEN asked.request_hash = ANY (ARRAY(
                SELECT sha256(convert_to('transfer' || (jsonb_build_object(
                    'from', fu.username, 'to', tu.username, 'currency', w.currency, 'amount', t.amount,
                    'reference', t.reference, 'description', said.description,
                    'effective_at', said.at) || jsonb_strip_nulls(jsonb_build_object(
                        'reason', t.metadata ->> 'reason', 'ticket', t.ticket)))::text, 'UTF8'))
                FROM (VALUES
                    (t.description, CASE WHEN t.effective_at <> t.posted_at
                        THEN {_UTC.format("t.effective_at")} END),
                    (t.description, {_UTC.format("t.effective_at")}),
                    (nullif(t.description, ''), CASE WHEN t.effective_at <> t.posted_at
                        THEN {_UTC.format("t.effective_at")} END)) said (description, at)))
            ELSE true END AS same
        FROM asked
        LEFT JOIN ledger.transactions t ON t.id = asked.transaction
        LEFT JOIN ledger.wallets w ON w.id = t.from_wallet
        LEFT JOIN ledger.users fu ON fu.id = w.user_id
        LEFT JOIN ledger.wallets tw ON tw.id = t.to_wallet
        LEFT JOIN ledger.users tu ON tu.id = tw.user_id
        LEFT JOIN ledger.reservations r ON r.id = t.reservation_id
        WHERE asked.transaction > (SELECT bound.id FROM bound)
    )
    SELECT 'transaction.asked' AS code, 'transaction ' || met.transaction AS place, met.transaction AS number,
        met.kind || ' as ' || met.operator || ' asked for it' AS expected,
        coalesce(met.what || ' of ' || met.amount || ' by ' || met.posted_by, 'no such transaction') AS found
    FROM met
    WHERE met.same IS NOT TRUE OR (met.posted_at, met.posted_by) IS DISTINCT FROM
            ((met.outcome ->> 'posted_at')::timestamptz, met.operator)
        OR (met.kind = 'capture' AND (met.amount, met.reservation_id IS NOT NULL)
            IS DISTINCT FROM ((met.outcome ->> 'amount')::bigint, true))
    UNION ALL
    -- Batches, their reversals, acts on holds or credits and expiries are asked for otherwise, many at once.
    SELECT 'transaction.made', 'transaction ' || t.id, t.id, 'an operation', 'none'
    FROM ledger.transactions t, bound
    WHERE t.id > bound.id AND t.posted_at >= bound.made_at AND t.batch_id IS NULL AND t.kind <> 'expiry'
        AND NOT (t.kind = 'reversal' AND coalesce(t.metadata ?| '{{batch,act}}', false))
        AND NOT (t.kind = 'capture' AND coalesce(t.metadata ? 'act', false))
        AND NOT EXISTS (SELECT FROM asked WHERE asked.transaction = t.id)"""

# What an auditor let go under seal is named for ever; so is what is said to have been, and was not.
_ACKNOWLEDGED: Final = f"""
    WITH {ACT}, acknowledged AS (
        SELECT act.*, (act.outcome ->> 'acknowledged')::bigint AS transaction FROM act
        WHERE act.kind = 'acknowledge_transaction'
    )
    SELECT 'transaction.acknowledged' AS code, 'transaction ' || acknowledged.transaction AS place,
        acknowledged.transaction AS number, acknowledged.outcome ->> 'expected' AS expected,
        (acknowledged.outcome ->> 'found') || '; acknowledged by ' || acknowledged.actor || ': '
            || (acknowledged.request ->> 'reason') AS found
    FROM acknowledged
    UNION ALL
    SELECT 'transaction.acknowledged', 'transaction ' || a.transaction_id, a.transaction_id, 'no such event',
        'acknowledged by ' || a.operator
    FROM ledger.acknowledgements a
    WHERE NOT EXISTS (SELECT FROM acknowledged
        WHERE acknowledged.transaction = a.transaction_id AND acknowledged.actor = a.operator)"""

# Every refusal, and all that is done but the routine, stands in both places, equally often.
_KEPT: Final = """
    WITH kept AS (
        SELECT o.kind, o.operator, o.request_hash, o.outcome, count(*) AS times, min(o.key::text) AS key
        FROM ledger.operations o
        WHERE o.created_at >= (SELECT i.made_at FROM ledger.identity i) AND o.kind <> 'abandoned'
            AND (o.outcome ->> 'status' = 'refused' OR o.kind NOT IN (
                'transfer', 'reserve', 'capture', 'release', 'extend_reservation', 'sweep',
                'run_job'))
        GROUP BY o.kind, o.operator, o.request_hash, o.outcome
    ), noted AS (
        SELECT e.action AS kind, e.actor AS operator,
            -- Of what was refused and is too long to be kept the hash is; what is kept whole says its own.
            CASE WHEN e.detail ? 'request_hash' AND e.detail -> 'request' ? 'cut'
                THEN decode(e.detail ->> 'request_hash', 'hex')
                ELSE sha256(convert_to(e.action || (e.detail -> 'request')::text, 'UTF8'))
                END AS request_hash,
            e.detail -> 'outcome' AS outcome, count(*) AS times, min(e.id) AS id
        FROM ledger.audit_events e WHERE e.detail ? 'request' AND e.detail ? 'outcome'
            -- A role that was there before the ledger looked after it is adopted by no operation.
            AND NOT (e.action = 'create_operator' AND NOT e.detail ? 'key'
                AND NOT e.detail -> 'request' ? 'display_name')
        GROUP BY 1, 2, 3, 4
    )
    SELECT 'operation.event' AS code, coalesce('operation ' || kept.key, 'event ' || noted.id) AS place,
        coalesce(noted.id, 0) AS number,
        coalesce(noted.kind || ' by ' || noted.operator || ', ' || noted.times || ' times', 'no such event')
            AS expected,
        coalesce(kept.kind || ' by ' || kept.operator || ', ' || kept.times || ' times', 'no such operation')
            AS found
    FROM kept FULL JOIN noted USING (kind, operator, request_hash, outcome)
    WHERE kept.times IS DISTINCT FROM noted.times"""

QUESTIONS: Final = (
    Question({"transaction.event": "Each transaction is as the audit chain says it was posted"}, _POSTED),
    Question(
        {
            "transaction.asked": "Each transaction not yet sealed is what its operation asked for",
            "transaction.made": "Each transaction not yet sealed was made by an operation",
        },
        _ASKED,
        ("operations",),
        deep=_ASKED.replace(_SEALED, "0"),
    ),
    Question(
        {"transaction.acknowledged": "No transaction is other than what was asked for, acknowledged or not"},
        _ACKNOWLEDGED,
    ),
    Question(
        {"operation.event": "Each operation that is no routine stands in the audit chain"},
        _KEPT,
        ("operations",),
    ),
)
