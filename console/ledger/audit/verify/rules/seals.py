"""Transactions under seal, reckoned anew: a row that was changed, taken away or put in is named."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

# Every column, as ledger.transaction_digest has it.
_DIGEST: Final = """sha256(convert_to(ROW(
    t.id, extract(epoch FROM t.posted_at), extract(epoch FROM t.effective_at),
    t.from_wallet, t.to_wallet, t.amount, t.from_balance_after, t.to_balance_after, t.batch_id, t.reverses,
    t.reservation_id, t.kind, t.reference, t.description, t.operator, t.metadata)::text
    || CASE WHEN t.ticket IS NULL THEN '' ELSE ROW(t.ticket)::text END, 'UTF8'))"""

# A row's range is the last one that begins at or before it, so a row between two ranges, where sealing found
# none, counts as put into the one before. Rows after the last range are not sealed yet.
_ROWS: Final = f"""
    SELECT t.id, {_DIGEST} AS digest,
        width_bucket(t.id, (SELECT array_agg(s.first_id ORDER BY s.first_id) FROM ledger.seals s)) AS range
    FROM ledger.transactions t WHERE t.id <= (SELECT max(s.last_id) FROM ledger.seals s)"""

# Only where a range's hash is not right are its rows compared one by one with the digests that were kept.
_SEALS: Final = f"""
    WITH range AS MATERIALIZED (
        SELECT s.*, row_number() OVER (ORDER BY s.first_id)::integer AS place,
            lag(s.last_id) OVER (ORDER BY s.first_id) AS before
        FROM ledger.seals s
    ), reckoned AS MATERIALIZED (
        SELECT seen.range, count(*) AS row_count, sha256(string_agg(seen.digest, '' ORDER BY seen.id)) AS hash
        FROM ({_ROWS}) seen GROUP BY seen.range
    ), suspect AS MATERIALIZED (
        SELECT coalesce(range.place, 0) AS place, coalesce(range.first_id, 0) AS first_id,
            coalesce(range.digests, '') AS digests
        FROM reckoned FULL JOIN range ON range.place = reckoned.range
        WHERE reckoned.hash IS DISTINCT FROM range.hash
    ), kept AS (
        SELECT suspect.place,
            ('x' || encode(substr(suspect.digests, 1 + 16 * i, 8), 'hex'))::bit(64)::bigint AS id,
            substr(suspect.digests, 9 + 16 * i, 8) AS digest
        FROM suspect CROSS JOIN LATERAL generate_series(0, length(suspect.digests) / 16 - 1) i
    ), compared AS (
        SELECT coalesce(kept.id, now.id) AS id, kept.digest AS kept, substr(now.digest, 1, 8) AS now
        FROM kept FULL JOIN (
            SELECT * FROM ({_ROWS}) seen WHERE seen.range IN (SELECT suspect.place FROM suspect)
        ) now ON now.id = kept.id
        WHERE kept.digest IS DISTINCT FROM substr(now.digest, 1, 8)
    ), event AS (
        SELECT e.id, e.subject, e.detail FROM ledger.audit_events e
        WHERE e.action = 'seal' AND e.outcome = 'done'
    )
    SELECT 'seal.rows' AS code, 'transaction ' || compared.id AS place, compared.id AS number,
        coalesce(encode(compared.kept, 'hex'), 'no such row') AS expected,
        coalesce(encode(compared.now, 'hex'), 'no such row') AS found
    FROM compared
    UNION ALL
    -- The rows are as the kept digests say, and still not what was sealed: the seal itself was changed.
    SELECT 'seal.event', coalesce(event.subject, 'transactions:' || range.first_id || '-' || range.last_id),
        coalesce(range.first_id, event.id),
        coalesce((event.detail ->> 'rows') || ' rows, ' || (event.detail ->> 'hash'), 'no such event'),
        coalesce(range.row_count || ' rows, ' || encode(range.hash, 'hex'), 'no such seal')
    FROM range FULL JOIN event ON event.id = range.event_id
    WHERE (event.subject, event.detail ->> 'rows', event.detail ->> 'hash', event.detail ->> 'digests')
        IS DISTINCT FROM ('transactions:' || range.first_id || '-' || range.last_id, range.row_count::text,
            encode(range.hash, 'hex'), encode(sha256(range.digests), 'hex'))
    UNION ALL
    SELECT 'seal.rows', 'transactions:' || range.first_id || '-' || range.last_id, range.first_id,
        encode(range.hash, 'hex'), 'rows of another hash'
    FROM range JOIN suspect ON suspect.place = range.place
    WHERE NOT EXISTS (SELECT FROM compared)
    UNION ALL
    SELECT 'seal.ranges', 'transactions:' || range.first_id || '-' || range.last_id, range.first_id,
        'after ' || range.before, range.first_id::text
    FROM range WHERE range.first_id <= range.before"""

QUESTIONS: Final = (
    Question(
        {
            "seal.rows": "Each sealed transaction is as it was when it was sealed",
            "seal.event": "Each seal is the one that the audit chain holds",
            "seal.ranges": "The sealed ranges follow one another",
        },
        _SEALS,
    ),
)
