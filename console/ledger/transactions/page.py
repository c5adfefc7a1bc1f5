"""Transactions as an operator reads them: keyset pages with both parties' names, in one statement."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime  # noqa: TC003 -- part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    BigInteger,
    DateTime,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from console.money import Currency, currency_of
from console.postgres.page import LAST_CHARACTER, PAGE_SIZE, Direction, Order, Page, asked_name
from models.account import User, Wallet
from models.transaction import Reversal, Transaction, TransactionKind, transaction_kind

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect, FromClause, Select, Subquery, Table
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One movement, in minor units of its currency; balances are None on a system account's side.

    reverses: the id of what it gives back, and part: as which part of it; reversed_by: the last that gave of
    it back, and reversed: how much was so far. reason, ticket: of an act by hand.
    """

    id: int
    posted_at: datetime
    kind: TransactionKind
    from_username: str
    to_username: str
    amount: int
    from_balance_after: int | None
    to_balance_after: int | None
    reference: str | None
    description: str
    effective_at: datetime
    batch_id: int | None
    operator: str
    currency: Currency
    reverses: int | None
    part: int | None
    reversed_by: int | None
    reversed: int
    reason: str
    ticket: str

    @property
    def left(self) -> int:
        """What of it can still be given back, in minor units; nothing of a reversal."""
        return 0 if self.reverses is not None else self.amount - self.reversed


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Which transactions; each None or empty field lets all pass.

    posted_from is inclusive, posted_until exclusive; amounts are minor units, both ends inclusive, and mean
    nothing without a currency; user is an exact username on either side, reference exact, description a
    prefix; currency is a code; id is one transaction's own;
    ticket is exact but for small and capital letters.
    """

    def __post_init__(self) -> None:
        """Let no amount be compared with those of other decimals."""
        if (self.amount_min is not None or self.amount_max is not None) and not self.currency:
            raise ValueError("amounts are of a currency")

    posted_from: datetime | None = None
    posted_until: datetime | None = None
    user: str = ""
    currency: str = ""
    kinds: tuple[TransactionKind, ...] = ()
    amount_min: int | None = None
    amount_max: int | None = None
    reference: str = ""
    description: str = ""
    batch_id: int | None = None
    id: int | None = None
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of the list, by the row it lies beside."""

    posted_at: datetime
    id: int

    @classmethod
    def of(cls, row: TransactionRow) -> Cursor:
        """Return the place of a row."""
        return cls(row.posted_at, row.id)


# Core tables, not entities: a page of 200 entities costs five times as much (docs/architecture.md).
_ROW = cast("Table", Transaction.__table__)
_WALLET = cast("Table", Wallet.__table__)
_USER = cast("Table", User.__table__)
_REVERSAL = cast("Table", Reversal.__table__)


def page(
    database: Database,
    wanted: TransactionFilter,
    *,
    order: Order = Order.NEWEST,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[TransactionRow]:
    """Return the page after or before a cursor; without one, the first or (BEFORE) the last page.

    One statement at any depth. A date to jump to is a cursor too: Cursor(date, 0).
    """
    forward = direction is Direction.AFTER
    statement, values = page_statement(
        wanted, descending=(order is Order.NEWEST) == forward, cursor=cursor, limit=limit + 1
    )

    def ask(session: Session) -> list[TransactionRow]:
        return [TransactionRow(*row) for row in session.execute(statement, values).all()]

    rows = database.read("transactions.page", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


def page_statement(
    wanted: TransactionFilter, *, descending: bool, cursor: Cursor | None, limit: int
) -> tuple[Select[Any], dict[str, Any]]:
    """Return the statement of one page and its values; `limit` counts the row that tells of more."""
    values = _values(wanted) | {"limit": limit}
    if cursor is not None:
        values |= {"cursor_at": cursor.posted_at, "cursor_id": cursor.id}
    return _page_shape(frozenset(values), descending=descending), values


def about(database: Database, *, cancel: Cancellation | None = None) -> int:
    """Return about how many transactions there are, from the server's statistics."""
    statement = text(
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'ledger.transactions'::regclass"
    )
    return database.read(
        "transactions.about", lambda session: cast("int", session.scalars(statement).one()), cancel=cancel
    )


def count(database: Database, wanted: TransactionFilter, *, cancel: Cancellation | None = None) -> int:
    """Count exactly; on a large ledger this takes seconds, so it is asked for and cancellable."""
    values = _values(wanted)
    given = frozenset(values)
    conditions = _conditions(given)
    if "user" in given:
        wallets = select(_wallets_of_user(given).c.id)
        sides = union_all(
            *(select(_ROW.c.id).where(side.in_(wallets), *conditions) for side in _sides())
        ).subquery()
        statement = select(func.count()).select_from(sides)
    else:
        statement = select(func.count()).select_from(_ROW).where(*conditions)
    return database.read(
        "transactions.count", lambda session: session.scalars(statement, values).one(), cancel=cancel
    )


@lru_cache(maxsize=512)
def _page_shape(given: frozenset[str], *, descending: bool) -> Select[Any]:
    """Build the statement once for each set of conditions: building it anew costs more than running it."""
    if "user" in given:
        # Two index probes a wallet, merged; an OR over both sides would read the whole ledger.
        mine = _wallets_of_user(given)
        sides = (
            select(_narrowed(given, descending=descending, side=side == mine.c.id).correlate(mine).lateral())
            for side in _sides()
        )
        found: FromClause = union_all(*(side.correlate(mine) for side in sides)).lateral("found")
        source: FromClause = mine.join(found, true())
    else:
        # The rows are taken before any join, so the index walks and stops at the limit.
        source = found = _narrowed(given, descending=descending, side=true()).subquery("found")
    row, own = found.c, _REVERSAL.alias("own")
    # Literals, not parameters: those are the filter's. One probe a row, and one more for each reversal.
    last = (
        select(_REVERSAL.c.transaction_id, _REVERSAL.c.reversed_through)
        .where(_REVERSAL.c.reverses == row.id)
        .order_by(_REVERSAL.c.part.desc())
        .limit(literal_column("1"))
        .lateral("last")
    )
    part = select(own.c.part).where(own.c.transaction_id == row.id).scalar_subquery()
    from_wallet, to_wallet, from_user, to_user = (
        _WALLET.alias("from_wallets"), _WALLET.alias("to_wallets"),
        _USER.alias("from_users"), _USER.alias("to_users"),
    )  # fmt: skip
    return (
        select(
            row.id, row.posted_at, row.kind, from_user.c.username, to_user.c.username,
            row.amount, row.from_balance_after, row.to_balance_after, row.reference, row.description,
            row.effective_at, row.batch_id, row.operator, _currency_of(row.currency), row.reverses,
            case((row.reverses.is_not(None), part)), last.c.transaction_id,
            literal_column("coalesce(last.reversed_through, 0)"),
            literal_column("coalesce(found.metadata ->> 'reason', '')"),
            literal_column("coalesce(found.ticket, '')"),
        )
        .select_from(source)
        .join(from_wallet, from_wallet.c.id == row.from_wallet)
        .join(from_user, from_user.c.id == from_wallet.c.user_id)
        .join(to_wallet, to_wallet.c.id == row.to_wallet)
        .join(to_user, to_user.c.id == to_wallet.c.user_id)
        .outerjoin(last, true())
        .order_by(*_order(row, descending=descending))
        .limit(bindparam("limit", type_=BigInteger()))
    )  # fmt: skip


class _Money(TypeDecorator[Currency]):
    """Reads `2CR` as the currency CR of two decimals."""

    impl = Text
    cache_ok = True

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Currency | None:
        return None if value is None else _money(value)


@lru_cache(maxsize=256)
def _money(written: str) -> Currency:
    return currency_of(written[1:], int(written[:1]))


def _currency_of(code: ColumnElement[str]) -> ColumnElement[Currency]:
    """Return a row's currency, from two arrays read once: 0.1 ms a page, where a join took 0.3."""
    codes = literal_column("ARRAY(SELECT c.code FROM ledger.currencies c ORDER BY c.code)", ARRAY(Text()))
    written = literal_column(
        "(ARRAY(SELECT c.exponent || c.code FROM ledger.currencies c ORDER BY c.code))", ARRAY(Text())
    )
    return type_coerce(written[func.array_position(codes, code)], _Money())


def _narrowed(given: frozenset[str], *, descending: bool, side: ColumnElement[bool]) -> Select[Any]:
    conditions = [side, *_conditions(given)]
    if "cursor_at" in given:
        place = tuple_(
            bindparam("cursor_at", type_=DateTime(timezone=True)), bindparam("cursor_id", type_=BigInteger())
        )
        key = tuple_(_ROW.c.posted_at, _ROW.c.id)
        conditions.append(key < place if descending else key > place)
    return (
        select(_ROW)
        .where(*conditions)
        .order_by(*_order(_ROW.c, descending=descending))
        .limit(bindparam("limit", type_=BigInteger()))
    )


def _order(columns: Any, *, descending: bool) -> tuple[Any, Any]:
    if descending:
        return columns.posted_at.desc(), columns.id.desc()
    return columns.posted_at, columns.id


def _sides() -> tuple[ColumnElement[int], ColumnElement[int]]:
    return _ROW.c.from_wallet, _ROW.c.to_wallet


def _wallets_of_user(given: frozenset[str]) -> Subquery:
    """Return the user's wallets, one a currency."""
    wallet = (
        select(_WALLET.c.id)
        .join(_USER, _USER.c.id == _WALLET.c.user_id)
        .where(_USER.c.username == bindparam("user", type_=Text()))
    )
    if "currency" in given:
        wallet = wallet.where(_WALLET.c.currency == bindparam("currency", type_=Text()))
    return wallet.subquery("mine")


def _values(wanted: TransactionFilter) -> dict[str, Any]:
    """Return what the filter asks for, by name; what it leaves open is not there."""
    values: dict[str, Any] = {}
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value not in (None, "", ()):
            values[field.name] = value
    if "user" in values:
        values["user"] = asked_name(wanted.user)
    if "kinds" in values:
        values["kinds"] = list(wanted.kinds)
    if "description" in values:
        # A range of the C collation: unlike LIKE with a parameter, every plan can use the index for it.
        values["description_until"] = wanted.description + LAST_CHARACTER
    return values


def _conditions(given: frozenset[str]) -> list[ColumnElement[bool]]:
    """Translate the filter; every condition has an index behind it."""
    column = _ROW.c
    moment, number = DateTime(timezone=True), BigInteger()
    every = {
        "posted_from": column.posted_at >= bindparam("posted_from", type_=moment),
        "posted_until": column.posted_at < bindparam("posted_until", type_=moment),
        "kinds": column.kind == func.any(bindparam("kinds", type_=ARRAY(transaction_kind))),
        "amount_min": column.amount >= bindparam("amount_min", type_=number),
        "amount_max": column.amount <= bindparam("amount_max", type_=number),
        "reference": column.reference == bindparam("reference", type_=Text()),
        "ticket": func.lower(column.ticket) == func.lower(bindparam("ticket", type_=Text())),
        "description": (column.description != "")
        & (column.description >= bindparam("description", type_=Text()))
        & (column.description < bindparam("description_until", type_=Text())),
        "currency": column.currency == bindparam("currency", type_=Text()),
        "batch_id": column.batch_id == bindparam("batch_id", type_=number),
        "id": column.id == bindparam("id", type_=number),
    }
    if "user" in given:
        # The wallets are of that currency already.
        del every["currency"]
    return [condition for name, condition in every.items() if name in given]
