"""What the overview says, of each currency and of the ledger as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.ledger.jobs.states import JobStates
    from console.money import Currency
    from models.account import AccountStatus

DAYS: Final = 30
"""So many days back from today are told; four weeks of a weekday are among them."""

WEEKS: Final = 4
"""So many days of the same weekday say what is usual."""

NAMED: Final = (
    TransactionKind.DEPOSIT,
    TransactionKind.GRANT,
    TransactionKind.CAPTURE,
    TransactionKind.PAYOUT,
    TransactionKind.EXPIRY,
)
"""The kinds that bring and take most of what is owed; what others do to it is told as one figure."""


class Since(StrEnum):
    """Since when the change of what is owed is told: the end of a day."""

    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"

    def day(self, today: date) -> date:
        """Return that day."""
        back = {Since.YESTERDAY: 1, Since.WEEK: 7, Since.MONTH: DAYS}
        return today - timedelta(days=back[self])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, how much in minor units, and since when the oldest of them waits."""

    count: int = 0
    amount: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What was posted of a kind on a day: how often, how much, and by how much more is owed to customers."""

    count: int
    amount: int
    owed: int


@dataclass(frozen=True, slots=True)
class Change:
    """How what is owed came from `before`, at the end of `day`, to `now`: by kinds named and all others."""

    day: date
    before: int
    named: Mapping[TransactionKind, int]
    other: int
    now: int

    @property
    def amount(self) -> int:
        """By how much it changed."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Usual:
    """What was paid out on the same weekday before, on average over so many weeks; whole days each."""

    amount: int
    weeks: int


@dataclass(frozen=True, slots=True)
class Large:
    """One of today's largest transactions, in minor units."""

    id: int
    posted_at: datetime
    kind: TransactionKind
    amount: int
    payer: str
    payee: str


@dataclass(frozen=True, slots=True)
class CurrencyOverview:
    """One currency, in minor units; owed is None while the daily figures are being counted.

    moved: by day and kind, those that occurred, of the days that are told. expiring: by days from now, each
    with those before it. unrecovered: batches that were reversed in part, and what is still missing of them.
    """

    currency: Currency
    today: date
    first_day: date
    owed: int | None = None
    moved: Mapping[date, Mapping[TransactionKind, Moved]] = field(default_factory=dict)
    holds: Tally = Tally()
    overdue: Tally = Tally()
    expiring: Mapping[int, Tally] = field(default_factory=dict)
    largest: tuple[Large, ...] = ()
    unrecovered: Tally = Tally()

    def moved_on(self, day: date, kind: TransactionKind) -> Moved:
        """Return what was posted of a kind on a day."""
        return self.moved.get(day, {}).get(kind, Moved(0, 0, 0))

    def changes_on(self, day: date) -> tuple[Mapping[TransactionKind, int], int]:
        """Return by how much more is owed after a day, by the kinds named and by all others together."""
        kinds = self.moved.get(day, {})
        named = {kind: kinds[kind].owed if kind in kinds else 0 for kind in NAMED}
        return named, sum(moved.owed for kind, moved in kinds.items() if kind not in NAMED)

    def since(self, day: date) -> Change | None:
        """Return how what is owed changed since a day ended; None while the days are being counted."""
        if self.owed is None:
            return None
        after = [self.changes_on(one) for one in self.moved if one > day]
        named = {kind: sum(changes[kind] for changes, _other in after) for kind in NAMED}
        other = sum(rest for _named, rest in after)
        return Change(day, self.owed - sum(named.values()) - other, named, other, self.owed)

    def owed_after(self, day: date) -> int | None:
        """Return what was owed when a day ended, or is owed now."""
        change = self.since(day)
        return None if change is None else change.before

    @property
    def usual_payouts(self) -> Usual | None:
        """What is usually paid out on this weekday; None where the ledger had none before."""
        days = [self.today - timedelta(weeks=back) for back in range(1, WEEKS + 1)]
        paid = [self.moved_on(day, TransactionKind.PAYOUT).amount for day in days if day >= self.first_day]
        return Usual(round(sum(paid) / len(paid)), len(paid)) if paid else None


@dataclass(frozen=True, slots=True)
class Counting:
    """How far the daily figures are counted: transactions up to the one of an id, of those up to another."""

    through: int
    newest: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the operator who asks, of all currencies.

    approvals: requests of others that they may still approve. drafts: their own. followed: accounts with an
    open flag, or changed by others within a day; by name.
    """

    approvals: Tally = Tally()
    drafts: Tally = Tally()
    followed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountCount:
    """How many customers' accounts have a status and a trust level."""

    status: AccountStatus
    trust_level: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The ledger at one moment; the currencies by code, also those that are closed.

    today: the business day. counting: None where the days are counted.
    """

    at: datetime
    today: date
    currencies: tuple[CurrencyOverview, ...]
    waiting: Waiting
    accounts: tuple[AccountCount, ...]
    jobs: JobStates
    counting: Counting | None = None
