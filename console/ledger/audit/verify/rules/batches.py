"""Batches: the posted content is the approved one, and is what stands in the ledger."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question
from console.ledger.audit.verify.rules.acts import ACT
from console.ledger.audit.verify.rules.credits.ends import FIRST_END

# As ledger.batch_content_hash has it.
_CONTENT: Final = """sha256(convert_to(string_agg(
    CASE WHEN l.lot_source IS NULL AND l.lot_expires_at IS NULL
        THEN ROW(l.line_no, l.from_name, l.to_name, l.amount, l.reference, l.description,
            extract(epoch FROM l.effective_at))::text
        ELSE ROW(l.line_no, l.from_name, l.to_name, l.amount, l.reference, l.description,
            extract(epoch FROM l.effective_at), l.lot_source, extract(epoch FROM l.lot_expires_at))::text
    END, E'\\n' ORDER BY l.line_no) || coalesce((
        SELECT E'\\noffset ' || string_agg(o.reversed_batch::text, ' ' ORDER BY o.reversed_batch)
        FROM ledger.batch_offsets o WHERE o.batch_id = l.batch_id), ''), 'UTF8'))"""

_LINES: Final = f"""
    WITH content AS (
        SELECT l.batch_id, {_CONTENT} AS hash, count(*) AS lines, sum(l.amount) AS total
        FROM ledger.batch_lines l GROUP BY l.batch_id
    ), posted AS (
        SELECT t.batch_id, count(*) AS lines, sum(t.amount) AS total, min(t.id) AS first, max(t.id) AS last,
            min(t.posted_at) AS from_at, max(t.posted_at) AS to_at, min(t.operator) AS operator,
            max(t.operator) AS operator2
        FROM ledger.transactions t WHERE t.batch_id IS NOT NULL GROUP BY t.batch_id
    )
    SELECT 'batch.content' AS code, 'batch ' || b.id AS place, b.id AS number,
        encode(coalesce(b.posted_hash, b.content_hash), 'hex') AS expected, encode(content.hash, 'hex')
            AS found
    FROM ledger.batches b LEFT JOIN content ON content.batch_id = b.id
    WHERE b.content_hash IS NOT NULL AND (content.hash IS DISTINCT FROM b.content_hash
        OR (b.status IN ('posted', 'reversed') AND content.hash IS DISTINCT FROM b.posted_hash))
    UNION ALL
    SELECT 'batch.posted', 'batch ' || coalesce(b.id, posted.batch_id), coalesce(b.id, posted.batch_id),
        coalesce(posted.lines || ' lines, ' || posted.total || ' in ' || posted.first || '-' || posted.last
            || ' by ' || posted.operator || ' at ' || posted.to_at, 'nothing posted'),
        coalesce(b.status || ', ' || coalesce(b.line_count || ' lines, ' || b.total || ' in '
            || b.first_transaction || '-' || b.last_transaction || ' by ' || b.posted_by || ' at '
                || b.posted_at, ''),
            'no such batch')
    FROM ledger.batches b FULL JOIN posted ON posted.batch_id = b.id
    WHERE CASE WHEN posted.batch_id IS NULL THEN b.status IN ('posted', 'reversed')
        ELSE b.status IS NULL OR b.status NOT IN ('posted', 'reversed')
            OR (posted.lines, posted.total, posted.first, posted.last, posted.from_at, posted.to_at,
                posted.operator, posted.operator2) IS DISTINCT FROM (b.line_count, b.total,
                    b.first_transaction,
                b.last_transaction, b.posted_at, b.posted_at, b.posted_by, b.posted_by) END"""

# Line by line: by reference, which is unique; with the names of the accounts whose wallets were moved.
_POSTINGS: Final = f"""
    SELECT 'batch.lines' AS code, 'batch ' || l.batch_id || ' line ' || l.line_no AS place,
        l.batch_id * 1000000 + l.line_no AS number,
        l.from_name || ' to ' || l.to_name || ', ' || l.amount || ', ' || l.description AS expected,
        coalesce(fu.username || ' to ' || tu.username || ', ' || t.amount || ', ' || t.description,
            'no such transaction') AS found
    FROM ledger.batch_lines l
    JOIN ledger.batches b ON b.id = l.batch_id AND b.status IN ('posted', 'reversed')
    LEFT JOIN ledger.transactions t ON t.reference = l.reference AND t.batch_id = l.batch_id
    LEFT JOIN ledger.wallets fw ON fw.id = t.from_wallet
    LEFT JOIN ledger.users fu ON fu.id = fw.user_id
    LEFT JOIN ledger.wallets tw ON tw.id = t.to_wallet
    LEFT JOIN ledger.users tu ON tu.id = tw.user_id
    LEFT JOIN ledger.credit_lots lot ON lot.opened_by = t.id
    CROSS JOIN LATERAL (SELECT {FIRST_END.format("lot")} AS expires_at) made
    WHERE (fu.username, tu.username, t.amount, t.description, t.effective_at, lot.source, made.expires_at,
        fw.currency)
        IS DISTINCT FROM (l.from_name, l.to_name, l.amount, l.description, coalesce(l.effective_at,
            b.posted_at),
            l.lot_source, CASE WHEN l.lot_source IS NOT NULL THEN l.lot_expires_at END, b.currency)"""

_PARTIES: Final = """
    SELECT 'batch.parties' AS code, 'batch ' || p.batch_id || ', ' || p.name AS place, p.batch_id AS number,
        p.name AS expected, coalesce(u.username, 'no such wallet') AS found
    FROM ledger.batch_parties p
    LEFT JOIN ledger.wallets w ON w.id = p.wallet_id
    LEFT JOIN ledger.users u ON u.id = w.user_id
    WHERE u.username IS DISTINCT FROM p.name"""

_EVENTS: Final = f"""
    WITH {ACT}, post AS (
        SELECT (act.outcome ->> 'batch')::bigint AS batch, act.* FROM act WHERE act.kind = 'post_batch'
    ), back AS (
        -- Given back in as many goes as it took, by itself or out of what a later batch paid.
        SELECT go.batch, sum(go.total) AS total, max(go.posted_at) AS last_at, max(go.id) AS id,
            (array_agg(go.actor ORDER BY go.posted_at DESC))[1] AS actor
        FROM (
            SELECT act.id, act.actor, (act.outcome ->> 'batch')::bigint AS batch,
                (act.outcome ->> 'total')::numeric AS total,
                (act.outcome ->> 'posted_at')::timestamptz AS posted_at
            FROM act WHERE act.kind = 'reverse_batch'
            UNION ALL
            SELECT act.id, act.actor, (taken.value ->> 'batch')::bigint, (taken.value ->> 'total')::numeric,
                (act.outcome ->> 'posted_at')::timestamptz
            FROM act CROSS JOIN LATERAL jsonb_array_elements(act.outcome -> 'offsets') taken
            WHERE act.kind = 'post_batch'
        ) go GROUP BY go.batch
    ), given AS (
        SELECT t.batch_id AS batch, sum(r.amount) AS total FROM ledger.transactions r
        JOIN ledger.transactions t ON t.id = r.reverses WHERE t.batch_id IS NOT NULL GROUP BY t.batch_id
    ), born AS (
        SELECT i.made_at AS at FROM ledger.identity i
    ), reversal AS (
        SELECT (t.metadata ->> 'batch')::bigint AS batch, sum(t.amount) AS total, max(t.posted_at) AS last_at
        FROM ledger.transactions t WHERE t.reverses IS NOT NULL AND t.metadata ? 'batch' GROUP BY 1
    )
    SELECT 'batch.event' AS code, 'batch ' || coalesce(b.id, post.batch) AS place, coalesce(b.id, post.batch)
        AS number,
        coalesce('event ' || post.id || ', ' || (post.outcome ->> 'lines') || ' lines, '
            || (post.outcome ->> 'total') || ', ' || (post.request ->> 'content'), 'no such event')
                AS expected,
        coalesce(b.status || ', ' || coalesce(b.line_count || ' lines, ' || b.total || ', '
            || encode(b.posted_hash, 'hex'), ''), 'no such batch') AS found
    FROM post FULL JOIN (
        SELECT b.* FROM ledger.batches b, born
        WHERE b.status IN ('posted', 'reversed') AND b.posted_at >= born.at
    ) b ON b.id = post.batch
    WHERE (post.request ->> 'content', post.actor, (post.outcome ->> 'posted_at')::timestamptz,
            (post.outcome ->> 'total')::numeric, (post.outcome ->> 'lines')::integer,
                (post.outcome ->> 'first')::bigint)
        IS DISTINCT FROM (encode(b.posted_hash, 'hex'), b.posted_by, b.posted_at, b.total, b.line_count,
            b.first_transaction)
    UNION ALL
    SELECT 'batch.reversed', 'batch ' || coalesce(b.id, back.batch, reversal.batch),
        coalesce(b.id, back.batch, reversal.batch),
        coalesce('event ' || back.id || ', ' || back.total || ' by ' || back.actor, 'no such event')
            || '; ' || coalesce(reversal.total, 0) || ' given back, ' || coalesce(given.total, 0)
            || ' in all',
        coalesce('reversed, ' || b.reversed_total || ' by ' || b.reversed_by || ' at ' || b.reversed_at,
            'not reversed')
    FROM back
    FULL JOIN (
        SELECT * FROM ledger.batches b
        WHERE b.status = 'reversed' OR num_nonnulls(b.reversed_by, b.reversed_at, b.reversed_total) > 0
    ) b ON b.id = back.batch
    FULL JOIN reversal ON reversal.batch = coalesce(b.id, back.batch)
    LEFT JOIN given ON given.batch = b.id
    WHERE (back.actor, back.last_at, back.total)
            IS DISTINCT FROM (b.reversed_by, b.reversed_at, reversal.total)
        OR reversal.last_at IS DISTINCT FROM b.reversed_at
        OR given.total IS DISTINCT FROM b.reversed_total"""

_OFFSETS: Final = f"""
    WITH {ACT}, due AS (
        SELECT DISTINCT ON (act.request -> 'batch', act.request -> 'reversed') act.id, act.actor,
            (act.request ->> 'batch')::bigint AS batch, (act.request ->> 'reversed')::bigint AS reversed,
            (act.request ->> 'offset')::boolean AS stands
        FROM act WHERE act.kind = 'offset_batch'
        ORDER BY act.request -> 'batch', act.request -> 'reversed', act.id DESC
    ), said AS (
        -- Of a draft that was thrown away nothing stands.
        SELECT due.* FROM due JOIN ledger.batches b ON b.id = due.batch WHERE due.stands
    )
    SELECT 'batch.offset' AS code, 'batch ' || coalesce(said.batch, o.batch_id) AS place,
        coalesce(said.batch, o.batch_id) AS number,
        coalesce('event ' || said.id || ': takes of batch ' || said.reversed, 'no such event') AS expected,
        coalesce('takes of batch ' || o.reversed_batch || ' by ' || o.created_by, 'nothing') AS found
    FROM said FULL JOIN ledger.batch_offsets o ON o.batch_id = said.batch AND o.reversed_batch = said.reversed
    WHERE said.actor IS DISTINCT FROM o.created_by"""

QUESTIONS: Final = (
    Question({"batch.offset": "What a batch takes of others is as the audit chain says"}, _OFFSETS),
    Question(
        {
            "batch.content": "The lines of each frozen batch are those of its content hash",
            "batch.posted": "Each posted batch is what stands in the ledger",
        },
        _LINES,
    ),
    Question({"batch.lines": "Each line of a posted batch is a transaction as the line says"}, _POSTINGS),
    Question({"batch.parties": "Each name in a batch means the account of that name"}, _PARTIES),
    Question(
        {
            "batch.event": "Each batch was posted as the audit chain says",
            "batch.reversed": "Each reversed batch was reversed as the audit chain says",
        },
        _EVENTS,
    ),
)
