"""What tells one state of a ledger from another: identity, head of the chain, what the books add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public result
from typing import TYPE_CHECKING, Any, Final, LiteralString

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

# The first schemas have no identity and no chain; a ledger of theirs is told by its transactions alone.
_THERE: Final = """
    SELECT to_regclass('ledger.schema_version') IS NOT NULL, to_regclass('ledger.audit_head') IS NOT NULL,
        to_regclass('ledger.seals') IS NOT NULL"""
_BOOKS: Final = """
    SELECT (SELECT v.version_num FROM ledger.schema_version v), count(t.id), coalesce(max(t.id), 0),
        max(t.posted_at), pg_database_size(current_database())
    FROM ledger.transactions t"""
_TOTALS: Final = """
    SELECT c.code, c.exponent, count(w.id),
        coalesce(sum(w.balance) FILTER (WHERE w.kind = 'customer'), 0)::bigint,
        coalesce(sum(w.reserved), 0)::bigint
    FROM ledger.currencies c LEFT JOIN ledger.wallets w ON w.currency = c.code
    GROUP BY c.code, c.exponent ORDER BY c.code"""
_HEAD: Final = """
    SELECT i.ledger::text, h.id, encode(h.hash, 'hex')
    FROM ledger.identity i LEFT JOIN ledger.audit_head h ON true"""
_SEALED: Final = "SELECT max(s.last_id) FROM ledger.seals s"


@dataclass(frozen=True, slots=True)
class Total:
    """The books of one currency in minor units: accounts, what customers have, and what of it is on hold."""

    currency: str
    exponent: int
    accounts: int
    balance: int
    held: int


@dataclass(frozen=True, slots=True)
class Facts:
    """One state of a ledger; `ledger` is None and `event` 0 where the schema is older than the audit chain.

    event and event_hash: the head of the audit chain, the hash in hexadecimal digits. bytes: of the database.
    """

    schema: str
    ledger: str | None
    event: int
    event_hash: str
    sealed_to: int | None
    transactions: int
    last_transaction: int
    last_posted_at: datetime | None
    totals: tuple[Total, ...]
    bytes: int

    def differences(self, other: Facts) -> list[str]:
        """Say in which words these two are not the same state; the schema and the size may differ."""
        pairs = (
            ("the ledger's identity", self.ledger, other.ledger),
            ("the number of the last audit event", self.event, other.event),
            ("the hash of the last audit event", self.event_hash, other.event_hash),
            ("the last sealed transaction", self.sealed_to, other.sealed_to),
        )
        return [words for words, mine, others in pairs if mine != others] + self.changed_books(other)

    def changed_books(self, other: Facts) -> list[str]:
        """Say in which words the books are not the same; an upgrade may begin a chain or add to it."""
        pairs: tuple[tuple[str, object, object], ...] = (
            ("the number of transactions", self.transactions, other.transactions),
            ("the last transaction", self.last_transaction, other.last_transaction),
            ("the balances", self.totals, other.totals),
        )
        return [words for words, mine, others in pairs if mine != others]


def facts_of(connection: Connection) -> Facts | None:
    """Return the state of the ledger in the connection's database; None where there is no ledger."""
    is_there, has_chain, has_seals = _row(connection, _THERE)
    if not is_there:
        return None
    schema, count, last, last_posted_at, size = _row(connection, _BOOKS)
    ledger, event, event_hash = _row(connection, _HEAD) if has_chain else (None, 0, "")
    (sealed_to,) = _row(connection, _SEALED) if has_seals else (None,)
    totals = tuple(Total(*row) for row in connection.execute(_TOTALS).fetchall())
    return Facts(
        schema or "",
        ledger,
        event or 0,
        event_hash or "",
        sealed_to,
        count,
        last,
        last_posted_at,
        totals,
        size,
    )


def hash_of_event(connection: Connection, event: int) -> str | None:
    """Return the hash of one audit event in hexadecimal digits; None where there is no such event."""
    found = connection.execute(
        "SELECT encode(e.hash, 'hex') FROM ledger.audit_events e WHERE e.id = %s", [event]
    ).fetchone()
    return None if found is None else str(found[0])


def after_transaction(connection: Connection, last: int) -> tuple[int, datetime | None]:
    """Return how many transactions came after the one of this number, and when the first was posted."""
    count, first = connection.execute(
        "SELECT count(*), min(t.posted_at) FROM ledger.transactions t WHERE t.id > %s", [last]
    ).fetchone() or (0, None)
    return count, first


def _row(connection: Connection, question: LiteralString) -> tuple[Any, ...]:
    return connection.execute(question).fetchone() or (None,) * 5
