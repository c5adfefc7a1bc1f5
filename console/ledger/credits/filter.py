"""Which credits are meant: one filter for lists and sums, and for the acts on all that match it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from console.errors import UsageError
from console.files.days import end_of, start_of
from console.money import LARGEST
from console.postgres.page import asked_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

_MOMENT: Final = timedelta(microseconds=1)  # PostgreSQL's smallest step of time


class CreditView(StrEnum):
    """Which credits are looked at."""

    OPEN = "open"
    """Something is left, and its end has not come."""
    EXPIRED = "expired"
    """What was left at its end went to @breakage and was not given back since: it can be revived."""


# One that was used up before its end is told by its two moments; of the others the movements are looked at.
# What a hold kept for a while has expired by itself, and a part of it may have come back: what is to be given
# back is the same as in ledger.expired_lots.
_GONE: Final = """ledger.credit_lots l CROSS JOIN LATERAL (
            SELECT sum(t.amount - coalesce(back.done, 0))::bigint AS amount
            FROM ledger.lot_movements m JOIN ledger.transactions t ON t.id = m.transaction_id
            LEFT JOIN LATERAL (
                SELECT max(r.reversed_through) AS done FROM ledger.reversals r WHERE r.reverses = t.id
            ) back ON true
            WHERE m.lot_id = l.id AND t.kind = 'expiry') gone"""

SOURCE: Final[Mapping[CreditView, str]] = {
    CreditView.OPEN: "ledger.credit_lots l",
    CreditView.EXPIRED: _GONE,
}
"""What credits of a view are selected from, as l."""

LEFT: Final[Mapping[CreditView, str]] = {CreditView.OPEN: "l.remaining", CreditView.EXPIRED: "gone.amount"}
"""What a filter's amounts are of, in minor units: what is left, or what expired."""

_VIEWS: Final[Mapping[CreditView, str]] = {
    CreditView.OPEN: "l.closed_at IS NULL AND (l.expires_at > now() OR l.expires_at IS NULL)",
    CreditView.EXPIRED: "l.closed_at >= l.expires_at AND gone.amount > 0",
}

# The keys are those of CreditFilter.as_request, and each is a condition by itself: what the database does to
# all that match uses the same ones. Moments are half-open, [from, until).
_CONDITIONS: Final[Mapping[str, str]] = {
    "currency": "l.currency = :currency",
    "source": "l.source = :source",
    "user": """l.wallet_id = ANY (ARRAY(
        SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
        WHERE u.username = :user AND w.currency = :currency))""",
    "expires_from": "l.expires_at >= :expires_from",
    "expires_until": "l.expires_at < :expires_until",
    "left_from": "{left} >= :left_from",
    "left_through": "{left} <= :left_through",
    "granted_from": "l.created_at >= :granted_from",
    "granted_until": "l.created_at < :granted_until",
}


@dataclass(frozen=True, slots=True)
class CreditFilter:
    """Which credits; each None or empty field but the currency lets all pass.

    currency: a code; without one nothing could be added up. source and user are exact. Days are of the
    ledger's zone and both included: a credit that ends with a day is one of that day. no_expiry: true for
    those that never end, false for those that do. left_from and left_through are minor units, both included:
    of what is left, or in the EXPIRED view of what expired.
    """

    currency: str
    source: str = ""
    user: str = ""
    expires_from: date | None = None
    expires_through: date | None = None
    no_expiry: bool | None = None
    left_from: int | None = None
    left_through: int | None = None
    granted_from: date | None = None
    granted_through: date | None = None
    view: CreditView = CreditView.OPEN

    def __post_init__(self) -> None:
        """Refuse what no credit could be like; raises UsageError."""
        if not self.currency:
            raise UsageError("Credits are listed in one currency; say which.")
        for amount in (self.left_from, self.left_through):
            if amount is not None and not 0 <= amount <= LARGEST:
                raise UsageError(f"An amount of credit is from 0 to {LARGEST:,} minor units.")
        if "\0" in self.source + self.user + self.currency:
            raise UsageError("A source, a name and a currency have no zero byte in them.")

    def values(self, zone: tzinfo) -> dict[str, Any]:
        """Return what is asked for by its condition's name, days as moments in UTC.

        What ends with a day ends at the midnight after it, so a span of days begins and ends one
        microsecond after a midnight.
        """
        asked: dict[str, Any] = {
            "currency": self.currency,
            "source": self.source or None,
            "user": asked_name(self.user) or None,
            "expires_from": _first(self.expires_from, zone, _MOMENT),
            "expires_until": _after(self.expires_through, zone, _MOMENT),
            "left_from": self.left_from,
            "left_through": self.left_through,
            "granted_from": _first(self.granted_from, zone),
            "granted_until": _after(self.granted_through, zone),
        }
        return {name: value for name, value in asked.items() if value is not None}

    def as_request(self, zone: tzinfo) -> dict[str, Any]:
        """Return the same as JSON takes it, but the view: for what is done to all credits that match."""
        asked = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in self.values(zone).items()
        }
        return asked if self.no_expiry is None else asked | {"no_expiry": self.no_expiry}


def conditions(asked: Iterable[str], view: CreditView, *, no_expiry: bool | None) -> str:
    """Return the WHERE conditions on SOURCE of the values asked for; other names are passed by."""
    given = frozenset(asked)
    found = [_VIEWS[view]]
    found += [one.format(left=LEFT[view]) for name, one in _CONDITIONS.items() if name in given]
    if no_expiry is not None:
        found.append(f"l.expires_at IS {'' if no_expiry else 'NOT '}NULL")
    return " AND ".join(found)


def _first(day: date | None, zone: tzinfo, later: timedelta = timedelta()) -> datetime | None:
    return None if day is None else start_of(day, zone) + later


def _after(day: date | None, zone: tzinfo, later: timedelta = timedelta()) -> datetime | None:
    """Return the moment after a day; the last moment of all for the last day there is."""
    if day is None:
        return None
    end = end_of(day, zone)
    return datetime.max.replace(tzinfo=UTC) if end is None else end + later
