"""What must be true of all that the jobs did: each effect once, and by whoever had the lease."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection

_RUN: Final[LiteralString] = """
    WITH run AS (
        SELECT o.key, o.operator, o.created_at, o.outcome, o.outcome ->> 'job' AS job,
            (o.outcome ->> 'token')::bigint AS token
        FROM ledger.operations o WHERE o.kind = 'run_job' AND o.outcome ->> 'status' <> 'refused'
    )"""

# Each returns the rows that are wrong. Told by the order of moments, which is one where no clock is set back:
_IN_TIME: Final[dict[str, LiteralString]] = {
    "a job was run under a lease that another had since": f"""{_RUN}
        SELECT * FROM (
            SELECT run.*, max(run.token) OVER (ORDER BY run.created_at, run.token) AS newest FROM run
        ) step WHERE step.token < step.newest""",
    "two runs were under way at one moment": f"""{_RUN}
        SELECT * FROM (
            SELECT run.key, run.job, (run.outcome ->> 'started_at')::timestamptz AS began,
                max((run.outcome ->> 'ended_at')::timestamptz) OVER (
                    ORDER BY run.created_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS free_at
            FROM run WHERE run.job <> 'verify'
        ) step WHERE step.began < step.free_at""",
    "a job does not know when it last ended": f"""{_RUN}
        SELECT j.name, j.ended_at, newest.at FROM ledger.jobs j LEFT JOIN (
            SELECT run.job, max((run.outcome ->> 'ended_at')::timestamptz) AS at FROM run GROUP BY run.job
        ) newest ON newest.job = j.name WHERE j.ended_at IS DISTINCT FROM newest.at""",
}
# And at any time:
_QUESTIONS: Final[dict[str, LiteralString]] = {
    "two operators ran jobs under one lease": f"""{_RUN}
        SELECT run.token, array_agg(DISTINCT run.operator) FROM run GROUP BY run.token
        HAVING count(DISTINCT run.operator) > 1""",
    "the holds that sweeps ended are not those that expired": f"""{_RUN}
        SELECT * FROM (
            SELECT (SELECT coalesce(sum((run.outcome ->> 'reservations')::bigint), 0) FROM run) AS told,
                (SELECT count(*) FROM ledger.reservations r WHERE r.status = 'expired') AS found
        ) sums WHERE sums.told <> sums.found""",
    # Credit expires in other writes too, each of which leaves a row of that wallet and moment.
    "the credits that sweeps ended are not those that expired": f"""{_RUN}, swept AS (
            SELECT t.amount FROM ledger.transactions t WHERE t.kind = 'expiry'
                AND NOT EXISTS (SELECT FROM ledger.reservations r WHERE r.wallet_id = t.from_wallet
                    AND (r.created_at = t.posted_at OR (r.closed_at = t.posted_at AND r.status <> 'expired')))
                AND NOT EXISTS (SELECT FROM ledger.transactions o WHERE o.posted_at = t.posted_at
                    AND o.kind IN ('capture', 'reversal') AND t.from_wallet IN (o.from_wallet, o.to_wallet))
        )
        SELECT * FROM (
            SELECT (SELECT coalesce(sum((run.outcome ->> 'lots')::bigint), 0) FROM run) AS told,
                (SELECT count(*) FROM swept) AS found,
                (SELECT coalesce(sum(a.value::numeric), 0) FROM run
                    CROSS JOIN jsonb_each_text(run.outcome -> 'amounts') a) AS told_of,
                (SELECT coalesce(sum(swept.amount), 0) FROM swept) AS found_of
        ) sums WHERE (sums.told, sums.told_of) <> (sums.found, sums.found_of)""",
    "seals overlap": """
        SELECT * FROM (
            SELECT s.first_id, lag(s.last_id) OVER (ORDER BY s.first_id) AS before FROM ledger.seals s
        ) step WHERE step.first_id <= step.before""",
    "the transactions that were sealed are not those under seal": f"""{_RUN}
        SELECT * FROM (
            SELECT (SELECT coalesce(sum((run.outcome ->> 'rows')::bigint), 0)
                    FROM run WHERE run.job = 'seal') AS told,
                (SELECT coalesce(sum(s.row_count), 0) FROM ledger.seals s) AS found,
                (SELECT count(*) FROM ledger.transactions t
                    WHERE t.id <= (SELECT max(s.last_id) FROM ledger.seals s)) AS there
        ) sums WHERE sums.told <> sums.found OR sums.found <> sums.there""",
    "a checkpoint is not the sum of what came before": """
        SELECT c.wallet_id, c.through_id, c.balance, moved.sum FROM ledger.checkpoints c
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(
                CASE WHEN t.to_wallet = c.wallet_id THEN t.amount ELSE -t.amount END), 0) AS sum
            FROM ledger.transactions t
            WHERE t.id <= c.through_id AND c.wallet_id IN (t.from_wallet, t.to_wallet)) moved
        WHERE c.balance <> moved.sum""",
    "the transactions that were counted are not those of the daily figures": f"""{_RUN}
        SELECT * FROM (
            SELECT (SELECT coalesce(sum((run.outcome ->> 'rows')::bigint), 0)
                    FROM run WHERE run.job = 'figures') AS told,
                (SELECT coalesce(sum(d.movements), 0) FROM ledger.daily_movements d) AS found
        ) sums WHERE sums.told <> sums.found""",
    "a daily figure is not what was posted on the day": """
        SELECT * FROM ledger.daily_movements d FULL JOIN (
            SELECT (t.posted_at AT TIME ZONE m.zone)::date AS day, t.currency, t.kind, count(*) AS movements,
                sum(t.amount) AS amount,
                sum(CASE WHEN t.from_wallet IN (SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system')
                        THEN t.amount ELSE 0 END
                    - CASE WHEN t.to_wallet IN (SELECT w.id FROM ledger.wallets w WHERE w.kind = 'system')
                        THEN t.amount ELSE 0 END) AS customers
            FROM ledger.transactions t JOIN ledger.daily_mark m ON t.id <= m.through_id GROUP BY 1, 2, 3
        ) recount USING (day, currency, kind)
        WHERE (d.movements, d.amount, d.customers)
            IS DISTINCT FROM (recount.movements, recount.amount, recount.customers)""",
    # What is on hold when a day ends is final two days later.
    "a closed day did not end with what was held, on hold and expired": """
        SELECT d.*, moved.held, moved.expired, hold.amount FROM ledger.daily_mark m
        JOIN ledger.daily_balances d ON d.day <= m.closed_through
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(a.customers), 0) AS held,
                coalesce(sum(a.amount) FILTER (WHERE a.kind = 'expiry' AND a.day = d.day), 0) AS expired
            FROM ledger.daily_movements a WHERE a.day <= d.day AND a.currency = d.currency) moved
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(r.amount), 0) AS amount
            FROM ledger.reservations r JOIN ledger.wallets w ON w.id = r.wallet_id
            WHERE w.currency = d.currency AND (r.created_at AT TIME ZONE m.zone)::date <= d.day
                AND (r.closed_at IS NULL OR (r.closed_at AT TIME ZONE m.zone)::date > d.day)) hold
        WHERE (d.held, d.expired) <> (moved.held, moved.expired)
            OR (d.day <= m.closed_through - 2 AND d.on_hold <> hold.amount)""",
    "a day that is not closed has ended": """
        SELECT d.* FROM ledger.daily_balances d CROSS JOIN ledger.daily_mark m
        WHERE d.day > coalesce(m.closed_through, '-infinity')""",
    "a closed day is missing": """
        SELECT day.day, c.code FROM ledger.daily_mark m CROSS JOIN ledger.currencies c CROSS JOIN LATERAL (
            SELECT f.first + step AS day
            FROM (SELECT min(d.day) AS first FROM ledger.daily_movements d) f
            CROSS JOIN generate_series(0, m.closed_through - f.first) step) day
        WHERE NOT EXISTS (
            SELECT FROM ledger.daily_balances b WHERE b.day = day.day AND b.currency = c.code)""",
}


def broken_effects(connection: Connection) -> Iterator[str]:
    """Ask for each effect whether it is there once, whatever the clock did."""
    yield from _wrong(connection, _QUESTIONS)


def broken_order(connection: Connection) -> Iterator[str]:
    """Ask whether one keeper came after another, in a ledger whose clock was never set back."""
    yield from _wrong(connection, _IN_TIME)


def _wrong(connection: Connection, questions: dict[str, LiteralString]) -> Iterator[str]:
    for what, question in questions.items():
        wrong = connection.execute(question).fetchmany(5)
        if wrong:
            yield f"{what}: {wrong}"
