"""What every test of the ledger asks: do the books add up? And its functions, called as psql would."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import UUID, uuid4

from tests.cluster import CURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

_LEG: Final = """
    WITH leg AS (
        SELECT t.id, t.from_wallet AS wallet, -t.amount::numeric AS delta, t.from_balance_after AS after
        FROM ledger.transactions t
        UNION ALL
        SELECT t.id, t.to_wallet, t.amount, t.to_balance_after FROM ledger.transactions t
    )"""

# Each returns the rows that are wrong.
_QUESTIONS: Final[dict[str, LiteralString]] = {
    "all balances of a currency sum to zero": """
        SELECT w.currency, sum(CASE w.kind WHEN 'system' THEN ledger.system_balance(w.id) ELSE w.balance END)
        FROM ledger.wallets w GROUP BY w.currency
        HAVING sum(CASE w.kind WHEN 'system' THEN ledger.system_balance(w.id) ELSE w.balance END) <> 0""",
    "a system wallet's balance is the plain sum of its movements": f"""{_LEG}
        SELECT w.id, ledger.system_balance(w.id), sum(leg.delta)
        FROM ledger.wallets w LEFT JOIN leg ON leg.wallet = w.id
        WHERE w.kind = 'system' GROUP BY w.id
        HAVING ledger.system_balance(w.id) <> coalesce(sum(leg.delta), 0)""",
    "a customer's balance is the sum of the movements": f"""{_LEG}
        SELECT w.id, w.balance, sum(leg.delta) FROM ledger.wallets w LEFT JOIN leg ON leg.wallet = w.id
        WHERE w.kind = 'customer' GROUP BY w.id HAVING w.balance <> coalesce(sum(leg.delta), 0)""",
    "each balance after follows from the one before, in the order of ids": f"""{_LEG}
        SELECT * FROM (
            SELECT leg.*, coalesce(lag(leg.after) OVER (PARTITION BY leg.wallet ORDER BY leg.id), 0) AS before
            FROM leg JOIN ledger.wallets w ON w.id = leg.wallet AND w.kind = 'customer'
        ) step WHERE step.after IS DISTINCT FROM step.before + step.delta""",
    "a customer's balance is the last balance after": f"""{_LEG}
        SELECT w.id, w.balance, newest.after FROM ledger.wallets w
        JOIN (SELECT DISTINCT ON (wallet) wallet, after FROM leg ORDER BY wallet, id DESC) newest
            ON newest.wallet = w.id
        WHERE w.kind = 'customer' AND newest.after IS DISTINCT FROM w.balance""",
    "only a system wallet's side has no balance after": f"""{_LEG}
        SELECT leg.* FROM leg JOIN ledger.wallets w ON w.id = leg.wallet
        WHERE (leg.after IS NULL) <> (w.kind = 'system')""",
    "every movement is between wallets of one currency": """
        SELECT t.id FROM ledger.transactions t
        LEFT JOIN ledger.wallets f ON f.id = t.from_wallet LEFT JOIN ledger.wallets s ON s.id = t.to_wallet
        WHERE f.currency IS DISTINCT FROM s.currency OR f.id IS NULL""",
    "granted is the sum of the open lots": """
        SELECT w.id, w.granted, sum(l.remaining) FROM ledger.wallets w
        LEFT JOIN ledger.credit_lots l ON l.wallet_id = w.id AND l.closed_at IS NULL
        GROUP BY w.id HAVING w.granted <> coalesce(sum(l.remaining), 0)""",
    "a lot's remainder is the sum of its movements": """
        SELECT l.id, l.remaining, sum(m.amount) FROM ledger.credit_lots l
        LEFT JOIN ledger.lot_movements m ON m.lot_id = l.id
        GROUP BY l.id HAVING l.remaining <> coalesce(sum(m.amount), 0)""",
    "reserved is the sum of the active reservations": """
        SELECT w.id, w.reserved, sum(r.amount) FROM ledger.wallets w
        LEFT JOIN ledger.reservations r ON r.wallet_id = w.id AND r.status = 'reserved'
        GROUP BY w.id HAVING w.reserved <> coalesce(sum(r.amount), 0)""",
    "nobody is below the floor": """
        SELECT w.id FROM ledger.wallets w WHERE w.kind = 'customer'
        AND w.balance - greatest(w.granted, w.reserved) < -w.overdraft_limit""",
    "a posted batch has its lines in the ledger": """
        SELECT b.id FROM ledger.batches b
        LEFT JOIN ledger.transactions t ON t.batch_id = b.id
        GROUP BY b.id
        HAVING count(t.id) <> CASE WHEN b.status IN ('posted', 'reversed') THEN b.line_count ELSE 0 END
            OR sum(t.amount) <> b.total""",
    "a reversed batch gave back what it says": """
        SELECT b.id, b.reversed_total, sum(r.amount) FROM ledger.batches b
        LEFT JOIN ledger.transactions t ON t.batch_id = b.id
        LEFT JOIN ledger.transactions r ON r.reverses = t.id
        WHERE b.status = 'reversed'
        GROUP BY b.id HAVING b.reversed_total IS DISTINCT FROM sum(r.amount)""",
    "every operation has its outcome": "SELECT o.key FROM ledger.operations o WHERE o.outcome IS NULL",
    "each movement of a lot follows from the one before": """
        SELECT * FROM (
            SELECT m.*, sum(m.amount) OVER (PARTITION BY m.lot_id ORDER BY m.transaction_id) AS due
            FROM ledger.lot_movements m
        ) step WHERE step.remaining_after <> step.due""",
    "a lot is moved by a transaction of its own wallet": """
        SELECT m.* FROM ledger.lot_movements m JOIN ledger.credit_lots l ON l.id = m.lot_id
        LEFT JOIN ledger.transactions t ON t.id = m.transaction_id
        WHERE CASE WHEN m.amount > 0 THEN t.to_wallet ELSE t.from_wallet END IS DISTINCT FROM l.wallet_id""",
    "the parts of a reversal never exceed what was moved": """
        SELECT r.reverses FROM ledger.transactions r JOIN ledger.transactions t ON t.id = r.reverses
        GROUP BY r.reverses, t.amount HAVING sum(r.amount) > t.amount""",
    "each reversal is counted as the part that it is": """
        SELECT t.id, r.* FROM (
            SELECT t.id, t.reverses, t.amount, row_number() OVER parts AS part,
                sum(t.amount) OVER parts AS through
            FROM ledger.transactions t WHERE t.reverses IS NOT NULL
            WINDOW parts AS (PARTITION BY t.reverses ORDER BY t.id)
        ) t FULL JOIN ledger.reversals r ON r.transaction_id = t.id
        WHERE (t.reverses, t.amount, t.part, t.through)
            IS DISTINCT FROM (r.reverses, r.amount, r.part, r.reversed_through)""",
    "accounts are counted by status and trust level": """
        SELECT coalesce(c.status, u.status), c.accounts, u.accounts FROM (
            SELECT c.status, c.trust_level, sum(c.accounts) AS accounts FROM ledger.account_counts c
            GROUP BY 1, 2 HAVING sum(c.accounts) <> 0
        ) c FULL JOIN (
            SELECT u.status, u.trust_level, count(*) AS accounts FROM ledger.users u
            WHERE u.kind = 'customer' GROUP BY 1, 2
        ) u ON (u.status, u.trust_level) = (c.status, c.trust_level)
        WHERE c.accounts IS DISTINCT FROM u.accounts""",
    "a reversal gives back at most what was moved, to whom it came from": """
        SELECT r.id FROM ledger.transactions r LEFT JOIN ledger.transactions t ON t.id = r.reverses
        WHERE (r.kind = 'reversal') <> (r.reverses IS NOT NULL) OR (r.reverses IS NOT NULL AND (
            t.id IS NULL OR r.amount > t.amount
            OR (r.from_wallet, r.to_wallet) <> (t.to_wallet, t.from_wallet)))""",
    "what was captured of a hold is what its one capture moved": """
        SELECT r.id, r.captured_amount, sum(t.amount), count(t.id) FROM ledger.reservations r
        LEFT JOIN ledger.transactions t ON t.reservation_id = r.id AND t.kind = 'capture'
            AND t.from_wallet = r.wallet_id
        GROUP BY r.id HAVING r.captured_amount <> coalesce(sum(t.amount), 0) OR count(t.id) > 1""",
    "only a capture names a hold, and the hold is captured": """
        SELECT t.id FROM ledger.transactions t LEFT JOIN ledger.reservations r ON r.id = t.reservation_id
        WHERE t.reservation_id IS NOT NULL
            AND (t.kind <> 'capture' OR r.status IS DISTINCT FROM 'captured')""",
    "an executed request has its checkers, none of whom made it": """
        SELECT r.id FROM ledger.approval_requests r
        LEFT JOIN ledger.approvals a ON a.request_id = r.id AND a.content = r.content
            AND a.approved_by <> r.created_by
        GROUP BY r.id HAVING r.approvals_given <> count(a.request_id)
            OR (r.status = 'executed' AND count(a.request_id) < r.approvals_required)""",
    "each audit event follows from the one before": """
        SELECT e.id FROM (
            SELECT e.*, row_number() OVER chain AS place,
                lag(e.hash, 1, sha256('ledger')) OVER chain AS before
            FROM ledger.audit_events e WINDOW chain AS (ORDER BY e.id)
        ) e WHERE e.id <> e.place OR e.previous <> e.before OR e.hash <> ledger.audit_link(
            e.previous, ledger.audit_digest(
                e.id, e.at, e.actor, e.action, e.subject, e.outcome, e.reason, e.detail, e.ticket))""",
    "the audit chain's head is its last event": """
        SELECT h.id, newest.id FROM ledger.audit_head h FULL JOIN (
            SELECT e.id, e.hash FROM (
                SELECT e.id, e.hash FROM ledger.audit_events e UNION ALL SELECT 0, sha256('ledger')
            ) e ORDER BY e.id DESC LIMIT 1
        ) newest ON true WHERE (h.id, h.hash) IS DISTINCT FROM (newest.id, newest.hash)""",
}


def assert_adds_up(connection: Connection) -> None:
    """Ask every question in one snapshot; other sessions may be writing."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        wrong = {name: connection.execute(question).fetchmany(5) for name, question in _QUESTIONS.items()}
    finally:
        connection.execute("COMMIT")
    assert {name: rows for name, rows in wrong.items() if rows} == {}


def transfer(
    connection: Connection,
    source: str,
    target: str,
    amount: int,
    *,
    key: UUID | None = None,
    reference: str | None = None,
    description: str = "",
    currency: str = CURRENCY,
) -> dict[str, Any]:
    """Call ledger.transfer and return its outcome."""
    return outcome(
        connection,
        "SELECT ledger.transfer(%s, %s, %s, %s, %s, %s, %s)",
        key or uuid4(), source, target, currency, amount, reference, description,
    )  # fmt: skip


def outcome(connection: Connection, statement: LiteralString, *values: object) -> dict[str, Any]:
    """Return the outcome that a function of the ledger answers with."""
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def balances(connection: Connection, currency: str = CURRENCY) -> dict[str, int]:
    """Return every customer's balance in minor units."""
    rows = connection.execute(
        "SELECT u.username, w.balance FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
        "WHERE w.kind = 'customer' AND w.currency = %s ORDER BY u.username",
        [currency],
    )
    return {username: balance for username, balance in rows}  # noqa: C416 - dict() loses the types


def system_balance(connection: Connection, username: str, currency: str = CURRENCY) -> int:
    """Return a system account's balance in minor units."""
    row = connection.execute(
        "SELECT ledger.system_balance(w.id) FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id "
        "WHERE u.username = %s AND w.currency = %s",
        [username, currency],
    ).fetchone()
    assert row is not None
    return int(row[0])


def count(connection: Connection, table: str) -> int:
    """Return how many rows a table of the ledger has."""
    row = connection.execute(f"SELECT count(*) FROM ledger.{table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch, as COPY takes it."""

    line_no: int
    source: str | None
    target: str | None
    amount: int | None
    reference: str | None
    description: str = ""


def create_batch(
    connection: Connection,
    lines: Iterable[Line] = (),
    *,
    create_missing: bool = False,
    prefix: str = "",
    currency: str = CURRENCY,
) -> int:
    """Make a draft of the connection's role and COPY the lines into it."""
    row = connection.execute(
        "SELECT ledger.create_batch('salaries', %s, 'salaries.csv', NULL, %s, %s)",
        [currency, create_missing, prefix],
    ).fetchone()
    assert row is not None
    copy_lines(connection, row[0], lines)
    return int(row[0])


def copy_lines(connection: Connection, batch: int, lines: Iterable[Line]) -> None:
    """COPY lines into a batch, as the console does."""
    command = (
        "COPY ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, description) "
        "FROM STDIN"
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for line in lines:
            copy.write_row(
                (batch, line.line_no, line.source, line.target, line.amount, line.reference, line.description)
            )


def content_hash(connection: Connection, batch: int) -> bytes | None:
    """Return what an operator would confirm."""
    row = connection.execute("SELECT ledger.batch_content_hash(%s)", [batch]).fetchone()
    assert row is not None
    found: bytes | None = row[0]
    return found


def post_batch(connection: Connection, batch: int, *, key: UUID | None = None) -> dict[str, Any]:
    """Post a batch as it stands now."""
    return outcome(
        connection,
        "SELECT ledger.post_batch(%s, %s, %s)",
        key or uuid4(), batch, content_hash(connection, batch),
    )  # fmt: skip


def problems(connection: Connection, batch: int) -> set[tuple[int, str, str]]:
    """Return line, field and code of everything that keeps a batch from posting."""
    return set(connection.execute("SELECT line_no, field, code FROM ledger.batch_problems(%s)", [batch]))


def wait_until(happened: Callable[[], bool], timeout_s: float = 20) -> None:
    """Look again until it has happened."""
    give_up_at = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.002)


def wait_until_blocked(watcher: Connection, waiting: Connection) -> None:
    """Wait until the server says that the other session waits for a lock."""
    pid = waiting.info.backend_pid

    def blocked() -> bool:
        row = watcher.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchone()
        return row == (True,)

    wait_until(blocked)
