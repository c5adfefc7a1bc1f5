"""The statement of a search: one block a kind, each a few probes of indexes that stop at MOST + 1 rows."""
# ruff: noqa: S608 - put together of this file's own texts; what was typed goes in as values

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.books.words import BATCH_WORDS, OPERATOR_WORDS, USER_WORDS, asked

if TYPE_CHECKING:
    from sqlalchemy import TextClause

MOST: Final = 5
"""Rows of a kind; one more is read, which tells that there are more."""

COUNTED: Final = 100
"""How many transactions of one amount are looked at: their currencies stand in the rows, not in the index."""

_WEIGHED: Final = 200
"""How many accounts of a word are put in order; of a word that more bear, these are the first that come."""

_EMAIL: Final = 'lower(CAST(:email AS text) COLLATE "C")'
_TICKET: Final = 'lower(CAST(:ticket AS text) COLLATE "C")'
_NO_NUMBER: Final = "CAST(NULL AS bigint)"
_LIMIT: Final = MOST + 1

# Accounts of a word are taken one by one, but planned as if all were wanted: under a LIMIT a walk over all
# accounts would seem cheap. Where enough names begin so, no word is looked for.
_BEGINNINGS: Final = f"""
    begins AS MATERIALIZED (
        SELECT u.id FROM ledger.users u WHERE u.username >= :name AND u.username < :name_until
        ORDER BY u.username LIMIT {_LIMIT})"""
_ACCOUNT_WORDS: Final = f"""
    called AS MATERIALIZED (
        SELECT u.id, {USER_WORDS} @@ {asked("whole_words")} AS whole
        FROM ledger.users u WHERE {USER_WORDS} @@ {asked("words")})"""
_BATCHES_CALLED: Final = f"""
    batches_called AS MATERIALIZED (
        SELECT b.id FROM ledger.batches b WHERE {BATCH_WORDS} @@ {asked("words")})"""

_ACCOUNT_PROBES: Final = {
    "number": "SELECT 0, u.id FROM ledger.users u WHERE u.id = :number",
    "username": "SELECT 0, u.id FROM ledger.users u WHERE u.username = :username",
    "email": f"SELECT 0, u.id FROM ledger.users u WHERE lower(u.email) = {_EMAIL} LIMIT {_LIMIT}",
    "name": "SELECT 1, id FROM begins",
    "email_until": f"""
        SELECT 2, u.id FROM ledger.users u WHERE u.email IS NOT NULL AND lower(u.email) >= {_EMAIL}
            AND lower(u.email) < lower(CAST(:email_until AS text) COLLATE "C")
        ORDER BY lower(u.email) LIMIT {_LIMIT}""",
    # What was done to it under a ticket, but for movements, which are found by themselves.
    "ticket": f"""
        SELECT 1, u.id FROM (
            SELECT e.subject FROM ledger.audit_events e WHERE lower(e.ticket) = {_TICKET}
            ORDER BY e.at DESC LIMIT {_WEIGHED}) e
        JOIN ledger.users u ON u.username = substr(e.subject, 9) AND starts_with(e.subject, 'account:')""",
    "words": f"""
        SELECT CASE WHEN whole THEN 2 ELSE 3 END, id FROM called
        WHERE {{few}} LIMIT {_WEIGHED}""",
}
# LATERAL with a LIMIT: two hundred accounts by their ids are no reason to hash all of them.
_ACCOUNTS: Final = f"""
    (SELECT 'account' AS kind, f.rank, f.id AS number, u.username AS name,
        u.display_name AS note, u.username AS account, NULL AS other,
        {_NO_NUMBER} AS amount, NULL AS currency, {_NO_NUMBER} AS times, false AS uncounted,
        CAST(0 AS bigint) AS sessions
    FROM (SELECT p.id, min(p.rank) AS rank FROM ({{probes}}) p (rank, id) GROUP BY p.id) f
    CROSS JOIN LATERAL (SELECT u.username, u.display_name FROM ledger.users u WHERE u.id = f.id LIMIT 1) u
    ORDER BY f.rank, u.username LIMIT {_LIMIT})"""

_HOLDER: Final = """
    (SELECT u.username FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
        WHERE w.id = {wallet})"""
_BY_REFERENCE: Final = {
    "number": "SELECT 0, r.id FROM {table} r WHERE r.id = :number",
    "reference": "SELECT 0, r.id FROM {table} r WHERE r.reference = :reference",
    "reference_until": f"""
        SELECT 1, r.id FROM {{table}} r WHERE r.reference > :reference AND r.reference < :reference_until
        ORDER BY r.reference LIMIT {_LIMIT}""",
    "ticket": f"""
        SELECT 1, r.id FROM {{table}} r WHERE lower(r.ticket) = {_TICKET}
        ORDER BY r.{{at}} DESC, r.id DESC LIMIT {_LIMIT}""",
}
# A hold is found by the ticket of its beginning, of its end, and of each change of its end.
_HOLD_TICKETS: Final = f"""
        SELECT 1, one.id FROM (
            (SELECT r.id FROM ledger.reservations r WHERE lower(r.ticket) = {_TICKET}
            ORDER BY r.created_at DESC, r.id DESC LIMIT {_LIMIT})
            UNION ALL
            (SELECT r.id FROM ledger.reservations r WHERE lower(r.close_ticket) = {_TICKET}
            ORDER BY r.closed_at DESC, r.id DESC LIMIT {_LIMIT})
            UNION ALL
            (SELECT e.reservation_id FROM ledger.acts a JOIN ledger.hold_events e ON e.act_id = a.id
            WHERE lower(a.ticket) = {_TICKET} ORDER BY a.acted_at DESC, e.reservation_id DESC LIMIT {_LIMIT})
        ) one"""
_TRANSACTIONS: Final = f"""
    (SELECT 'transaction', min(f.rank), t.id, t.reference, t.kind::text,
        {_HOLDER.format(wallet="t.from_wallet")}, {_HOLDER.format(wallet="t.to_wallet")},
        t.amount, t.currency, {_NO_NUMBER}, false, 0
    FROM ({{probes}}) f (rank, id) JOIN ledger.transactions t ON t.id = f.id
    GROUP BY t.id ORDER BY 2, t.reference LIMIT {_LIMIT})"""
_HOLDS: Final = f"""
    (SELECT 'hold', min(f.rank), r.id, r.reference, r.status::text, {_HOLDER.format(wallet="r.wallet_id")},
        NULL, r.amount, r.currency, {_NO_NUMBER}, false, 0
    FROM ({{probes}}) f (rank, id) JOIN ledger.reservations r ON r.id = f.id
    GROUP BY r.id ORDER BY 2, r.reference LIMIT {_LIMIT})"""
_AMOUNTS: Final = f"""
    (SELECT 'amount', 0, {_NO_NUMBER}, NULL, NULL, NULL, NULL,
        wanted.amount, wanted.currency, counted.times, counted.uncounted, 0
    FROM (SELECT DISTINCT unnest(CAST(:amounts AS bigint[])) AS amount) one
    CROSS JOIN LATERAL (
        SELECT seen.currency, count(*) AS times, sum(count(*)) OVER () > {COUNTED} AS uncounted
        FROM (SELECT t.currency FROM ledger.transactions t
            WHERE t.amount = one.amount LIMIT {COUNTED + 1}) seen
        GROUP BY seen.currency) counted
    JOIN unnest(CAST(:amounts AS bigint[]), CAST(:currencies AS text[])) wanted (amount, currency)
        ON wanted.amount = one.amount AND wanted.currency = counted.currency
    JOIN ledger.currencies c ON c.code = wanted.currency AND c.closed_at IS NULL
    ORDER BY wanted.currency LIMIT {_LIMIT})"""
_BATCH_PROBES: Final = {
    "number": "SELECT 0, b.id FROM ledger.batches b WHERE b.id = :number",
    "words": f"(SELECT 1, id FROM batches_called ORDER BY id DESC LIMIT {_LIMIT})",
}
_BATCHES: Final = f"""
    (SELECT 'batch', min(f.rank), b.id, b.name, b.status::text, NULL, NULL,
        {_NO_NUMBER}, b.currency, {_NO_NUMBER}, false, 0
    FROM ({{probes}}) f (rank, id) JOIN ledger.batches b ON b.id = f.id
    GROUP BY b.id ORDER BY 2, b.id DESC LIMIT {_LIMIT})"""
_CREDIT_PROBES: Final = {
    "number": "SELECT 0, l.id FROM ledger.credit_lots l WHERE l.id = :number",
    "ticket": f"""
        SELECT 1, e.lot_id FROM ledger.acts a JOIN ledger.lot_events e ON e.act_id = a.id
        WHERE lower(a.ticket) = {_TICKET} ORDER BY a.acted_at DESC, e.lot_id LIMIT {_LIMIT}""",
}
_CREDITS: Final = f"""
    (SELECT 'credit', min(f.rank), l.id, l.source, NULL, {_HOLDER.format(wallet="l.wallet_id")}, NULL,
        l.amount, l.currency, {_NO_NUMBER}, false, 0
    FROM ({{probes}}) f (rank, id) JOIN ledger.credit_lots l ON l.id = f.id
    GROUP BY l.id ORDER BY 2, l.id LIMIT {_LIMIT})"""

_REQUEST_PROBES: Final = {
    "number": "SELECT 0, r.id FROM ledger.approval_requests r WHERE r.id = :number",
}
_REQUESTS: Final = f"""
    (SELECT 'request', f.rank, r.id, replace(r.kind, '_', ' '), r.status::text, NULL, NULL,
        CAST(least(r.amount, 9223372036854775807) AS bigint), r.currency, {_NO_NUMBER}, false, 0
    FROM ({{probes}}) f (rank, id) JOIN ledger.approval_requests r ON r.id = f.id)"""

OPERATOR_PROBES: Final = {
    "username": "SELECT 0, o.name FROM ledger.operators o WHERE o.name = :username",
    "name": "SELECT 1, o.name FROM ledger.operators o WHERE starts_with(o.name, :name)",
    "words": f"SELECT 2, o.name FROM ledger.operators o WHERE {OPERATOR_WORDS} @@ {asked('words')}",
}
"""What finds an operator: they are the people of one house, some dozens of rows, and have no index."""

_OPERATORS: Final = f"""
    (SELECT 'operator', f.rank, {_NO_NUMBER}, o.name, o.display_name, NULL, NULL,
        {_NO_NUMBER}, NULL, {_NO_NUMBER}, false, seen.sessions
    FROM (SELECT p.name, min(p.rank) AS rank FROM ({{probes}}) p (rank, name) GROUP BY p.name) f
    JOIN ledger.operators o ON o.name = f.name
    CROSS JOIN LATERAL (SELECT count(*) AS sessions FROM pg_catalog.pg_stat_activity a
        WHERE a.usename = o.name AND a.datname = pg_catalog.current_database()) seen
    ORDER BY f.rank, seen.sessions = 0, o.name LIMIT {_LIMIT})"""


@lru_cache(maxsize=64)
def statement(given: frozenset[str], *, operators: bool = False) -> TextClause:
    """Return the statement that asks what the given values can name; built once for each set of them.

    operators: whether they are looked for too, which not every session may. Its columns are the fields of
    everything.Row.
    """
    few = f"(SELECT count(*) FROM begins) < {_LIMIT}" if "name" in given else "true"
    blocks = {
        _ACCOUNTS: {key: probe.replace("{few}", few) for key, probe in _ACCOUNT_PROBES.items()},
        _TRANSACTIONS: _of_table("ledger.transactions", "posted_at"),
        _HOLDS: _of_table("ledger.reservations", "created_at") | {"ticket": _HOLD_TICKETS},
        _CREDITS: _CREDIT_PROBES,
        _BATCHES: _BATCH_PROBES,
        _REQUESTS: _REQUEST_PROBES,
        _OPERATORS: OPERATOR_PROBES if operators else {},
    }
    asked = []
    for block, probes in blocks.items():
        wanted = [f"({probe})" for key, probe in probes.items() if key in given]
        if wanted:
            asked.append(block.replace("{probes}", " UNION ALL ".join(wanted)))
    if "amounts" in given:
        asked.append(_AMOUNTS)
    shared = [_BEGINNINGS] if "name" in given else []
    shared += [_ACCOUNT_WORDS, _BATCHES_CALLED] if "words" in given else []
    return text(f"{'WITH ' if shared else ''}{', '.join(shared)} {' UNION ALL '.join(asked)}")


def _of_table(table: str, at: str) -> dict[str, str]:
    return {key: probe.replace("{table}", table).replace("{at}", at) for key, probe in _BY_REFERENCE.items()}
