"""The audit chain, reckoned anew by statements of the console's own: no function of the ledger is asked."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

# Every field, each led by its length, as ledger.audit_digest has it: whoever could change an event could
# have changed that function too. An infinite moment has no microseconds.
CONTENT: Final = """convert_to((
    SELECT string_agg(octet_length(field.value) || ':' || field.value, '' ORDER BY field.place)
    FROM unnest(ARRAY[e.id::text, CASE WHEN isfinite(e.at)
            THEN (extract(epoch FROM e.at) * 1000000)::bigint::text ELSE e.at::text END,
        e.actor, e.action, e.subject, e.outcome, e.reason, e.detail::text]
        || CASE WHEN e.ticket IS NOT NULL THEN ARRAY[e.ticket] END)
    WITH ORDINALITY field (value, place)), 'UTF8')"""
"""What is hashed of an event `e`."""
# Format 1 is SHA-256 over the hash before and the content; format 2 over a name of its own, the hash before
# and the content's SHA-256, which is kept: with it alone an event's place in the chain can be proved.
EVENT_HASH: Final = """CASE e.format WHEN 1 THEN sha256(e.previous || content.bytes)
    ELSE sha256(convert_to('ledger chain 2', 'UTF8') || e.previous || sha256(content.bytes)) END"""
"""The hash that an event `e` of a `content` is due."""

_CHAIN: Final = f"""
    WITH step AS MATERIALIZED (
        SELECT e.id, e.previous, e.hash, {EVENT_HASH} AS due, e.format, e.digest,
            CASE e.format WHEN 2 THEN sha256(content.bytes) END AS due_digest,
            lag(e.format) OVER w AS format_before,
            coalesce(lag(e.id) OVER w, 0)::numeric + 1 AS due_id,
            coalesce(lag(e.hash) OVER w, sha256('ledger')) AS before
        FROM ledger.audit_events e CROSS JOIN LATERAL (SELECT {CONTENT} AS bytes) content
        WINDOW w AS (ORDER BY e.id)
    ), last AS (
        SELECT step.id, step.hash FROM step ORDER BY step.id DESC LIMIT 1
    )
    SELECT 'chain.hash' AS code, 'event ' || step.id AS place, step.id AS number,
        encode(step.due, 'hex') AS expected, encode(step.hash, 'hex') AS found
    FROM step WHERE step.hash IS DISTINCT FROM step.due
    UNION ALL
    SELECT 'chain.hash', 'event ' || step.id, step.id, encode(step.due_digest, 'hex'),
        encode(step.digest, 'hex')
    FROM step WHERE step.digest IS DISTINCT FROM step.due_digest AND step.hash IS NOT DISTINCT FROM step.due
    UNION ALL
    -- What follows an event of format 2 says no more in clear than it may.
    SELECT 'chain.format', 'event ' || step.id, step.id, 'format 2', 'format ' || step.format
    FROM step WHERE step.format < step.format_before
    UNION ALL
    SELECT 'chain.link', 'event ' || step.id, step.id, encode(step.before, 'hex'),
        encode(step.previous, 'hex')
    FROM step WHERE step.previous IS DISTINCT FROM step.before
    UNION ALL
    SELECT 'chain.ids', 'event ' || step.due_id, step.id, step.due_id::text, step.id::text
    FROM step WHERE step.id <> step.due_id
    UNION ALL
    SELECT 'chain.head', 'the head', 0, coalesce(last.id, 0) || ' '
        || encode(coalesce(last.hash, sha256('ledger')), 'hex'),
        head.id || ' ' || encode(head.hash, 'hex')
    FROM (SELECT) always LEFT JOIN last ON true LEFT JOIN ledger.audit_head head ON true
    WHERE (head.id, head.hash) IS DISTINCT FROM (coalesce(last.id, 0), coalesce(last.hash, sha256('ledger')))
    UNION ALL
    -- What is older than the ledger's identity is held to less, so nobody may make it younger.
    SELECT 'chain.birth', 'event ' || e.id, e.id, 'after ' || i.made_at, e.at::text
    FROM ledger.audit_events e, ledger.identity i WHERE e.id = 1 AND e.at < i.made_at"""

QUESTIONS: Final = (
    Question(
        {
            "chain.hash": "Each audit event is what its hash says",
            "chain.format": "No audit event is of an older format than the one before",
            "chain.link": "Each audit event holds the hash of the one before",
            "chain.ids": "The audit events' numbers have no gap",
            "chain.head": "The head of the audit chain is its last event",
            "chain.birth": "The ledger is older than its first audit event",
        },
        _CHAIN,
    ),
)
