"""How many holds each view of the desk has, and what the active ones come to, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from console.ledger.holds.page import OLD_HOURS, View
from console.money import Currency, currency_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

MOST: Final = 20_000
"""Active holds that are counted, in some 30 ms; of more it is only known that there are more."""

# One pass over the partial index of active holds, which stops after MOST + 1 of them whatever the ledger has.
_COUNTS: Final = text(f"""
    SELECT r.currency, c.exponent, count(*) AS active, sum(r.amount)::bigint AS amount,
        count(*) FILTER (WHERE r.expires_at <= now()) AS overdue,
        count(*) FILTER (WHERE r.created_at <= now() - interval '{OLD_HOURS} hours') AS older,
        count(*) FILTER (WHERE r.created_by = session_user) AS mine
    FROM (
        SELECT h.currency, h.amount, h.expires_at, h.created_at, h.created_by FROM ledger.reservations h
        WHERE h.status = 'reserved' LIMIT {MOST + 1}
    ) r JOIN ledger.currencies c ON c.code = r.currency
    GROUP BY 1, 2 ORDER BY 1""")  # noqa: S608 - numbers of ours

# The same bound: what the sweep has not ended is as many as it is behind.
_WAITING: Final = text(f"""
    SELECT count(*) FROM (
        SELECT FROM ledger.reservations r WHERE r.status = 'reserved' AND r.expires_at <= now()
        LIMIT {MOST}) late""")  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class HoldCount:
    """The active holds of one currency: how many, what they come to in minor units, and parts of them."""

    currency: Currency
    active: int
    amount: int
    overdue: int
    older: int
    mine: int


@dataclass(frozen=True, slots=True)
class HoldCounts:
    """The active holds of each currency that has any, by code; more: these are not all."""

    each: tuple[HoldCount, ...]
    more: bool = False

    def of(self, code: str = "") -> Mapping[View, int]:
        """Return how many each view of active holds has, of one currency or of all; ENDED is not counted."""
        found = [one for one in self.each if code in {"", one.currency.code}]
        return {
            View.ACTIVE: sum(one.active for one in found),
            View.OVERDUE: sum(one.overdue for one in found),
            View.OLDER: sum(one.older for one in found),
            View.MINE: sum(one.mine for one in found),
        }


def counts(database: Database, *, cancel: Cancellation | None = None) -> HoldCounts:
    """Return the counts of all views of active holds."""

    def ask(session: Session) -> HoldCounts:
        each = tuple(
            HoldCount(currency_of(code, exponent), *figures)
            for code, exponent, *figures in session.execute(_COUNTS)
        )
        return HoldCounts(each, more=sum(one.active for one in each) > MOST)

    return database.read("reservations.counts", ask, cancel=cancel)


def waiting(database: Database, *, cancel: Cancellation | None = None) -> int:
    """Return how many holds are overdue, at most MOST."""
    return database.read(
        "reservations.waiting", lambda session: int(session.execute(_WAITING).scalar_one()), cancel=cancel
    )
