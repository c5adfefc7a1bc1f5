"""Reads the overview: one statement for all of it, in all currencies."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from console.ledger.books.overview.figures import (
    DAYS,
    AccountCount,
    Counting,
    CurrencyOverview,
    Large,
    Moved,
    Overview,
    Tally,
    Waiting,
)
from console.ledger.books.overview.statement import OVERVIEW, WITHIN_DAYS
from console.ledger.jobs.states import states_in
from console.money import currency_of
from models.account import AccountStatus
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

    _Days = Mapping[date, Mapping[TransactionKind, Moved]]


def overview(database: Database, *, cancel: Cancellation | None = None) -> Overview:
    """Return the whole ledger at a glance, in one statement that reads no large table as a whole."""

    def ask(session: Session) -> Overview:
        return _read(session.execute(OVERVIEW, {"days": DAYS}).one())

    return database.read("overview.load", ask, cancel=cancel)


def _read(row: Any) -> Overview:
    counting = None if row.is_counted else Counting(row.through_id, row.newest)
    moved: Mapping[str, _Days] = {} if counting else _moved(row.moved or ())
    owed = {} if counting else {code: int(amount) for code, amount in row.held or ()}
    days = [day for of_currency in moved.values() for day in of_currency]
    first_day = (
        min(days, default=row.today) if row.first_day is None else min(row.first_day, *days, row.today)
    )
    holds, overdue, missing = (_tallies(part or ()) for part in (row.holds, row.overdue, row.unrecovered))
    expiring, largest = _expiring(row.expiring or ()), _largest(row.largest or ())
    currencies = tuple(
        CurrencyOverview(
            currency_of(code, exponent), row.today, first_day, owed.get(code), moved.get(code, {}),
            holds[code], overdue[code], expiring[code], tuple(largest[code]), missing[code],
        )
        for code, exponent in row.currencies or ()
    )  # fmt: skip
    waiting = Waiting(_tally(*row.approvals), _tally(*row.drafts), tuple(row.followed or ()))
    accounts = tuple(
        AccountCount(AccountStatus(status), level, count) for status, level, count in row.accounts or ()
    )
    return Overview(row.at, row.today, currencies, waiting, accounts, states_in(row.jobs), counting)


def _moved(rows: Iterable[Sequence[Any]]) -> Mapping[str, _Days]:
    found: defaultdict[str, defaultdict[date, dict[TransactionKind, Moved]]]
    found = defaultdict(lambda: defaultdict(dict))
    for code, day, kind, count, amount, owed in rows:
        found[code][date.fromisoformat(day)][TransactionKind(kind)] = Moved(count, amount, owed)
    return {code: dict(sorted(days.items())) for code, days in found.items()}


def _tallies(rows: Iterable[Sequence[Any]]) -> Mapping[str, Tally]:
    found = {code: Tally(count, int(amount), _moment(*since)) for code, count, amount, *since in rows}
    return defaultdict(Tally, found)


def _tally(count: int, since: str | None) -> Tally:
    return Tally(count, 0, _moment(since))


def _expiring(rows: Iterable[Sequence[Any]]) -> Mapping[str, Mapping[int, Tally]]:
    """Add to what expires within some days what expires before."""
    found: defaultdict[str, dict[int, Tally]]
    found = defaultdict(lambda: dict.fromkeys(WITHIN_DAYS, Tally()))
    for code, within, count, amount in rows:
        of_currency = found[code]
        for days in WITHIN_DAYS:
            if days >= within:
                before = of_currency[days]
                of_currency[days] = Tally(before.count + count, before.amount + amount)
    return found


def _largest(rows: Iterable[Sequence[Any]]) -> Mapping[str, list[Large]]:
    found: defaultdict[str, list[Large]] = defaultdict(list)
    for number, posted_at, code, kind, amount, payer, payee in rows:
        at = datetime.fromisoformat(posted_at)
        found[code].append(Large(number, at, TransactionKind(kind), amount, payer, payee))
    return found


def _moment(value: str | None = None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
