"""One account's movements as its owner would read them: signed, with the balance before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.accounts.equation import WHOLE_LIFE, kinds_of, period_values
from console.ledger.accounts.walk import ACCOUNT, PERIOD, walk
from console.ledger.transactions.page import Cursor
from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Order, Page, asked_name
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.ledger.accounts.equation import Period, Term
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

TWIN_MINUTES: Final = 10
"""Of two movements alike within so many minutes the second may be the first one again."""

NO_EXPIRY: Final = "no expiry"
"""What is said of money that was never granted."""

_TWIN_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement from one account's side, in minor units of its currency; what went out is below 0.

    before and after: the balance, None for a system account, which stores none. paid_with: the sources of the
    credits that it was paid with, in the order of use, and "no expiry" for the rest; empty for money in.
    reverses: what it gives back; reversed_by: the last that gave of it back, and reversed: how much was so
    far. twin_of: when the last movement of the
    same signed amount with the same party was posted, within TWIN_MINUTES before.
    """

    id: int
    posted_at: datetime
    kind: TransactionKind
    counterparty: str
    amount: int
    before: int | None
    after: int | None
    reference: str | None
    description: str
    paid_with: tuple[str, ...]
    batch_id: int | None
    reverses: int | None
    reversed_by: int | None
    reversed: int
    twin_of: datetime | None
    metadata: dict[str, Any]
    ticket: str
    currency: Currency

    @property
    def place(self) -> Cursor:
        """Where the list goes on beside this row."""
        return Cursor(self.posted_at, self.id)


def _columns(wallet: str, other: str, sign: str) -> str:
    return (
        f"t.posted_at, t.id, t.kind, {sign}t.amount AS delta, t.{wallet}_balance_after AS after,"
        f" t.{other}_wallet AS other, t.reference, t.description, t.batch_id, t.reverses, t.metadata,"
        " t.ticket"
    )


_SIDES: Final = (_columns("from", "to", "-"), _columns("to", "from", ""))

_KINDS: Final = (
    "t.kind = ANY (CAST(:outgoing AS ledger.transaction_kind[]))",
    "t.kind = ANY (CAST(:incoming AS ledger.transaction_kind[]))",
)

# Twins are looked for within the page and shortly before it, by one walk more: a probe a row would read a
# batch of a hundred thousand lines for each. They are of one kind, so that a term alone shows the same ones.
_STATEMENT: Final = """
    WITH {account}, movement AS MATERIALIZED (
        SELECT found.* FROM account CROSS JOIN LATERAL ({movements}) found
    ), edge AS (
        SELECT movement.posted_at, movement.id FROM movement ORDER BY movement.posted_at, movement.id LIMIT 1
    ), earlier AS (
        SELECT found.* FROM account CROSS JOIN edge CROSS JOIN LATERAL ({earlier}) found
    ), twin AS (
        SELECT one.id, lag(one.posted_at) OVER (
            PARTITION BY one.other, one.delta, one.kind ORDER BY one.posted_at, one.id) AS posted_at
        FROM (SELECT * FROM movement UNION ALL SELECT * FROM earlier) one
    )
    SELECT account.currency, account.exponent, account.kind = 'customer' AS customer,
        movement.id, movement.posted_at, movement.kind::text AS kind, u.username, movement.delta,
        movement.after, movement.reference, movement.description, burned.sources, burned.amount AS burned,
        movement.batch_id, movement.reverses,
        back.transaction_id AS reversed_by, coalesce(back.reversed_through, 0) AS reversed,
        CASE WHEN twin.posted_at >= movement.posted_at - {span} THEN twin.posted_at END AS twin_of,
        movement.metadata, movement.ticket
    FROM account LEFT JOIN movement ON true
    LEFT JOIN twin ON twin.id = movement.id
    LEFT JOIN LATERAL (
        SELECT r.transaction_id, r.reversed_through FROM ledger.reversals r WHERE r.reverses = movement.id
        ORDER BY r.part DESC LIMIT 1) back ON true
    LEFT JOIN ledger.wallets w ON w.id = movement.other LEFT JOIN ledger.users u ON u.id = w.user_id
    LEFT JOIN LATERAL (
        SELECT array_agg(l.source ORDER BY l.expires_at, l.created_at, l.id) AS sources,
            -sum(m.amount) AS amount
        FROM ledger.lot_movements m JOIN ledger.credit_lots l ON l.id = m.lot_id
        WHERE m.transaction_id = movement.id AND m.amount < 0) burned ON movement.delta < 0
    ORDER BY movement.posted_at {way}, movement.id {way}"""


def statement(
    database: Database,
    username: str,
    currency: str,
    *,
    period: Period = WHOLE_LIFE,
    term: Term | None = None,
    order: Order = Order.NEWEST,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[StatementRow]:
    """Return the page after or before a cursor, by one statement; without one, the first or the last page.

    period, term: which rows; an equation's `counted` and one of its terms give the rows that it added up.
    Raises UsageError when there is no such account.
    """
    kinds = [() if term is None else kinds_of(term, incoming=incoming) for incoming in (False, True)]
    asked = _shape(
        None if term is None else (bool(kinds[0]), bool(kinds[1])),
        beside=cursor is not None,
        descending=(order is Order.NEWEST) == (direction is Direction.AFTER),
    )
    values: dict[str, Any] = {
        "username": asked_name(username), "currency": currency, "limit": limit + 1,
        "outgoing": list(kinds[0]), "incoming": list(kinds[1]), **period_values(period),
    }  # fmt: skip
    if cursor is not None:
        values |= {"cursor_at": cursor.posted_at, "cursor_id": cursor.id}
    rows = database.read("account.statement", lambda session: _rows(session, asked, values), cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


def newest(session: Session, username: str, currency: str, limit: int) -> Page[StatementRow]:
    """Return the first page of all movements, by one statement of a session's; raises UsageError as above."""
    values = {
        "username": username, "currency": currency, "limit": limit + 1, **period_values(WHOLE_LIFE),
    }  # fmt: skip
    rows = _rows(session, _shape(None, beside=False, descending=True), values)
    return Page.cut(rows, limit, Direction.AFTER, beside=False)


def _rows(session: Session, asked: TextClause, values: Mapping[str, Any]) -> list[StatementRow]:
    rows = session.execute(asked, values).all()
    if not rows:
        raise UsageError(f"There is no account {values['username']!r} in {values['currency']}.")
    return [_row(row) for row in rows if row.id is not None]


@lru_cache(maxsize=32)
def _shape(sides: tuple[bool, bool] | None, *, beside: bool, descending: bool) -> TextClause:
    """Build the statement; sides: on which of them a term has kinds, None for all rows."""
    kinds = ("true", "true")
    if sides is not None:
        kinds = (_KINDS[0] if sides[0] else "", _KINDS[1] if sides[1] else "")
    conditions = PERIOD
    if beside:
        mark = "<" if descending else ">"
        conditions += (
            f" AND (t.posted_at, t.id) {mark} (CAST(:cursor_at AS timestamptz), CAST(:cursor_id AS bigint))"
        )
    span = f"interval '{TWIN_MINUTES} minutes'"
    return text(_STATEMENT.format(
        account=ACCOUNT, span=span, way="DESC" if descending else "ASC",
        movements=walk(
            *_SIDES, condition=conditions, kinds=kinds, limit="CAST(:limit AS bigint)", descending=descending,
        ),
        earlier=walk(
            *_SIDES, kinds=kinds, limit=str(_TWIN_ROWS),
            condition="(t.posted_at, t.id) < (edge.posted_at, edge.id)"
            f" AND t.posted_at >= edge.posted_at - {span}",
        ),
    ))  # fmt: skip


def _row(row: Sequence[Any]) -> StatementRow:
    # At once: name by name takes more than twice as long.
    (
        code, exponent, customer, number, posted_at, kind, counterparty, delta, after, reference, description,
        sources, burned, batch_id, reverses, reversed_by, given_back, twin_of, metadata, ticket,
    ) = row  # fmt: skip
    return StatementRow(
        number, posted_at, TransactionKind(kind), counterparty, delta,
        None if after is None else after - delta, after, reference, description,
        _paid_with(-delta, sources, burned) if customer else (), batch_id, reverses, reversed_by, given_back,
        twin_of, metadata or {}, ticket or "", currency_of(code, exponent),
    )  # fmt: skip


def _paid_with(paid: int, sources: Sequence[str] | None, burned: int | None) -> tuple[str, ...]:
    """Return the sources that a customer's movement used up, each once, in the order of use."""
    if paid < 0:
        return ()
    rest = (NO_EXPIRY,) if (burned or 0) < paid else ()
    return tuple(dict.fromkeys((*(sources or ()), *rest)))
