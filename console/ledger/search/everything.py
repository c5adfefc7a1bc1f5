"""What a text names: accounts, movements, batches, requests, holds, credits and more, in one statement."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from console.files.text import has_hidden, is_name
from console.ledger.books.words import SHORTEST, lexeme, words_of
from console.ledger.search.probes import MOST, OPERATOR_PROBES, statement
from console.money import AmountError, Currency, parse_amount
from console.postgres.page import LAST_CHARACTER, asked_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

LONGEST: Final = 254
"""Characters of the longest text that anything is found by: an e-mail address."""


TOO_LONG: Final = f"Nothing was looked for: no name has more than {LONGEST} characters, write less."

_WORDS_AT_MOST: Final = 8
_REFERENCE_LENGTH: Final = 200
_TICKET_LENGTH: Final = 64
_NUMBER: Final = re.compile(r"#?([1-9][0-9]{0,17})", re.ASCII)
_NAME_BEGINS: Final = re.compile(r"@?[a-z0-9][a-z0-9._-]{0,62}")
_WITH_CODE: Final = re.compile(r"(.*[0-9]) *([A-Za-z][A-Za-z0-9]{1,11})")


class Kind(StrEnum):
    """What can be found, in the order in which it is shown."""

    ACCOUNT = "account"
    TRANSACTION = "transaction"
    AMOUNT = "amount"
    BATCH = "batch"
    REQUEST = "request"
    HOLD = "hold"
    CREDIT = "credit"
    OPERATOR = "operator"


PLURALS: Final = {
    Kind.ACCOUNT: "accounts",
    Kind.TRANSACTION: "transactions",
    Kind.AMOUNT: "amounts",
    Kind.BATCH: "batches",
    Kind.REQUEST: "requests",
    Kind.HOLD: "holds",
    Kind.CREDIT: "credits",
    Kind.OPERATOR: "operators",
}
_ORDER: Final = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Found:
    """One thing of that name; what its kind does not have is None or empty.

    exact: whether the text is all of its number, username, address or reference, not only a part of a name.
    number: its id; name: its username, reference, batch name, a request's kind, source or operator's name;
    note: an account's or an operator's display name, a transaction's kind, the status of a batch, a request
    or a hold. account: the account
    that it leads to, of a transaction the payer; other: a transaction's payee. amount: minor units of
    `currency`. times: of an amount, in how many transactions it is; `uncounted` says that there may be more,
    for only 101 are read.
    sessions: of an operator, how many are open in this database.
    """

    kind: Kind
    exact: bool
    number: int | None
    name: str
    note: str
    account: str
    other: str
    amount: int | None
    currency: Currency | None
    times: int | None = None
    uncounted: bool = False
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, at most MOST of a kind, the exact first; of which kinds there are more.

    looked: the kinds that a text like this can be, and so was looked for. refusal: the sentence that says why
    nothing was asked at all, or empty.
    """

    found: tuple[Found, ...] = ()
    more: frozenset[Kind] = frozenset()
    looked: tuple[Kind, ...] = ()
    refusal: str = ""


class Row(NamedTuple):
    """A row of the statement; rank: 0 for the whole of a number, name or reference, then how near it is."""

    kind: str
    rank: int
    number: int | None
    name: str | None
    note: str | None
    account: str | None
    other: str | None
    amount: int | None
    currency: str | None
    times: int | None
    uncounted: bool
    sessions: int


def nothing_found(looked: Sequence[str]) -> str:
    """Return the line that says what was looked through in vain, from at least one name of it."""
    listed = f"{', '.join(looked[:-1])} and {looked[-1]}" if len(looked) > 1 else looked[0]
    return f"Nothing found in {listed}"


def _parsed(written: str, currency: Currency) -> int:
    return parse_amount(written, currency.exponent, grouping=",")


def everything(
    database: Database,
    sought: str,
    currencies: Sequence[Currency],
    *,
    operators: bool = False,
    read_amount: Callable[[str, Currency], int] = _parsed,
    cancel: Cancellation | None = None,
) -> Answer:
    """Return what a text names, in one statement that asks only for what the text can be.

    `currencies` are the ledger's; `operators` says whether the session may read who they are
    (Rights.reads_operators); `read_amount` reads an amount as minor units or raises AmountError. Nothing
    is asked for an empty text, for one longer than LONGEST, and for one with characters allowed nowhere.
    """
    sought = sought.strip()
    if len(sought) > LONGEST:
        return Answer(refusal=TOO_LONG)
    if not sought or has_hidden(sought):
        return Answer()
    values = _values(sought) | _amounts(sought, currencies, read_amount)
    asked = statement(frozenset(values), operators=operators)

    def ask(session: Session) -> list[Row]:
        return [Row(*row) for row in session.execute(asked, values)]

    rows = database.read("search.everything", ask, cancel=cancel)
    return _answer(rows, currencies, _looked(values, operators=operators))


def _values(sought: str) -> dict[str, object]:
    """Return what a text can name, by the names of the statement's values."""
    values: dict[str, object] = {"email": sought}
    begins = len(sought) >= SHORTEST
    if begins:
        values["email_until"] = sought + LAST_CHARACTER
    if len(sought) <= _REFERENCE_LENGTH:
        values["reference"] = sought
        if begins:
            values["reference_until"] = sought + LAST_CHARACTER
    if len(sought) <= _TICKET_LENGTH:
        values["ticket"] = sought
    number = _NUMBER.fullmatch(sought)
    if number is not None:
        values["number"] = int(number.group(1))
    name = asked_name(sought)
    if is_name(name):
        values["username"] = name
    if begins and _NAME_BEGINS.fullmatch(name):
        values |= {"name": name, "name_until": name + LAST_CHARACTER}
    words = words_of(sought)
    if 0 < len(words) <= _WORDS_AT_MOST:
        # A short one is found whole only, for too much begins with it.
        values["words"] = " & ".join(lexeme(word, begins=len(word) >= SHORTEST) for word in words)
        values["whole_words"] = " & ".join(lexeme(word, begins=False) for word in words)
    return values


def _amounts(
    sought: str, currencies: Iterable[Currency], read_amount: Callable[[str, Currency], int]
) -> dict[str, object]:
    """Read a text as an amount of each currency, or of the one whose code follows it."""
    with_code = _WITH_CODE.fullmatch(sought)
    written, code = (sought, "") if with_code is None else with_code.groups()
    found: dict[str, int] = {}
    for currency in currencies:
        if code.upper() in {"", currency.code}:
            with suppress(AmountError):
                found[currency.code] = read_amount(written, currency)
    above = {code: amount for code, amount in found.items() if amount > 0}
    return {"amounts": list(above.values()), "currencies": list(above)} if above else {}


def _looked(values: dict[str, object], *, operators: bool) -> tuple[Kind, ...]:
    kinds = {Kind.ACCOUNT}
    if "reference" in values:
        kinds |= {Kind.TRANSACTION, Kind.HOLD}
    if "amounts" in values:
        kinds.add(Kind.AMOUNT)
    if values.keys() & {"number", "words"}:
        kinds.add(Kind.BATCH)
    if "number" in values:
        kinds |= {Kind.REQUEST, Kind.CREDIT}
    if operators and values.keys() & OPERATOR_PROBES.keys():
        kinds.add(Kind.OPERATOR)
    return tuple(kind for kind in Kind if kind in kinds)


def _answer(rows: list[Row], currencies: Iterable[Currency], looked: tuple[Kind, ...]) -> Answer:
    """Put the rows in order, and keep of each kind as many as are shown."""
    known = {one.code: one for one in currencies}
    of_kind: dict[Kind, list[Found]] = {kind: [] for kind in Kind}
    for row in sorted(rows, key=_place):
        of_kind[Kind(row.kind)].append(_found(row, known))
    return Answer(
        tuple(one for found in of_kind.values() for one in found[:MOST]),
        frozenset(kind for kind, found in of_kind.items() if len(found) > MOST),
        looked,
    )


def _place(row: Row) -> tuple[int, int, int, str]:
    """Return where a row stands: exact first, then by name.

    Of batches of one word the newest is wanted, of operators those at work.
    """
    kind = Kind(row.kind)
    first = -(row.number or 0) if kind is Kind.BATCH else -min(row.sessions, 1)
    return _ORDER[kind], row.rank, first, row.name or ""


def _found(row: Row, known: dict[str, Currency]) -> Found:
    return Found(
        Kind(row.kind),
        row.rank == 0,
        row.number,
        row.name or "",
        row.note or "",
        row.account or "",
        row.other or "",
        row.amount,
        None if row.currency is None else known.get(row.currency),
        row.times,
        uncounted=row.uncounted,
        sessions=row.sessions,
    )
