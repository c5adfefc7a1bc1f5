"""Customers' accounts by name: keyset pages with balance and last activity, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public row
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.accounts.notes import FOR_ME
from console.ledger.books.available import available, dead_credit, transferable
from console.ledger.books.words import SHORTEST, USER_WORDS, asked, lexeme, words_of
from console.money import Currency, currency_of
from console.postgres.page import LAST_CHARACTER, PAGE_SIZE, Direction, Page, asked_name
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


# The rows are taken before anything is looked up for them. The newest movement is the later of two index
# probes: an OR over both sides would read an account's whole history.
_PAGE = """
    WITH {called}found AS MATERIALIZED (
        SELECT u.id AS user_id, u.username, u.display_name, u.email, u.trust_level, u.status, u.created_at,
            w.id, w.currency, w.balance, w.granted, w.reserved, w.overdraft_limit
        FROM {source} ON w.user_id = u.id
        WHERE {conditions}
        ORDER BY u.username {direction}, w.currency {direction} LIMIT :limit
    ), dead AS MATERIALIZED ({dead}
    )
    SELECT found.username, found.display_name, found.email, found.trust_level, found.status::text,
        found.created_at, found.currency, c.exponent, found.balance, found.granted, found.reserved,
        coalesce(dead.dead, 0), found.overdraft_limit,
        greatest(
            (SELECT t.posted_at FROM ledger.transactions t WHERE t.from_wallet = found.id
                ORDER BY t.posted_at DESC, t.id DESC LIMIT 1),
            (SELECT t.posted_at FROM ledger.transactions t WHERE t.to_wallet = found.id
                ORDER BY t.posted_at DESC, t.id DESC LIMIT 1)),
        CASE WHEN flag.waits > 0 THEN coalesce(n.note, '') END, flag.waits, asked.assignee
    FROM found JOIN ledger.currencies c ON c.code = found.currency
    LEFT JOIN dead ON dead.wallet_id = found.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS waits, min(f.note_id) AS oldest FROM ledger.account_flags f
        WHERE f.user_id = found.user_id AND f.done_at IS NULL
    ) flag ON true
    LEFT JOIN ledger.account_flags asked ON asked.note_id = flag.oldest
    LEFT JOIN ledger.account_notes n ON n.id = flag.oldest
    ORDER BY found.username {direction}, found.currency {direction}"""

_LONGEST_NAME: Final = 264
"""Characters of the longest username and name together, and the space between."""

# The few that are flagged or followed are taken first, like those of one address below.
_FLAGGED: Final = "SELECT f.user_id FROM ledger.account_flags f WHERE f.done_at IS NULL"
_CONDITIONS: Final[Mapping[str, str]] = {
    "prefix": "u.username >= :prefix AND u.username < :prefix_until",
    # The few of one address are taken first: in the order of the names, all of them would be read for these.
    "email": "u.id = ANY (ARRAY(SELECT e.id FROM ledger.users e WHERE lower(e.email) = lower(:email)))",
    "trust_level": "u.trust_level = :trust_level",
    "currency": "w.currency = :currency",
    "flagged": f"u.id = ANY (ARRAY({_FLAGGED}))",
    "mine": f"u.id = ANY (ARRAY({_FLAGGED} AND {FOR_ME}))",
    "followed": """u.id = ANY (ARRAY(
        SELECT f.user_id FROM ledger.account_follows f WHERE f.operator = session_user AND f.following))""",
}

# Accounts of a word are found first and then put in order: under the LIMIT a walk over all accounts would
# seem cheap, and of a rare word it reads them all.
_CALLED: Final = f"""called AS MATERIALIZED (
        SELECT u.* FROM ledger.users u WHERE {USER_WORDS} @@ {asked("words")}
    ), """  # noqa: S608 - text of ours
_SOURCE: Final = "ledger.users u JOIN ledger.wallets w"
_CALLED_SOURCE: Final = "ledger.wallets w JOIN (SELECT * FROM called ORDER BY called.username {direction}) u"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One customer's wallet, in minor units; last_activity is None when nothing ever moved.

    dead: credit that is expired and not yet ended. asks: what its oldest open flag asks for, None without
    one. flags: how many are open. assignee: whom that oldest one waits for, None for whoever comes first.
    """

    username: str
    display_name: str
    email: str | None
    trust_level: int
    status: AccountStatus
    opened_at: datetime
    currency: Currency
    balance: int
    granted: int
    reserved: int
    dead: int
    overdraft_limit: int
    last_activity: datetime | None
    asks: str | None
    flags: int
    assignee: str | None

    @property
    def available(self) -> int:
        """What may still be reserved: balance, on hold, expired and overdraft limit together."""
        return available(self.balance, self.reserved, self.dead, self.overdraft_limit)

    @property
    def transferable(self) -> int:
        """What a transfer may take, which is never granted credit."""
        return transferable(self.balance, self.granted, self.reserved, self.overdraft_limit)


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts; empty or None lets all pass.

    prefix: how the username begins. words: how words of username and name begin, all of them, in letters of
    any case; one of less than SHORTEST letters is a whole word. email: the whole address, in letters of any
    case. trust_level: 0 to 9. currency: a code.
    flagged: those with an open flag; mine: with one for the operator who asks, or for whoever comes first.
    followed: by that operator.
    """

    prefix: str = ""
    words: str = ""
    email: str = ""
    trust_level: int | None = None
    status: AccountStatus | None = None
    currency: str = ""
    flagged: bool = False
    mine: bool = False
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of the list, by the row it lies beside."""

    username: str
    currency: str

    @classmethod
    def of(cls, row: AccountRow) -> Cursor:
        """Return the place of a row."""
        return cls(row.username, row.currency.code)


def page(
    database: Database,
    wanted: AccountFilter,
    *,
    direction: Direction = Direction.AFTER,
    cursor: Cursor | None = None,
    limit: int = PAGE_SIZE,
    cancel: Cancellation | None = None,
) -> Page[AccountRow]:
    """Return the accounts after or before a cursor; without one, the first or (BEFORE) last page."""
    rows = database.read(
        "accounts.page",
        lambda session: rows_of(session, wanted, cursor, limit + 1, forward=direction is Direction.AFTER),
        cancel=cancel,
    )
    return Page.cut(rows, limit, direction, beside=cursor is not None)


def rows_of(
    session: Session, wanted: AccountFilter, cursor: Cursor | None, limit: int, *, forward: bool = True
) -> list[AccountRow]:
    """Return at most `limit` rows away from a cursor, or from the list's first or last row on."""
    values = _values(wanted, cursor) | {"limit": limit}
    statement = _page_shape(frozenset(values), wanted.status, forward=forward)
    return [
        AccountRow(
            name, shown, email, trust, AccountStatus(status), opened, currency_of(code, exponent), *rest
        )
        for name, shown, email, trust, status, opened, code, exponent, *rest in session.execute(
            statement, values
        )
    ]


def _values(wanted: AccountFilter, cursor: Cursor | None) -> dict[str, object]:
    """Return the values of the conditions that are asked for, by their names in the statement."""
    values: dict[str, object] = {}
    prefix = asked_name(wanted.prefix)
    if prefix:
        values |= {"prefix": prefix, "prefix_until": prefix + LAST_CHARACTER}
    if wanted.words.strip():
        values["words"] = _query(wanted.words)
    if wanted.email.strip():
        values["email"] = wanted.email.strip()
    if wanted.trust_level is not None:
        values["trust_level"] = wanted.trust_level
    if wanted.currency:
        values["currency"] = wanted.currency
    switches = {"flagged": wanted.flagged, "mine": wanted.mine, "followed": wanted.followed}
    values |= {name: True for name, on in switches.items() if on}
    if cursor is not None:
        values |= {"cursor": cursor.username, "cursor_currency": cursor.currency}
    return values


def _query(words: str) -> str:
    """Write words as a tsquery; one that finds nothing for a text without any, or too long for a name."""
    found = words_of(words) if len(words) <= _LONGEST_NAME else []
    # A short one is found whole only: of 1 M accounts very many have a word with its letters, 0.4 s a page.
    return " & ".join(lexeme(word, begins=len(word) >= SHORTEST) for word in found)


@lru_cache(maxsize=256)
def _page_shape(given: frozenset[str], status: AccountStatus | None, *, forward: bool) -> TextClause:
    """Build the statement once for each set of conditions; a status is written out, for partial indexes."""
    conditions = ["u.kind = 'customer'", *(words for name, words in _CONDITIONS.items() if name in given)]
    if status is not None:
        conditions.append(f"u.status = '{status.value}'")
    if "cursor" in given:
        # The first of the two conditions is what the index of names begins at.
        way = ">" if forward else "<"
        conditions.append(f"u.username {way}= :cursor")
        conditions.append(f"(u.username, w.currency) {way} (:cursor, :cursor_currency)")
    order = "ASC" if forward else "DESC"
    by_words = "words" in given
    return text(
        _PAGE.format(
            called=_CALLED if by_words else "",
            source=_CALLED_SOURCE.format(direction=order) if by_words else _SOURCE,
            conditions=" AND ".join(conditions),
            direction=order,
            dead=dead_credit("found"),
        )
    )
