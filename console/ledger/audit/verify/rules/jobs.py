"""The daily figures against the rows that they are sums of, and the automatic jobs against their runs."""

from __future__ import annotations

from typing import Final

from console.ledger.audit.verify.check import Question

# All that was counted is counted again, in the days of the zone it was counted in: with another zone
# the keeper begins anew. What was on hold when a day ended is final when two more days are closed.
_FIGURES: Final = """
    WITH mark AS MATERIALIZED (
        SELECT m.zone, m.through_id, m.closed_through FROM ledger.daily_mark m
    ), system AS MATERIALIZED (
        SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system'
    ), counted AS MATERIALIZED (
        SELECT (t.posted_at AT TIME ZONE mark.zone)::date AS day, t.currency, t.kind, count(*) AS movements,
            sum(t.amount) AS amount, sum(t.amount * (
                (t.from_wallet IN (SELECT s.id FROM system s))::integer
                - (t.to_wallet IN (SELECT s.id FROM system s))::integer)) AS customers
        FROM ledger.transactions t CROSS JOIN mark WHERE t.id <= mark.through_id
        GROUP BY 1, 2, 3
    ), hold AS (
        SELECT (r.created_at AT TIME ZONE mark.zone)::date AS day, r.currency, sum(r.amount) AS amount
        FROM ledger.reservations r CROSS JOIN mark GROUP BY 1, 2
        UNION ALL
        SELECT (r.closed_at AT TIME ZONE mark.zone)::date, r.currency, -sum(r.amount)
        FROM ledger.reservations r CROSS JOIN mark WHERE r.closed_at IS NOT NULL GROUP BY 1, 2
    ), change AS (
        SELECT part.day, part.currency, sum(part.held) AS held, sum(part.on_hold) AS on_hold,
            sum(part.expired) AS expired
        FROM (
            SELECT c.day, c.currency, c.customers AS held, 0 AS on_hold,
                CASE c.kind WHEN 'expiry' THEN c.amount ELSE 0 END AS expired
            FROM counted c
            UNION ALL SELECT h.day, h.currency, 0, h.amount, 0 FROM hold h
            UNION ALL SELECT b.day, b.currency, 0, 0, 0 FROM ledger.daily_balances b
        ) part GROUP BY part.day, part.currency
    ), so_far AS (
        SELECT change.day, change.currency, change.expired,
            sum(change.held) OVER upto AS held, sum(change.on_hold) OVER upto AS on_hold
        FROM change WINDOW upto AS (PARTITION BY change.currency ORDER BY change.day)
    )
    SELECT 'figures.movements' AS code, coalesce(c.day, d.day) || ', ' || coalesce(c.currency, d.currency)
            || ' ' || coalesce(c.kind, d.kind) AS place, coalesce(c.day, d.day) - date '2000-01-01' AS number,
        coalesce(c.movements || ' of ' || c.amount || ', customers ' || c.customers, 'none') AS expected,
        coalesce(d.movements || ' of ' || d.amount || ', customers ' || d.customers, 'none') AS found
    FROM counted c FULL JOIN ledger.daily_movements d USING (day, currency, kind)
    WHERE (c.movements, c.amount, c.customers) IS DISTINCT FROM (d.movements, d.amount, d.customers)
    UNION ALL
    SELECT 'figures.balances', s.day || ', ' || s.currency, s.day - date '2000-01-01',
        CASE WHEN s.day > mark.closed_through THEN 'nothing: the day is not closed'
            ELSE 'held ' || s.held || ', on hold ' || s.on_hold || ', expired ' || s.expired END,
        coalesce('held ' || b.held || ', on hold ' || b.on_hold || ', expired ' || b.expired, 'nothing')
    FROM so_far s CROSS JOIN mark
    LEFT JOIN ledger.daily_balances b ON b.day = s.day AND b.currency = s.currency
    WHERE CASE WHEN s.day > mark.closed_through OR mark.closed_through IS NULL THEN b.day IS NOT NULL
        ELSE (coalesce(b.held, 0), coalesce(b.expired, 0)) <> (s.held, s.expired)
            OR (s.day <= mark.closed_through - 2 AND coalesce(b.on_hold, 0) <> s.on_hold) END"""

_THERE: Final = """
    SELECT 'job.there' AS code, 'ledger.' || one.name AS place, 0::bigint AS number,
        one.due || ' rows' AS expected, one.rows || ' rows' AS found
    FROM (
        SELECT 'jobs', 5, count(*) FROM ledger.jobs j
            WHERE j.name IN ('sweep', 'seal', 'checkpoint', 'figures', 'verify')
        UNION ALL SELECT 'keeper_lease', 1, count(*) FROM ledger.keeper_lease
        UNION ALL SELECT 'daily_mark', 1, count(*) FROM ledger.daily_mark
        UNION ALL SELECT 'hint_sent', 1, count(*) FROM ledger.hint_sent
    ) one (name, due, rows) WHERE one.rows <> one.due"""

# A job that seems to have run is not due: so what it says of its last run, one of its runs must have left.
_RUNS: Final = """
    SELECT 'job.runs' AS code, 'job ' || j.name AS place, 0::bigint AS number,
        'a run that ended then' AS expected, said.what || ' ' || said.at AS found
    FROM ledger.jobs j CROSS JOIN LATERAL (VALUES ('ended', j.ended_at), ('done', j.done_at)) said (what, at)
    WHERE said.at IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger.operations o
        WHERE o.kind = 'run_job' AND o.outcome ->> 'job' = j.name
            AND (o.outcome ->> 'ended_at')::timestamptz = said.at
            AND (said.what = 'ended' OR o.outcome ->> 'status' IN ('done', 'found')))"""

QUESTIONS: Final = (
    Question(
        {
            "figures.movements": "Daily figures are the sums of their day's transactions",
            "figures.balances": "Each closed day ended with what was held, on hold and expired",
        },
        _FIGURES,
    ),
    Question({"job.there": "The automatic jobs and their marks are there"}, _THERE),
    Question({"job.runs": "Each automatic job stands as one of its runs left it"}, _RUNS, ("operations",)),
)
