"""Where a timeline comes from: each source's walk of its index, and what is told of a row of it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Source(IntEnum):
    """What a row was read from; of one microsecond's rows the higher happened later."""

    OPENED = 0
    REQUEST = 1
    HOLD = 2
    MOVEMENT = 3
    HOLD_END = 4
    EVENT = 5
    REQUEST_END = 6
    HOLDS_EXTENDED = 7
    CREDITS_EXTENDED = 8


class Walk(NamedTuple):
    """Rows of a source: from where, on which condition, ordered by which moment and number."""

    source: Source
    rows: str
    condition: str
    moment: str
    number: str


OWNER: Final = """owner AS (
        SELECT w.id, w.currency, u.id AS user_id, u.username, u.created_at,
            'account:' || u.username AS subject, (
                SELECT f.currency FROM ledger.wallets f WHERE f.user_id = u.id ORDER BY f.id LIMIT 1
            ) AS first_currency
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        WHERE u.username = :username AND w.currency = :currency
    )"""
"""Whose timeline it is."""

# A grant's event is left out, as its index leaves it out: the grant is listed as the movement that it is.
_EVENTS: Final = "e.subject = owner.subject AND (e.action <> 'grant_credit' OR e.outcome = 'refused')"

# An account that a batch opened has no event of that.
_OPENED: Final = """NOT EXISTS (
                SELECT FROM ledger.audit_events e
                WHERE e.subject = owner.subject AND e.action = 'open_account' AND e.outcome = 'done'
                    AND e.detail #>> '{request,currency}' = owner.first_currency
                    AND e.at >= owner.created_at AND e.at < owner.created_at + interval '1 minute')"""

# In the collation of the index, which is not a name's own.
_REQUESTS: Final = (
    "coalesce(q.request ->> 'username', q.request ->> 'from') = owner.username COLLATE \"default\""
)

# One row an act, on however many of the account's; the credits by their two partial indexes.
_HOLDS_EXTENDED: Final = """(
            SELECT DISTINCT a.id, a.acted_at FROM ledger.reservations r
            JOIN ledger.hold_events e ON e.reservation_id = r.id
            JOIN ledger.acts a ON a.id = e.act_id AND a.kind IN ('extend_reservation', 'extend_holds')
            WHERE r.wallet_id = owner.id) a"""
_CREDITS_EXTENDED: Final = """(
            SELECT DISTINCT a.id, a.acted_at FROM (
                SELECT l.id FROM ledger.credit_lots l WHERE l.wallet_id = owner.id AND l.closed_at IS NULL
                UNION ALL
                SELECT l.id FROM ledger.credit_lots l WHERE l.wallet_id = owner.id AND l.closed_at IS NOT NULL
            ) l
            JOIN ledger.lot_events e ON e.lot_id = l.id
            JOIN ledger.acts a ON a.id = e.act_id AND a.kind = 'extend_lots') a"""

MOVEMENTS: Final = (
    Walk(Source.MOVEMENT, "ledger.transactions t", "t.from_wallet = owner.id", "t.posted_at", "t.id"),
    Walk(Source.MOVEMENT, "ledger.transactions t", "t.to_wallet = owner.id", "t.posted_at", "t.id"),
)
"""The movements of the owner's wallet; an OR over both sides would read its whole history."""

OTHERS: Final = (
    Walk(Source.OPENED, "(SELECT) nothing", _OPENED, "owner.created_at", "owner.user_id"),
    Walk(Source.REQUEST, "ledger.approval_requests q", _REQUESTS, "q.created_at", "q.id"),
    Walk(Source.HOLD, "ledger.reservations r", "r.wallet_id = owner.id", "r.created_at", "r.id"),
    # A captured hold ends with its movement.
    Walk(
        Source.HOLD_END, "ledger.reservations r",
        "r.wallet_id = owner.id AND r.status IN ('released', 'expired')", "r.closed_at", "r.id",
    ),
    Walk(Source.EVENT, "ledger.audit_events e", _EVENTS, "e.at", "e.id"),
    Walk(
        Source.REQUEST_END, "ledger.approval_requests q", f"{_REQUESTS} AND q.closed_at IS NOT NULL",
        "q.closed_at", "q.id",
    ),
    # Other acts on credits and holds are seen by what they moved or ended.
    Walk(Source.HOLDS_EXTENDED, _HOLDS_EXTENDED, "true", "a.acted_at", "a.id"),
    Walk(Source.CREDITS_EXTENDED, _CREDITS_EXTENDED, "true", "a.acted_at", "a.id"),
)  # fmt: skip
"""All else about the account, in whichever currency, and the holds of its wallet."""

# An end in the ledger's own zone, as lists write it.
_END: Final = """coalesce((
            SELECT CASE WHEN own.at::time = '00:00' THEN 'the end of ' || (own.at::date - 1)
                ELSE to_char(own.at, 'YYYY-MM-DD HH24:MI') END
            FROM (SELECT a.expires_at AT TIME ZONE ledger.business_zone() AS at) own), 'no end')"""
_EXTENDED: Final = """
        SELECT a.operator, a.kind, 'done', NULL, sum(e.amount)::text, a.currency, NULL, {name}, NULL,
            concat_ws(', ', nullif(a.reason, ''), 'ticket ' || a.ticket), count(*)::text, {end}, NULL, NULL
        FROM ledger.acts a JOIN {of} WHERE a.id = found.id{{of_source}} GROUP BY a.id"""

# What is read of a source's row: the columns are those of COLUMNS. The first two say which types a NULL has,
# since one of them always comes first.
_TOLD: Final[Mapping[Source, str]] = {
    Source.MOVEMENT: """
        SELECT t.operator, t.kind::text, 'done',
            CASE WHEN t.from_wallet = owner.id THEN -t.amount ELSE t.amount END, t.amount::text,
            owner.currency, u.username, t.reference, t.batch_id,
            concat_ws(', ', nullif(concat_ws(': ', nullif(t.description, ''), t.metadata ->> 'reason'), ''),
                'ticket ' || t.ticket),
            NULL::text, NULL::text, NULL::text, NULL::jsonb
        FROM ledger.transactions t
        JOIN ledger.wallets w
            ON w.id = CASE WHEN t.from_wallet = owner.id THEN t.to_wallet ELSE t.from_wallet END
        JOIN ledger.users u ON u.id = w.user_id
        WHERE t.id = found.id""",
    Source.OPENED: """
        SELECT NULL::text, 'open_account', 'done', NULL::bigint, NULL::text, NULL::text, NULL::text,
            NULL::text, NULL::bigint, NULL::text, NULL::text, NULL::text, NULL::text, NULL::jsonb
        WHERE owner.user_id = found.id""",
    Source.REQUEST: """
        SELECT q.created_by, q.kind, 'done', NULL, q.amount::text, q.currency, q.request ->> 'to',
            q.request ->> 'reference', NULL,
            concat_ws(', ', q.reason, 'ticket ' || q.ticket), NULL, NULL, NULL, NULL
        FROM ledger.approval_requests q WHERE q.id = found.id""",
    Source.HOLD: """
        SELECT r.created_by, 'reserve', 'done', NULL, r.amount::text, r.currency, NULL, r.reference, NULL,
            concat_ws(', ', nullif(r.description, ''), 'ticket ' || r.ticket), NULL, NULL, NULL, NULL
        FROM ledger.reservations r WHERE r.id = found.id""",
    Source.HOLD_END: """
        SELECT r.closed_by, r.status::text, 'done', NULL, r.amount::text, r.currency, NULL, r.reference, NULL,
            r.close_reason, NULL, NULL, NULL, NULL
        FROM ledger.reservations r WHERE r.id = found.id""",
    # A note's text stands in its own table, from which it is erased with its person.
    Source.EVENT: """
        SELECT e.actor, e.action, e.outcome, NULL, left(coalesce(asked ->> 'amount', asked ->> 'limit'), 40),
            left(asked ->> 'currency', 40), left(asked ->> 'to', 200),
            left(coalesce(asked ->> 'reservation', asked ->> 'reference'), 200), NULL,
            CASE WHEN jsonb_typeof(e.detail #> '{outcome,note}') = 'number' THEN (
                SELECT n.note FROM ledger.account_notes n
                WHERE n.id = (e.detail #>> '{outcome,note}')::numeric)
            ELSE concat_ws(', ', nullif(e.reason, ''), 'ticket ' || e.ticket) END,
            left(e.detail #>> '{outcome,before}', 200),
            left(coalesce(e.detail #>> '{outcome,after}', asked ->> 'status', asked ->> 'assignee',
                asked ->> 'following'), 200),
            e.detail #>> '{outcome,code}', e.detail #> '{outcome,detail}'
        FROM ledger.audit_events e
        CROSS JOIN LATERAL (SELECT CASE
            WHEN e.action = 'submit_request' AND jsonb_typeof(e.detail #> '{request,request}') = 'object'
            THEN e.detail #> '{request,request}' ELSE e.detail -> 'request' END AS asked) about
        WHERE e.id = found.id""",
    Source.REQUEST_END: """
        SELECT q.closed_by, q.kind, 'done', NULL, q.amount::text, q.currency, q.request ->> 'to',
            q.request ->> 'reference', NULL, q.close_reason, NULL, q.status::text, NULL, NULL
        FROM ledger.approval_requests q WHERE q.id = found.id""",
    Source.HOLDS_EXTENDED: _EXTENDED.format(
        name="min(r.reference)", end=_END,
        of="ledger.hold_events e ON e.act_id = a.id"
        " JOIN ledger.reservations r ON r.id = e.reservation_id AND r.wallet_id = owner.id",
    ),
    Source.CREDITS_EXTENDED: _EXTENDED.format(
        name="NULL", end=_END,
        of="ledger.lot_events e ON e.act_id = a.id"
        " JOIN ledger.credit_lots l ON l.id = e.lot_id AND l.wallet_id = owner.id",
    ),
}  # fmt: skip

COLUMNS: Final = (
    "who, act, outcome, moved, stated, currency, other, reference, batch_id, said, before, after, code,"
    " detail"
)
"""What is told of every row; moved is signed minor units, stated the amount asked for, as text."""


def found(walks: tuple[Walk, ...], *, beside: bool, descending: bool) -> str:
    """Return the first rows of all walks in one order, each of which ends at the limit by itself."""
    way = "DESC" if descending else "ASC"
    sides = [_side(walk, way, beside=beside) for walk in walks]
    return f"""SELECT side.* FROM owner CROSS JOIN LATERAL ({" UNION ALL ".join(sides)}) side
        ORDER BY side.moment {way}, side.source {way}, side.id {way} LIMIT CAST(:limit AS bigint)"""  # noqa: S608 - texts of ours


def told(walks: tuple[Walk, ...]) -> str:
    """Return what is told of one row of `found`, by its source."""
    wanted = {walk.source for walk in walks}
    return " UNION ALL ".join(
        words.format(of_source=f" AND found.source = {source}") if "{of_source}" in words
        else f"{words} AND found.source = {source}"
        for source, words in _TOLD.items() if source in wanted
    )  # fmt: skip


def _side(walk: Walk, way: str, *, beside: bool) -> str:
    place = f"({walk.moment}, {walk.number})"
    mark = "<" if way == "DESC" else ">"
    cursor = f" AND {place} {mark} (CAST(:moment AS timestamptz), CAST(:id_{walk.source} AS bigint))"
    return f"""(SELECT {walk.source} AS source, {walk.moment} AS moment, {walk.number} AS id FROM {walk.rows}
            WHERE {walk.condition}{cursor if beside else ""}
            ORDER BY {walk.moment} {way}, {walk.number} {way} LIMIT CAST(:limit AS bigint))"""  # noqa: S608 - texts of ours
