"""The one statement of the overview: a row with a column for each part of it, each column JSON."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from console.ledger.approvals.inbox import FOR_ME
from console.ledger.books.daily import counted_days
from console.ledger.jobs.states import STATES

WITHIN_DAYS: Final = (7, 30, 90)
"""What expires within so many days is told, each count with those before it."""

LARGEST: Final = 5
"""Transactions of today that are listed, of each currency."""

CHANGED_HOURS: Final = 24
"""For so long an act of others on an account shows it among those that are followed."""

# Each a subquery, which is asked once: to add days to a moment for each credit takes longer than to read it.
_UNTIL: Final = [f"(SELECT now() + interval '{days} days')" for days in WITHIN_DAYS]
_WITHIN: Final = " ".join(
    f"WHEN l.expires_at <= {until} THEN {days}" for until, days in zip(_UNTIL, WITHIN_DAYS, strict=True)
)

# Nothing here reads all wallets or all transactions. Days come from the daily figures and the tail that is
# not counted yet; holds, credits and requests by the partial indexes of those that are open.
OVERVIEW: Final = text(f"""
    WITH {counted_days("mark.today - CAST(:days AS integer)")}, large AS (
        SELECT c.code, one.id, one.amount FROM ledger.currencies c CROSS JOIN LATERAL (
            -- + 0: in the order of the amounts' index all there ever were would be walked.
            SELECT t.id, t.amount FROM ledger.transactions t
            WHERE t.currency = c.code AND t.posted_at >= (SELECT ledger.start_of_day(mark.today) FROM mark)
            ORDER BY t.amount + 0 DESC, t.id LIMIT {LARGEST}) one
    ), credit AS (
        SELECT l.currency, CASE {_WITHIN} END AS within, l.remaining
        FROM ledger.credit_lots l
        WHERE l.closed_at IS NULL AND l.expires_at > now() AND l.expires_at <= {_UNTIL[-1]}
    ), followed AS (
        SELECT u.username FROM ledger.account_follows f JOIN ledger.users u ON u.id = f.user_id
        WHERE f.operator = session_user AND f.following AND (
            EXISTS (SELECT FROM ledger.account_flags a WHERE a.user_id = u.id AND a.done_at IS NULL)
            OR EXISTS (
                SELECT FROM ledger.audit_events e
                WHERE e.subject = 'account:' || u.username
                    AND e.at > greatest(f.since, now() - interval '{CHANGED_HOURS} hours')
                    AND e.action <> 'grant_credit' AND e.action <> 'follow_account'
                    AND e.outcome = 'done' AND e.actor <> session_user))
    )
    SELECT now() AS at, mark.today, mark.through_id, mark.newest, mark.is_counted,
        (SELECT min(d.day) FROM ledger.daily_movements d) AS first_day,
        (SELECT json_agg(json_build_array(c.code, c.exponent) ORDER BY c.code)
            FROM ledger.currencies c) AS currencies,
        (SELECT json_agg(json_build_array(e.currency, e.held)) FROM ended e WHERE e.day = mark.today) AS held,
        (SELECT json_agg(json_build_array(m.currency, m.day, m.kind, m.count, m.amount, m.owed)) FROM (
            SELECT m.currency, m.day, m.kind, sum(m.movements) AS count, sum(m.amount) AS amount,
                sum(m.customers) AS owed
            FROM moved m WHERE m.day >= mark.today - CAST(:days AS integer) GROUP BY 1, 2, 3) m) AS moved,
        (SELECT json_agg(json_build_array(h.currency, h.holds, h.amount)) FROM (
            SELECT r.currency, count(*) AS holds, sum(r.amount) AS amount FROM ledger.reservations r
            WHERE r.status = 'reserved' GROUP BY 1) h) AS holds,
        (SELECT json_agg(json_build_array(h.currency, h.holds, h.amount, h.since)) FROM (
            SELECT r.currency, count(*) AS holds, sum(r.amount) AS amount, min(r.expires_at) AS since
            FROM ledger.reservations r WHERE r.status = 'reserved' AND r.expires_at <= now()
            GROUP BY 1) h) AS overdue,
        (SELECT json_agg(json_build_array(c.currency, c.within, c.lots, c.amount)) FROM (
            SELECT c.currency, c.within, count(*) AS lots, sum(c.remaining) AS amount FROM credit c
            GROUP BY 1, 2) c) AS expiring,
        (SELECT json_agg((
                SELECT json_build_array(
                    t.id, t.posted_at, t.currency, t.kind, t.amount, payer.username, payee.username)
                FROM ledger.transactions t
                JOIN ledger.wallets f ON f.id = t.from_wallet JOIN ledger.users payer ON payer.id = f.user_id
                JOIN ledger.wallets s ON s.id = t.to_wallet JOIN ledger.users payee ON payee.id = s.user_id
                WHERE t.id = large.id) ORDER BY large.code, large.amount DESC, large.id)
            FROM large) AS largest,
        (SELECT json_agg(json_build_array(b.currency, b.batches, b.missing, b.reversed_at)) FROM (
            SELECT b.currency, count(*) AS batches, sum(b.total - b.reversed_total) AS missing,
                min(b.reversed_at) AS reversed_at
            FROM ledger.batches b WHERE b.status = 'reversed' AND b.reversed_total < b.total
            GROUP BY 1) b) AS unrecovered,
        (SELECT json_build_array(count(*), min(r.created_at)) FROM ledger.approval_requests r
            WHERE {FOR_ME}) AS approvals,
        (SELECT json_build_array(count(*), min(b.created_at)) FROM ledger.batches b
            WHERE b.status = 'draft' AND b.created_by = session_user) AS drafts,
        (SELECT json_agg(f.username ORDER BY f.username) FROM followed f) AS followed,
        (SELECT json_agg(json_build_array(a.status, a.trust_level, a.accounts)) FROM (
            SELECT n.status, n.trust_level, sum(n.accounts) AS accounts FROM ledger.account_counts n
            GROUP BY 1, 2 HAVING sum(n.accounts) > 0) a) AS accounts,
        (SELECT json_agg(row_to_json(s)) FROM ({STATES}) s) AS jobs
    FROM mark""")  # noqa: S608 - texts and numbers of ours
