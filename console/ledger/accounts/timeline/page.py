"""The pages of one account's timeline, newest first, each read by one statement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import text

from console.errors import UsageError
from console.ledger.accounts.timeline.sources import (
    COLUMNS,
    MOVEMENTS,
    OTHERS,
    OWNER,
    Source,
    found,
    told,
)
from console.money import LARGEST, SMALLEST, Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page, asked_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


class TimelineKind(StrEnum):
    """What a row of a timeline is about; a refused act is REFUSED, whatever it was about."""

    MOVEMENT = "movement"
    HOLD = "hold"
    CREDIT = "credit"
    NOTE = "note"
    FLAG = "flag"
    STATUS = "status"
    LIMIT = "limit"
    REQUEST = "request"
    ACCOUNT = "account"
    ACT = "operator"
    REFUSED = "refused"


class Parts(StrEnum):
    """Which rows are wanted."""

    ALL = "all"
    MOVEMENTS = "movements"
    OTHERS = "others"


class Cursor(NamedTuple):
    """A place between two rows of a timeline, by the row it lies beside."""

    moment: datetime
    source: Source
    id: int


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened to an account.

    id: the number of the row's source: a transaction's, a hold's, an event's. who: an operator, None where
    the ledger knows none. act: a transaction's kind, a hold's end, or an operation's name. moved: minor units
    of currency, below 0 what went out; None for all but movements. amount: how much was asked for, in minor
    units, of a refused act too. said: a note, a reason or a description; of an erased note nothing is left.
    before, after: a status, a limit or a flag's assignee, as the ledger wrote it; of an extension how many
    it was of, and the new end in words. code, detail: why it was refused.
    """

    moment: datetime
    source: Source
    id: int
    kind: TimelineKind
    who: str | None
    act: str
    moved: int | None
    amount: int | None
    currency: Currency | None
    other: str | None
    reference: str | None
    batch_id: int | None
    said: str
    before: str | None
    after: str | None
    code: str | None
    detail: Mapping[str, Any]

    @property
    def place(self) -> Cursor:
        """Where the list goes on beside this row."""
        return Cursor(self.moment, self.source, self.id)


_KINDS: Final[Mapping[Source, TimelineKind]] = {
    Source.OPENED: TimelineKind.ACCOUNT,
    Source.REQUEST: TimelineKind.REQUEST,
    Source.HOLD: TimelineKind.HOLD,
    Source.MOVEMENT: TimelineKind.MOVEMENT,
    Source.HOLD_END: TimelineKind.HOLD,
    Source.REQUEST_END: TimelineKind.REQUEST,
    Source.HOLDS_EXTENDED: TimelineKind.HOLD,
    Source.CREDITS_EXTENDED: TimelineKind.CREDIT,
}

_ACTS: Final[Mapping[str, TimelineKind]] = {
    "open_account": TimelineKind.ACCOUNT,
    "erase_account": TimelineKind.ACCOUNT,
    "set_account_status": TimelineKind.STATUS,
    "set_overdraft_limit": TimelineKind.LIMIT,
    "add_note": TimelineKind.NOTE,
    "flag_account": TimelineKind.FLAG,
    "assign_flag": TimelineKind.FLAG,
    "close_flag": TimelineKind.FLAG,
}

_WALKS: Final = {Parts.ALL: MOVEMENTS + OTHERS, Parts.MOVEMENTS: MOVEMENTS, Parts.OTHERS: OTHERS}

_MINOR_UNITS: Final = re.compile(r"-?[0-9]{1,19}")


def timeline(
    database: Database,
    username: str,
    currency: str,
    *,
    parts: Parts = Parts.ALL,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[TimelineRow]:
    """Return the page after or before a cursor, newest first; without one, the first or the last page.

    currency: of which wallet the movements and holds are; all else is of the account as a whole.
    Raises UsageError when there is no such account.
    """
    asked = _shape(parts, beside=cursor is not None, descending=direction is Direction.AFTER)
    values: dict[str, Any] = {"username": asked_name(username), "currency": currency, "limit": limit + 1}
    if cursor is not None:
        walks = {walk.source for walk in _WALKS[parts]}
        values |= {"moment": cursor.moment, **{f"id_{one}": _number_beside(cursor, one) for one in walks}}

    def ask(session: Session) -> list[TimelineRow]:
        rows = session.execute(asked, values).all()
        if not rows:
            raise UsageError(f"There is no account {values['username']!r} in {currency}.")
        return [_row(row) for row in rows if row.id is not None]

    rows = database.read("account.timeline", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


def _number_beside(cursor: Cursor, source: Source) -> int:
    """Return the number up to which rows of the cursor's microsecond stand before it, in one source."""
    if source == cursor.source:
        return cursor.id
    return LARGEST if source < cursor.source else SMALLEST


@lru_cache(maxsize=16)
def _shape(parts: Parts, *, beside: bool, descending: bool) -> TextClause:
    way = "DESC" if descending else "ASC"
    walks = _WALKS[parts]
    return text(f"""
        WITH {OWNER}, found AS MATERIALIZED (
            {found(walks, beside=beside, descending=descending)}
        )
        SELECT found.*, told.*, c.exponent
        FROM owner LEFT JOIN found ON true
        LEFT JOIN LATERAL ({told(walks)}) told ({COLUMNS}) ON true
        LEFT JOIN ledger.currencies c ON c.code = told.currency
        ORDER BY found.moment {way}, found.source {way}, found.id {way}""")  # noqa: S608 - texts of ours


def _row(row: Row[Any]) -> TimelineRow:
    source = Source(row.source)
    refused = row.outcome == "refused"
    kind = TimelineKind.REFUSED if refused else _KINDS.get(source) or _ACTS.get(row.act, TimelineKind.ACT)
    known = row.exponent is not None
    return TimelineRow(
        row.moment, source, row.id, kind, row.who, row.act, row.moved,
        _minor(row.stated) if known else None, currency_of(row.currency, row.exponent) if known else None,
        row.other, row.reference, row.batch_id, row.said or "", row.before, row.after, row.code,
        row.detail if refused and isinstance(row.detail, dict) else {},
    )  # fmt: skip


def _minor(stated: str | None) -> int | None:
    """Return an amount as it was asked for; what a refused request held in its place may be anything."""
    return int(stated) if stated is not None and _MINOR_UNITS.fullmatch(stated) else None
