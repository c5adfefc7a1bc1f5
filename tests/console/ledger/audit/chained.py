"""Audit events by the hundred thousand, written past the functions: for what a page reads of them."""

from __future__ import annotations

from typing import Final

from tests.cluster import connected

START: Final = "2026-01-01T00:00:00+00:00"
"""When the first of them happened; each of the others a minute after the one before."""


def fill_chain(url: str, rows: int) -> None:
    """Write so many events: twenty operators, five kinds, a thousand accounts, every 500th refused."""
    with connected(url) as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("TRUNCATE ledger.audit_events")
        connection.execute(
            """INSERT INTO ledger.audit_events
                (id, at, actor, action, subject, outcome, reason, detail, previous, hash, format, digest)
            SELECT n, CAST(%s AS timestamptz) + n * interval '1 minute', 'op' || n %% 20,
                CASE WHEN n %% 1000 = 0 THEN 'set_limit'
                    ELSE (ARRAY['grant_credit', 'add_note', 'post_batch', 'open_account'])[1 + n %% 4] END,
                CASE WHEN n %% 1000 = 0 THEN 'limit:op' || n %% 7 ELSE 'account:a' || n %% 1000 END,
                CASE WHEN n %% 500 = 1 THEN 'refused' ELSE 'done' END, 'for a test',
                '{"request": {"username": "a", "amount": 5}, "outcome": {"status": "done"}}',
                sha256((n - 1)::text::bytea), sha256(n::text::bytea), 2, sha256(n::text::bytea)
            FROM generate_series(1, %s) n""",
            [START, rows],
        )
        connection.execute(
            "UPDATE ledger.audit_head SET id = %s, hash = sha256(%s::text::bytea)", [rows, rows]
        )
    with connected(url) as connection:
        connection.execute("VACUUM ANALYZE ledger.audit_events")
