"""What must be true of the books, beyond what is asked of any ledger: time, chain, seals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

from tests.bookkeeping import assert_adds_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection

# Each returns the rows that are wrong.
_QUESTIONS: Final[dict[str, LiteralString]] = {
    # A transaction happened no earlier than those before it in its wallet, whatever its own moment says.
    "a lot was spent past its expiry without a hold made before": """
        SELECT m.lot_id, m.transaction_id, l.expires_at, spent.moment, r.created_at
        FROM ledger.lot_movements m
        JOIN ledger.credit_lots l ON l.id = m.lot_id
        JOIN (
            SELECT t.id, t.kind, t.reservation_id,
                max(t.posted_at) OVER (PARTITION BY t.from_wallet ORDER BY t.id) AS moment
            FROM ledger.transactions t
        ) spent ON spent.id = m.transaction_id
        LEFT JOIN ledger.reservations r ON r.id = spent.reservation_id
        WHERE m.amount < 0 AND spent.kind NOT IN ('expiry', 'reversal') AND spent.moment >= l.expires_at
            AND (r.id IS NULL OR r.created_at >= l.expires_at)""",
    "an expired lot was revived": """
        SELECT m.lot_id, m.transaction_id, l.expires_at, t.posted_at FROM ledger.lot_movements m
        JOIN ledger.credit_lots l ON l.id = m.lot_id JOIN ledger.transactions t ON t.id = m.transaction_id
        WHERE m.amount > 0 AND t.posted_at >= l.expires_at""",
    "a lot was sent to breakage before its expiry": """
        SELECT m.lot_id, m.transaction_id FROM ledger.lot_movements m
        JOIN ledger.credit_lots l ON l.id = m.lot_id JOIN ledger.transactions t ON t.id = m.transaction_id
        WHERE t.kind = 'expiry' AND (l.expires_at IS NULL OR t.posted_at < l.expires_at)""",
    "a hold was captured past its time": """
        SELECT r.reference, r.expires_at, t.moment FROM ledger.reservations r
        JOIN (
            SELECT t.reservation_id,
                max(t.posted_at) OVER (PARTITION BY t.from_wallet ORDER BY t.id) AS moment
            FROM ledger.transactions t
        ) t ON t.reservation_id = r.id
        WHERE t.moment >= r.expires_at""",
    "a capture is what its reservation says": """
        SELECT r.reference, r.status, r.amount, r.captured_amount, count(t.id), sum(t.amount)
        FROM ledger.reservations r
        LEFT JOIN ledger.transactions t ON t.reservation_id = r.id AND t.kind = 'capture'
        GROUP BY r.id
        HAVING count(t.id) <> CASE r.status WHEN 'captured' THEN 1 ELSE 0 END
            OR coalesce(sum(t.amount), 0) <> r.captured_amount""",
    "the audit chain holds": """
        SELECT * FROM (
            SELECT e.id, row_number() OVER (ORDER BY e.id) AS place, e.previous,
                lag(e.hash, 1, sha256('ledger')) OVER (ORDER BY e.id) AS before, e.hash, h.id AS last,
                h.hash AS head, count(*) OVER () AS events
            FROM ledger.audit_events e CROSS JOIN ledger.audit_head h
        ) link WHERE link.id <> link.place OR link.previous <> link.before OR link.last <> link.events
            OR (link.id = link.last AND link.hash <> link.head)""",
    "a seal has every row of its range": """
        SELECT s.first_id, s.last_id, s.row_count, count(t.id) FROM ledger.seals s
        LEFT JOIN ledger.transactions t ON t.id BETWEEN s.first_id AND s.last_id
        GROUP BY s.first_id, s.last_id, s.row_count HAVING count(t.id) <> s.row_count""",
    "nothing came between two seals": """
        SELECT t.id FROM ledger.transactions t WHERE t.id <= (SELECT max(s.last_id) FROM ledger.seals s)
        AND NOT EXISTS (SELECT FROM ledger.seals s WHERE t.id BETWEEN s.first_id AND s.last_id)""",
}


def broken_books(connection: Connection) -> Iterator[str]:
    """Ask what is asked of any ledger, and what concerns time."""
    try:
        assert_adds_up(connection)
    except AssertionError as error:
        yield f"the books do not add up: {error}"
    for what, question in _QUESTIONS.items():
        wrong = connection.execute(question).fetchmany(5)
        if wrong:
            yield f"{what}: {wrong}"
