"""Credits of all customers, the soonest to end first: keyset pages and sums, each in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, DateTime, bindparam, text

from console.ledger.credits.filter import LEFT, SOURCE, CreditFilter, CreditView, conditions
from console.money import Currency, currency_of
from console.postgres.page import PAGE_SIZE, Direction, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from sqlalchemy import Row, TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

MOST_USES: Final = 1_000
"""As many movements of one credit as a page counts; who has more is looked at by itself."""

MOST_COUNTED: Final[Mapping[CreditView, int]] = {CreditView.OPEN: 2_000_000, CreditView.EXPIRED: 200_000}
"""As many credits as totals add up; of an expired one its last movement is looked up, ten times the work."""

SOURCES: Final = 5
"""So many sources are told apart in totals, those with the most left; the others are one."""

# What ends and what never ends are two ranges of an index, each taken up to the limit before any join: one
# condition over both would be an OR, for which a page in the middle reads all rows before it. Ordered by the
# end also where there is none: else the planner walks over all credits by number, 130 ms for a million.
_PAGE: Final = """
    WITH found AS MATERIALIZED (
        SELECT * FROM ((
            SELECT l.*, {expired} AS expired FROM {source}
            WHERE {conditions} AND l.expires_at IS NOT NULL{dated}
            ORDER BY l.expires_at {way}, l.id {way} LIMIT :limit
        ) UNION ALL (
            SELECT l.*, {expired} AS expired FROM {source}
            WHERE {conditions} AND l.expires_at IS NULL{undated}
            ORDER BY l.expires_at {way}, l.id {way} LIMIT :limit
        )) l ORDER BY l.expires_at {way} NULLS {nulls}, l.id {way} LIMIT :limit
    )
    SELECT found.id, u.username, found.currency, c.exponent, found.source, found.amount, found.remaining,
        CASE WHEN w.reserved = 0 OR found.closed_at IS NOT NULL THEN 0 ELSE greatest(0, least(
            found.remaining, w.reserved - (
                SELECT coalesce(sum(b.remaining), 0) FROM ledger.credit_lots b
                WHERE b.wallet_id = found.wallet_id AND b.closed_at IS NULL
                    AND (coalesce(b.expires_at, 'infinity'), b.created_at, b.id)
                        < (coalesce(found.expires_at, 'infinity'), found.created_at, found.id)
            ) + (
                SELECT coalesce(sum(d.dead), 0) FROM ledger.dead_lots(ARRAY[w.id], now()) d
            ))) END::bigint AS held,
        found.expired, found.expires_at, found.created_at, found.closed_at, found.opened_by,
        (SELECT count(*) - 1 FROM (
            SELECT FROM ledger.lot_movements m WHERE m.lot_id = found.id LIMIT {most} + 1) m) AS uses
    FROM found JOIN ledger.wallets w ON w.id = found.wallet_id JOIN ledger.users u ON u.id = w.user_id
    JOIN ledger.currencies c ON c.code = found.currency
    ORDER BY found.expires_at {way} NULLS {nulls}, found.id {way}"""

_TOTALS: Final = """
    WITH counted AS (
        SELECT l.source, l.wallet_id, {left} AS amount FROM {source} WHERE {conditions} LIMIT {most}
    ), part AS MATERIALIZED (
        SELECT counted.source, grouping(counted.source) AS of_account, count(*) AS credits,
            sum(counted.amount) AS amount
        FROM counted GROUP BY GROUPING SETS ((counted.source), (counted.wallet_id))
    ), source AS (
        SELECT part.*, row_number() OVER (ORDER BY part.amount DESC, part.source) AS place
        FROM part WHERE part.of_account = 0
    )
    SELECT NULL AS place, NULL AS source, coalesce(sum(s.credits), 0)::bigint AS credits,
        coalesce(sum(s.amount), 0) AS amount, (SELECT count(*) FROM part p WHERE p.of_account = 1) AS accounts
    FROM source s
    UNION ALL
    SELECT s.place, s.source, s.credits, s.amount, NULL FROM source s WHERE s.place <= :sources
    UNION ALL
    SELECT :sources + 1, NULL, sum(s.credits)::bigint, sum(s.amount), NULL FROM source s
    WHERE s.place > :sources HAVING count(*) > 0
    ORDER BY place NULLS FIRST"""


_CHOSEN: Final = """
    SELECT count(*) AS credits, coalesce(sum({left}), 0) AS amount FROM {source}
    WHERE l.id = ANY (CAST(:numbers AS bigint[])) AND l.currency = :currency AND {view}"""


@dataclass(frozen=True, slots=True)
class CreditsChosen:
    """How many credits there are of those that were named, and what is left of them, in minor units."""

    credits: int
    amount: int


@dataclass(frozen=True, slots=True)
class CreditCursor:
    """A place between two rows of the list, by the credit that it lies beside."""

    expires_at: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class CreditRow:
    """One credit, in minor units of its currency.

    held: how much of `remaining` holds cover; expired: what of it went to @breakage and was not given back,
    0 of one that is open. opened_by: the transaction that granted it. uses: its movements after that one, at
    most MOST_USES.
    """

    id: int
    username: str
    currency: Currency
    source: str
    amount: int
    remaining: int
    held: int
    expired: int
    expires_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    opened_by: int
    uses: int

    @property
    def place(self) -> CreditCursor:
        """Where the list goes on beside this row."""
        return CreditCursor(self.expires_at, self.id)


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """The credits of one source; source: None for all but the largest together."""

    source: str | None
    credits: int
    amount: int


@dataclass(frozen=True, slots=True)
class CreditTotals:
    """What all credits of a filter add up to, in minor units: what is left of them, or what expired.

    by_source: the SOURCES largest, then the others as one. is_whole: false where there are more than
    MOST_COUNTED credits, of which so many were added up.
    """

    credits: int
    amount: int
    accounts: int
    by_source: tuple[SourceTotal, ...]
    is_whole: bool


def page(
    database: Database,
    wanted: CreditFilter,
    zone: tzinfo,
    *,
    direction: Direction = Direction.AFTER,
    cursor: CreditCursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[CreditRow]:
    """Return the page after or before a cursor, by one statement; without one, the first or the last page.

    zone: in which the ledger counts its days.
    """

    def ask(session: Session) -> list[CreditRow]:
        return beside(session, wanted, zone, direction=direction, cursor=cursor, limit=limit + 1)

    rows = database.read("credits.page", ask, cancel=cancel)
    return Page.cut(rows, limit, direction, beside=cursor is not None)


def beside(
    session: Session,
    wanted: CreditFilter,
    zone: tzinfo,
    *,
    direction: Direction = Direction.AFTER,
    cursor: CreditCursor | None = None,
    limit: int = PAGE_SIZE,
) -> list[CreditRow]:
    """Return at most `limit` rows after or before a cursor, away from it, by one statement."""
    values = wanted.values(zone) | {"limit": limit}
    statement = _page_shape(
        frozenset(values), wanted.view, beside=_beside(cursor), forward=direction is Direction.AFTER,
        ends=wanted.no_expiry,
    )  # fmt: skip
    if cursor is not None:
        values |= {"cursor_id": cursor.id}
        if cursor.expires_at is not None:
            values |= {"cursor_at": cursor.expires_at}
    return [_row(row) for row in session.execute(statement, values)]


def totals(
    database: Database,
    wanted: CreditFilter,
    zone: tzinfo,
    *,
    most: int | None = None,
    cancel: Cancellation | None = None,
) -> CreditTotals:
    """Add up the credits of a filter, by one statement that reads at most `most`, else MOST_COUNTED."""
    most = MOST_COUNTED[wanted.view] if most is None else most
    values = wanted.values(zone) | {"sources": SOURCES}
    statement = _totals_shape(frozenset(values), wanted.view, ends=wanted.no_expiry, most=most + 1)

    def ask(session: Session) -> CreditTotals:
        whole, *parts = session.execute(statement, values).all()
        return CreditTotals(
            whole.credits, int(whole.amount), whole.accounts,
            tuple(SourceTotal(one.source, one.credits, int(one.amount)) for one in parts),
            is_whole=whole.credits <= most,
        )  # fmt: skip

    return database.read("credits.totals", ask, cancel=cancel)


def of_numbers(
    database: Database,
    currency: str,
    numbers: Sequence[int],
    view: CreditView,
    *,
    cancel: Cancellation | None = None,
) -> CreditsChosen:
    """Return how many of these credits are of a view and a currency, and what is left of them, or expired."""
    statement = text(
        _CHOSEN.format(source=SOURCE[view], left=LEFT[view], view=conditions((), view, no_expiry=None))
    )

    def ask(session: Session) -> CreditsChosen:
        row = session.execute(statement, {"numbers": list(numbers), "currency": currency}).one()
        return CreditsChosen(row.credits, int(row.amount))

    return database.read("credits.chosen", ask, cancel=cancel)


def _beside(cursor: CreditCursor | None) -> str:
    if cursor is None:
        return ""
    return "undated" if cursor.expires_at is None else "dated"


@lru_cache(maxsize=256)
def _page_shape(
    given: frozenset[str], view: CreditView, *, beside: str, forward: bool, ends: bool | None
) -> TextClause:
    """Build the statement once for each set of conditions."""
    mark = ">" if forward else "<"
    # Those that never end come last: beside one of them nothing that ends follows, and before it all of it.
    dated = undated = ""
    if beside == "dated":
        dated = f" AND (l.expires_at, l.id) {mark} (:cursor_at, :cursor_id)"
        undated = "" if forward else " AND false"
    elif beside == "undated":
        dated = " AND false" if forward else ""
        undated = f" AND l.id {mark} :cursor_id"
    statement = text(
        _PAGE.format(
            conditions=conditions(given, view, no_expiry=ends), dated=dated, undated=undated,
            way="ASC" if forward else "DESC", nulls="LAST" if forward else "FIRST", most=MOST_USES,
            source=SOURCE[view], expired=LEFT[view] if view is CreditView.EXPIRED else "0::bigint",
        )
    )  # fmt: skip
    return _typed(statement)


@lru_cache(maxsize=128)
def _totals_shape(given: frozenset[str], view: CreditView, *, ends: bool | None, most: int) -> TextClause:
    """Build it once for each set of conditions; a plan for any limit would expect few rows."""
    found = conditions(given, view, no_expiry=ends)
    return _typed(text(_TOTALS.format(conditions=found, left=LEFT[view], source=SOURCE[view], most=most)))


def _typed(statement: TextClause) -> TextClause:
    """Say of which types a statement's values are, which the server could not always tell."""
    kinds: dict[str, Any] = {
        **dict.fromkeys(
            ("cursor_at", "expires_from", "expires_until", "granted_from", "granted_until"),
            DateTime(timezone=True),
        ),
        **dict.fromkeys(("cursor_id", "left_from", "left_through", "limit", "most", "sources"), BigInteger()),
    }
    named = statement.compile().params
    return statement.bindparams(
        *(bindparam(name, type_=kind) for name, kind in kinds.items() if name in named)
    )


def _row(row: Row[Any]) -> CreditRow:
    return CreditRow(
        row.id, row.username, currency_of(row.currency, row.exponent), row.source, row.amount, row.remaining,
        row.held, row.expired, row.expires_at, row.created_at, row.closed_at, row.opened_by, row.uses,
    )  # fmt: skip
